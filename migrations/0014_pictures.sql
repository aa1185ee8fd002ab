-- Pictures of goods. A picture is stored once, by the SHA-256 of what is kept: scaled, as JPEG, without whatever its file
-- said beside the picture. print holds 64 bits that stay nearly the same when a picture is scaled or stored anew.
CREATE TABLE picture (
  digest TEXT PRIMARY KEY,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  print BIGINT NOT NULL,
  large BYTEA NOT NULL,
  small BYTEA NOT NULL,
  made_at BIGINT NOT NULL
);

-- The print in eight pieces: pictures that differ in at most seven bits have one piece in common.
CREATE TABLE picture_piece (
  place BIGINT NOT NULL,
  value BIGINT NOT NULL,
  digest TEXT NOT NULL REFERENCES picture (digest),
  PRIMARY KEY (place, value, digest)
);

-- What a picture shows, by brand and key of the model: it may come before its goods are on the shelf.
CREATE TABLE goods_picture (
  id BIGINT PRIMARY KEY,
  brand TEXT NOT NULL,
  model TEXT NOT NULL,
  model_key TEXT NOT NULL,
  category TEXT NOT NULL,
  digest TEXT NOT NULL REFERENCES picture (digest),
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'shown', 'refused', 'removed')),
  reason TEXT NOT NULL,
  made_by BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  decided_by BIGINT,
  decided_at BIGINT,
  UNIQUE (brand, model_key, digest)
);
CREATE INDEX goods_picture_state ON goods_picture (state, id);
CREATE INDEX goods_picture_digest ON goods_picture (digest);

-- Digests of the pictures shown, in order, separated by spaces.
ALTER TABLE product ADD COLUMN pictures TEXT NOT NULL DEFAULT '';
