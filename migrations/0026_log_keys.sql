-- Keys of all witnesses that ever signed a head: their lines can be checked for ever, even when the settings no longer name them.
CREATE TABLE log_witness (
  vkey TEXT PRIMARY KEY
);

-- A head's time is that of the newest entry under it, which its leaf says too: so nobody alters it unnoticed.
UPDATE log_checkpoint SET at = COALESCE((SELECT j.at FROM journal j WHERE j.seq = log_checkpoint.size), at);

-- Erasing the words of an entry: one person of the province's finance department asks, another decides.
CREATE TABLE erasure (
  id BIGINT PRIMARY KEY,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  ground TEXT NOT NULL CHECK (ground IN ('personal', 'secret')),
  basis TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'declined', 'done')),
  asked_by BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  decided_by BIGINT,
  decided_at BIGINT,
  note TEXT NOT NULL
);
CREATE UNIQUE INDEX erasure_open ON erasure (seq) WHERE state IN ('asked', 'done');
CREATE INDEX erasure_state ON erasure (state, id);
