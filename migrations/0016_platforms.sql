-- Suppliers' own shop platforms, asked by the mall on its own time (rules of the interface: docs/platform.md). The secret is
-- sealed by the installation's keepers. row of platform_goods is the row of the upload template last made of a sku.
CREATE TABLE platform (
  supplier BIGINT PRIMARY KEY REFERENCES supplier (org),
  address TEXT NOT NULL,
  app_key TEXT NOT NULL,
  secret BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'passed', 'on', 'off')),
  person BIGINT NOT NULL REFERENCES person (id),
  test_asked BIGINT NOT NULL,
  report TEXT NOT NULL,
  next_at BIGINT NOT NULL,
  fails BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX platform_due ON platform (next_at);

CREATE TABLE platform_goods (
  supplier BIGINT NOT NULL REFERENCES platform (supplier),
  sku TEXT NOT NULL,
  brand TEXT NOT NULL,
  model_key TEXT NOT NULL,
  row TEXT NOT NULL,
  result TEXT NOT NULL,
  words TEXT NOT NULL,
  listed BIGINT NOT NULL,
  pictured BIGINT NOT NULL,
  looked_at BIGINT NOT NULL,
  PRIMARY KEY (supplier, sku)
);
CREATE INDEX platform_goods_model ON platform_goods (supplier, brand, model_key);

CREATE TABLE platform_run (
  id BIGINT PRIMARY KEY,
  supplier BIGINT NOT NULL REFERENCES platform (supplier),
  began_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  goods BIGINT NOT NULL,
  done BIGINT NOT NULL,
  waits BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  off BIGINT NOT NULL,
  error TEXT NOT NULL
);
CREATE INDEX platform_run_supplier ON platform_run (supplier, id);

-- Orders handed to a supplier's platform; the order's number is the key by which it knows a second time.
CREATE TABLE platform_order (
  orders BIGINT PRIMARY KEY REFERENCES orders (id),
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  state TEXT NOT NULL CHECK (state IN ('sent', 'waiting', 'given_up')),
  foreign_id TEXT NOT NULL,
  arrives TEXT NOT NULL,
  tries BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  error TEXT NOT NULL
);
CREATE INDEX platform_order_due ON platform_order (state, next_at);
