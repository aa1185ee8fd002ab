-- What is sold, by whom, at what price.

CREATE TABLE supplier (
  org BIGINT PRIMARY KEY REFERENCES org (id),
  kind TEXT NOT NULL,
  size TEXT NOT NULL,
  areas TEXT NOT NULL,
  categories TEXT NOT NULL,
  legal_person TEXT NOT NULL,
  phone TEXT NOT NULL,
  address TEXT NOT NULL,
  bank_account TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('admitted', 'frozen', 'suspended', 'withdrawn')),
  credit BIGINT NOT NULL
);

CREATE TABLE brand (
  name TEXT PRIMARY KEY,
  latin TEXT NOT NULL,
  home TEXT NOT NULL,
  shandong BIGINT NOT NULL
);

CREATE TABLE brand_alias (
  folded TEXT PRIMARY KEY,
  brand TEXT NOT NULL REFERENCES brand (name)
);

-- One product (SPU) however many sell it; found again by brand and model key.
CREATE TABLE product (
  id BIGINT PRIMARY KEY,
  category TEXT NOT NULL,
  brand TEXT NOT NULL,
  model TEXT NOT NULL,
  model_key TEXT NOT NULL,
  title TEXT NOT NULL,
  unit TEXT NOT NULL,
  attrs TEXT NOT NULL,
  words TEXT NOT NULL,
  flags BIGINT NOT NULL,
  origin TEXT NOT NULL,
  certificate TEXT NOT NULL,
  per_unit TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  UNIQUE (brand, model_key)
);
CREATE INDEX product_category ON product (category);

-- An offer: supplier x product. stock counts what may still be sold; held is set aside for orders under approval.
CREATE TABLE offer (
  id BIGINT PRIMARY KEY,
  product BIGINT NOT NULL REFERENCES product (id),
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  price BIGINT NOT NULL CHECK (price > 0),
  stock BIGINT NOT NULL CHECK (stock >= 0),
  held BIGINT NOT NULL CHECK (held >= 0),
  areas TEXT NOT NULL,
  link TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('listed', 'off')),
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  UNIQUE (product, supplier)
);
CREATE INDEX offer_supplier ON offer (supplier, changed_at);

CREATE TABLE price_point (
  offer BIGINT NOT NULL REFERENCES offer (id),
  at BIGINT NOT NULL,
  price BIGINT NOT NULL,
  PRIMARY KEY (offer, at)
);

CREATE TABLE import_file (
  id BIGINT PRIMARY KEY,
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  person BIGINT NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('checking', 'checked', 'loading', 'loaded', 'dropped')),
  total BIGINT NOT NULL,
  checked BIGINT NOT NULL,
  bad BIGINT NOT NULL,
  loaded BIGINT NOT NULL,
  unchanged BIGINT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX import_supplier ON import_file (supplier, made_at);

CREATE TABLE import_row (
  import BIGINT NOT NULL REFERENCES import_file (id),
  line BIGINT NOT NULL,
  cells TEXT NOT NULL,
  wrong TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('new', 'good', 'bad', 'loaded', 'same')),
  PRIMARY KEY (import, line)
);
CREATE INDEX import_row_state ON import_row (import, state, line);
