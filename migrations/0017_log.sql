-- The Merkle log of the journal: leaf n (from 0) stands for the entry with number n + 1. A leaf says time, number and a hash over
-- salt and entry, so a leaf tells nothing of what happened, and an entry may be withheld or erased without breaking a proof.
ALTER TABLE journal ADD COLUMN salt TEXT NOT NULL DEFAULT '';

-- Tiles of at most 256 hashes of 32 bytes; level and n as in C2SP's tlog-tiles.
CREATE TABLE log_tile (
  level BIGINT NOT NULL,
  n BIGINT NOT NULL,
  hashes BYTEA NOT NULL,
  PRIMARY KEY (level, n)
);

-- Leaves by the 256, each with its length in two bytes before it.
CREATE TABLE log_bundle (
  n BIGINT PRIMARY KEY,
  entries BYTEA NOT NULL
);

-- Signed heads of the tree: note is the text with the signatures of the log and of witnesses.
CREATE TABLE log_checkpoint (
  size BIGINT PRIMARY KEY,
  note TEXT NOT NULL,
  at BIGINT NOT NULL,
  witnessed BIGINT NOT NULL
);
