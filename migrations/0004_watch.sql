-- What follows the journal: notices and deal prices. Each row is made from one journal entry, exactly once.

CREATE TABLE notice (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  region TEXT NOT NULL,
  unit TEXT NOT NULL,
  supplier TEXT NOT NULL,
  orders BIGINT,
  title TEXT NOT NULL,
  amount BIGINT NOT NULL,
  body TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  published_at BIGINT NOT NULL,
  entry BIGINT NOT NULL UNIQUE
);
CREATE INDEX notice_region ON notice (region, published_at);
CREATE INDEX notice_at ON notice (published_at);

CREATE TABLE deal (
  entry BIGINT NOT NULL,
  line BIGINT NOT NULL,
  product BIGINT NOT NULL,
  orders BIGINT NOT NULL,
  region TEXT NOT NULL,
  unit TEXT NOT NULL,
  supplier TEXT NOT NULL,
  price BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (entry, line)
);
CREATE INDEX deal_product ON deal (product, at);
CREATE INDEX deal_order ON deal (orders);
