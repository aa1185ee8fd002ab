-- 商品审核: what waits for a person before it is on the shelf, and who found what.

-- A filed listing or change. before and after are JSON of what the offer and its product say; findings are the machine's.
-- needs says how many reviewers look, none of whom sees what another found.
CREATE TABLE filing (
  id BIGINT PRIMARY KEY,
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  region TEXT NOT NULL REFERENCES region (code),
  kind TEXT NOT NULL CHECK (kind IN ('new', 'price', 'params')),
  brand TEXT NOT NULL,
  model_key TEXT NOT NULL,
  category TEXT NOT NULL,
  title TEXT NOT NULL,
  offer BIGINT REFERENCES offer (id),
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  findings TEXT NOT NULL,
  via TEXT NOT NULL,
  person BIGINT NOT NULL,
  needs BIGINT NOT NULL CHECK (needs BETWEEN 1 AND 3),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'passed', 'refused', 'withdrawn')),
  made_at BIGINT NOT NULL,
  due BIGINT,
  decided_at BIGINT,
  reason TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX filing_waiting ON filing (state, region, due);
CREATE INDEX filing_supplier ON filing (supplier, id);
-- One of a kind waits for one thing of one supplier; a newer one takes its place.
CREATE UNIQUE INDEX filing_open ON filing (supplier, brand, model_key, kind) WHERE state = 'waiting';

CREATE TABLE filing_verdict (
  filing BIGINT NOT NULL REFERENCES filing (id),
  person BIGINT NOT NULL REFERENCES person (id),
  pass BIGINT NOT NULL,
  code TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (filing, person)
);

-- When its supplier last said that an offer is still for sale, beside changing it.
ALTER TABLE offer ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;

-- Brands that suppliers miss in the library, and what became of them.
CREATE TABLE brand_ask (
  id BIGINT PRIMARY KEY,
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  written TEXT NOT NULL,
  folded TEXT NOT NULL,
  latin TEXT NOT NULL,
  proof TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'made', 'alias', 'refused')),
  brand TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  decided_at BIGINT
);
CREATE UNIQUE INDEX brand_ask_open ON brand_ask (folded) WHERE state = 'asked';
CREATE INDEX brand_ask_state ON brand_ask (state, id);

-- What happened to the library: merged, split, made, alias. Never changed.
CREATE TABLE brand_event (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  brand TEXT NOT NULL,
  other TEXT NOT NULL,
  words TEXT NOT NULL,
  person BIGINT NOT NULL,
  at BIGINT NOT NULL
);

-- Rows of a file that wait for review; they count as loaded too.
ALTER TABLE import_file ADD COLUMN waiting BIGINT NOT NULL DEFAULT 0;
