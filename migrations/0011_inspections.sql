-- 巡检: goods looked at by the machine, by sample or because they were bought. What is looked at is drawn by a secret promised
-- in the announcement together with a journal entry written later, so that nobody could choose.
CREATE TABLE inspection (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  region TEXT NOT NULL REFERENCES region (code),
  kind TEXT NOT NULL CHECK (kind IN ('machine', 'sample', 'deals')),
  title TEXT NOT NULL,
  category TEXT NOT NULL,
  month BIGINT,
  size BIGINT NOT NULL,
  commitment TEXT NOT NULL,
  secret TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('announced', 'drawn', 'closed')),
  population BIGINT NOT NULL,
  population_digest TEXT NOT NULL,
  entry_seq BIGINT,
  entry_hash TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  drawn_at BIGINT,
  closed_at BIGINT,
  person BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX inspection_region ON inspection (region, id);
CREATE INDEX inspection_closed ON inspection (closed_at) WHERE closed_at IS NOT NULL;

-- One offer to be looked at. hint is what the machine saw; rule and words are what a person found.
CREATE TABLE inspection_task (
  inspection BIGINT NOT NULL REFERENCES inspection (id),
  offer BIGINT NOT NULL REFERENCES offer (id),
  place BIGINT NOT NULL,
  hint TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'clean', 'found')),
  rule TEXT NOT NULL,
  words TEXT NOT NULL,
  digest TEXT NOT NULL,
  person BIGINT,
  at BIGINT,
  conduct BIGINT REFERENCES conduct (id),
  PRIMARY KEY (inspection, offer)
);

-- The offers a sample was drawn from, ids in order with a line break between, so that anybody can draw again.
CREATE TABLE inspection_population (
  inspection BIGINT PRIMARY KEY REFERENCES inspection (id),
  ids TEXT NOT NULL
);

-- Deals of a month, for inspections and the price index.
CREATE INDEX deal_at ON deal (at);
