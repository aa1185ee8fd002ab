-- What goods cost outside the mall, as somebody saw it. price is fen for one of the product's unit; day is the day it was
-- seen. A withdrawn observation stays, with the reason, and no longer counts.
CREATE TABLE observation (
  id BIGINT PRIMARY KEY,
  product BIGINT NOT NULL REFERENCES product (id),
  source TEXT NOT NULL,
  url TEXT NOT NULL,
  day BIGINT NOT NULL,
  price BIGINT NOT NULL CHECK (price > 0),
  digest TEXT NOT NULL,
  region TEXT NOT NULL REFERENCES region (code),
  person BIGINT NOT NULL REFERENCES person (id),
  made_at BIGINT NOT NULL,
  withdrawn TEXT NOT NULL
);
CREATE INDEX observation_product ON observation (product, day);
CREATE UNIQUE INDEX observation_once ON observation (product, source, day) WHERE withdrawn = '';
