-- Plans and budget, orders and what follows from them.

-- A budget line's three columns always sum to granted; every movement is a pair in budget_entry.
CREATE TABLE budget_line (
  id BIGINT PRIMARY KEY,
  org BIGINT NOT NULL REFERENCES org (id),
  region TEXT NOT NULL,
  year BIGINT NOT NULL,
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  fund TEXT NOT NULL,
  granted BIGINT NOT NULL,
  available BIGINT NOT NULL CHECK (available >= 0),
  frozen BIGINT NOT NULL CHECK (frozen >= 0),
  spent BIGINT NOT NULL CHECK (spent >= 0),
  UNIQUE (org, year, code),
  CHECK (available + frozen + spent = granted)
);

CREATE TABLE budget_entry (
  id BIGINT PRIMARY KEY,
  line BIGINT NOT NULL REFERENCES budget_line (id),
  at BIGINT NOT NULL,
  debit TEXT NOT NULL CHECK (debit IN ('granted', 'available', 'frozen', 'spent')),
  credit TEXT NOT NULL CHECK (credit IN ('granted', 'available', 'frozen', 'spent')),
  amount BIGINT NOT NULL CHECK (amount > 0),
  orders BIGINT,
  reason TEXT NOT NULL
);
CREATE INDEX budget_entry_line ON budget_entry (line, id);
CREATE INDEX budget_entry_order ON budget_entry (orders);

CREATE TABLE plan_line (
  id BIGINT PRIMARY KEY,
  budget BIGINT NOT NULL REFERENCES budget_line (id),
  org BIGINT NOT NULL REFERENCES org (id),
  number TEXT NOT NULL UNIQUE,
  plan_title TEXT NOT NULL,
  category TEXT NOT NULL,
  title TEXT NOT NULL,
  amount BIGINT NOT NULL,
  used BIGINT NOT NULL CHECK (used >= 0),
  CHECK (used <= amount)
);
CREATE INDEX plan_line_org ON plan_line (org, category);

CREATE TABLE address (
  id BIGINT PRIMARY KEY,
  org BIGINT NOT NULL REFERENCES org (id),
  region TEXT NOT NULL,
  line TEXT NOT NULL,
  contact TEXT NOT NULL,
  phone TEXT NOT NULL
);
CREATE INDEX address_org ON address (org);

CREATE TABLE cart_line (
  person BIGINT NOT NULL REFERENCES person (id),
  offer BIGINT NOT NULL REFERENCES offer (id),
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  at BIGINT NOT NULL,
  PRIMARY KEY (person, offer)
);

-- One order: one unit, one supplier. states: see rules::orders::state.
CREATE TABLE orders (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  idem_key TEXT NOT NULL,
  region TEXT NOT NULL,
  unit BIGINT NOT NULL REFERENCES org (id),
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  handler BIGINT NOT NULL REFERENCES person (id),
  state TEXT NOT NULL,
  version BIGINT NOT NULL,
  step BIGINT NOT NULL,
  steps TEXT NOT NULL,
  purpose TEXT NOT NULL,
  address TEXT NOT NULL,
  contact TEXT NOT NULL,
  phone TEXT NOT NULL,
  address_region TEXT NOT NULL,
  total BIGINT NOT NULL CHECK (total > 0),
  checks TEXT NOT NULL,
  note TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  next_due BIGINT,
  next_command TEXT,
  UNIQUE (handler, idem_key, supplier)
);
CREATE INDEX orders_unit ON orders (unit, id);
CREATE INDEX orders_unit_state ON orders (unit, state);
CREATE INDEX orders_supplier_state ON orders (supplier, state);
CREATE INDEX orders_supplier ON orders (supplier, id);
CREATE INDEX orders_region ON orders (region, id);
CREATE INDEX orders_due ON orders (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE order_line (
  id BIGINT PRIMARY KEY,
  orders BIGINT NOT NULL REFERENCES orders (id),
  offer BIGINT NOT NULL,
  product BIGINT NOT NULL,
  plan_line BIGINT NOT NULL REFERENCES plan_line (id),
  budget BIGINT NOT NULL REFERENCES budget_line (id),
  category TEXT NOT NULL,
  brand TEXT NOT NULL,
  model TEXT NOT NULL,
  title TEXT NOT NULL,
  unit TEXT NOT NULL,
  listed_price BIGINT NOT NULL,
  price BIGINT NOT NULL CHECK (price > 0),
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  shipped BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  CHECK (shipped >= 0 AND accepted >= 0 AND refused >= 0 AND returned >= 0),
  CHECK (shipped <= quantity + refused + returned),
  CHECK (accepted + refused <= shipped),
  CHECK (returned <= accepted)
);
CREATE INDEX order_line_order ON order_line (orders);
CREATE INDEX order_line_product ON order_line (product);

-- What one unit has committed in one second-level category in one year: the figure that limits compare with.
CREATE TABLE annual_sum (
  unit BIGINT NOT NULL REFERENCES org (id),
  year BIGINT NOT NULL,
  category TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),
  orders BIGINT NOT NULL,
  PRIMARY KEY (unit, year, category)
);

CREATE TABLE approval (
  id BIGINT PRIMARY KEY,
  orders BIGINT NOT NULL REFERENCES orders (id),
  step BIGINT NOT NULL,
  duty TEXT NOT NULL,
  person BIGINT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('approved', 'returned')),
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  void BIGINT NOT NULL
);
CREATE INDEX approval_order ON approval (orders);

CREATE TABLE contract (
  orders BIGINT PRIMARY KEY REFERENCES orders (id),
  number TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  digest TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  unit_signed_at BIGINT,
  unit_signed_by BIGINT,
  supplier_signed_at BIGINT,
  supplier_signed_by BIGINT,
  signed_at BIGINT,
  publish_due BIGINT,
  file_due BIGINT,
  filed_at BIGINT
);

CREATE TABLE shipment (
  id BIGINT PRIMARY KEY,
  orders BIGINT NOT NULL REFERENCES orders (id),
  carrier TEXT NOT NULL,
  tracking TEXT NOT NULL,
  lines TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('delivery', 'exchange')),
  shipped_at BIGINT NOT NULL,
  shipped_by BIGINT NOT NULL,
  received_at BIGINT,
  received_by BIGINT
);
CREATE INDEX shipment_order ON shipment (orders);

CREATE TABLE acceptance (
  id BIGINT PRIMARY KEY,
  orders BIGINT NOT NULL REFERENCES orders (id),
  verdict TEXT NOT NULL CHECK (verdict IN ('full', 'part', 'refused')),
  lines TEXT NOT NULL,
  amount BIGINT NOT NULL,
  reason TEXT NOT NULL,
  person BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX acceptance_order ON acceptance (orders);

CREATE TABLE photo (
  id BIGINT PRIMARY KEY,
  orders BIGINT NOT NULL REFERENCES orders (id),
  about TEXT NOT NULL,
  kind TEXT NOT NULL,
  digest TEXT NOT NULL,
  bytes BYTEA NOT NULL,
  person BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX photo_order ON photo (orders);

CREATE TABLE return_case (
  id BIGINT PRIMARY KEY,
  orders BIGINT NOT NULL REFERENCES orders (id),
  kind TEXT NOT NULL CHECK (kind IN ('return', 'exchange')),
  line BIGINT NOT NULL REFERENCES order_line (id),
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'agreed', 'declined', 'done')),
  answer TEXT NOT NULL,
  asked_by BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX return_case_order ON return_case (orders);

CREATE TABLE invoice (
  id BIGINT PRIMARY KEY,
  orders BIGINT NOT NULL REFERENCES orders (id),
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  seller TEXT NOT NULL,
  buyer TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  day BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('recorded', 'checked', 'rejected')),
  findings TEXT NOT NULL,
  recorded_by BIGINT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (seller, number)
);
CREATE INDEX invoice_order ON invoice (orders);

CREATE TABLE payment (
  id BIGINT PRIMARY KEY,
  orders BIGINT NOT NULL REFERENCES orders (id),
  number TEXT NOT NULL UNIQUE,
  amount BIGINT NOT NULL CHECK (amount > 0),
  state TEXT NOT NULL CHECK (state IN ('applied', 'approved', 'sent', 'paid', 'failed', 'declined')),
  applied_by BIGINT NOT NULL,
  applied_at BIGINT NOT NULL,
  approved_by BIGINT,
  approved_at BIGINT,
  due_at BIGINT NOT NULL,
  paid_at BIGINT,
  treasury_ref TEXT NOT NULL,
  note TEXT NOT NULL
);
CREATE INDEX payment_order ON payment (orders);
CREATE INDEX payment_state ON payment (state);

CREATE TABLE evaluation (
  orders BIGINT NOT NULL REFERENCES orders (id),
  side TEXT NOT NULL CHECK (side IN ('unit', 'supplier')),
  quality BIGINT NOT NULL,
  delivery BIGINT NOT NULL,
  service BIGINT NOT NULL,
  words TEXT NOT NULL,
  person BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (orders, side)
);

CREATE TABLE cancel_ask (
  id BIGINT PRIMARY KEY,
  orders BIGINT NOT NULL REFERENCES orders (id),
  side TEXT NOT NULL CHECK (side IN ('unit', 'supplier', 'finance')),
  reason TEXT NOT NULL,
  person BIGINT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'agreed', 'declined'))
);
CREATE INDEX cancel_ask_order ON cancel_ask (orders);

-- Messages inside the mall: who has something to do or to know.
CREATE TABLE message (
  id BIGINT PRIMARY KEY,
  org BIGINT NOT NULL REFERENCES org (id),
  duty TEXT NOT NULL,
  orders BIGINT,
  words TEXT NOT NULL,
  at BIGINT NOT NULL,
  read_at BIGINT
);
CREATE INDEX message_org ON message (org, id);
