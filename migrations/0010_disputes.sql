-- 投诉、调解和高价举报: one side says something of the other, the other answers, the centre decides; both sides keep the record.
-- filer is the organisation, NULL for the public, who find theirs again by number and key (its SHA-256 is kept).
CREATE TABLE dispute (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('order', 'price')),
  region TEXT NOT NULL REFERENCES region (code),
  filer BIGINT REFERENCES org (id),
  against BIGINT NOT NULL REFERENCES org (id),
  orders BIGINT REFERENCES orders (id),
  product BIGINT REFERENCES product (id),
  reason TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('filed', 'answered', 'settled', 'upheld', 'dismissed', 'withdrawn')),
  filed_at BIGINT NOT NULL,
  due BIGINT,
  closed_at BIGINT,
  conduct BIGINT REFERENCES conduct (id),
  version BIGINT NOT NULL
);
CREATE INDEX dispute_region ON dispute (region, id);
CREATE INDEX dispute_filer ON dispute (filer, id);
CREATE INDEX dispute_against ON dispute (against, id);
CREATE INDEX dispute_due ON dispute (due) WHERE due IS NOT NULL;
