-- A market price a supplier points out. It counts for nothing until an office has looked at it and recorded it as its own
-- observation. price is fen for one of the product's unit; digest is the SHA-256 of the evidence.
CREATE TABLE price_tip (
  id BIGINT PRIMARY KEY,
  product BIGINT NOT NULL REFERENCES product (id),
  supplier BIGINT NOT NULL REFERENCES org (id),
  source TEXT NOT NULL,
  url TEXT NOT NULL,
  day BIGINT NOT NULL,
  price BIGINT NOT NULL CHECK (price > 0),
  digest TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'taken', 'declined')),
  reason TEXT NOT NULL,
  made_by BIGINT NOT NULL REFERENCES person (id),
  made_at BIGINT NOT NULL,
  decided_by BIGINT,
  decided_at BIGINT
);
CREATE INDEX price_tip_waiting ON price_tip (state, id);
CREATE INDEX price_tip_supplier ON price_tip (supplier, id);
CREATE UNIQUE INDEX price_tip_once ON price_tip (product, supplier, source, day) WHERE state = 'waiting';
