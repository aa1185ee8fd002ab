-- 诚信评价 and measures. Nothing costs a point before a notice was delivered and could be answered.

-- Why an offer may not be sold now, as bits (supply::offers::stop); 0 for nothing. state says what its supplier wants.
ALTER TABLE offer ADD COLUMN stops BIGINT NOT NULL DEFAULT 0;

-- Categories ("c:A0201") and areas ("a:370102") that measures have closed for a supplier, separated by spaces.
ALTER TABLE supplier ADD COLUMN closed TEXT NOT NULL DEFAULT '';

-- A case against a supplier or a unit. rule names the indicator in the rulebook, points are those of the day it was opened;
-- due is the end of the clock that runs now; until ends a suspension that follows (day), NULL for none.
CREATE TABLE conduct (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  region TEXT NOT NULL REFERENCES region (code),
  org BIGINT NOT NULL REFERENCES org (id),
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  points BIGINT NOT NULL CHECK (points >= 0),
  measure TEXT NOT NULL CHECK (measure IN ('', 'delist', 'suspend')),
  offer BIGINT REFERENCES offer (id),
  until BIGINT,
  state TEXT NOT NULL CHECK (state IN ('told', 'answered', 'in_force', 'dropped', 'appealed', 'revoked', 'mending', 'restored')),
  opened_at BIGINT NOT NULL,
  due BIGINT,
  seen_at BIGINT,
  decided_at BIGINT,
  decided_by BIGINT,
  appeal_to BIGINT,
  exposed_to BIGINT,
  version BIGINT NOT NULL,
  UNIQUE (org, rule, subject)
);
CREATE INDEX conduct_region ON conduct (region, id);
CREATE INDEX conduct_due ON conduct (due) WHERE due IS NOT NULL;
CREATE INDEX conduct_public ON conduct (decided_at) WHERE decided_at IS NOT NULL;

-- What two sides and the offices said in a matter (conduct, dispute), in order. digest is the SHA-256 of an attached file, or
-- empty.
CREATE TABLE said (
  id BIGINT PRIMARY KEY,
  matter TEXT NOT NULL,
  about BIGINT NOT NULL,
  at BIGINT NOT NULL,
  org BIGINT NOT NULL,
  person BIGINT NOT NULL,
  act TEXT NOT NULL,
  words TEXT NOT NULL,
  digest TEXT NOT NULL
);
CREATE INDEX said_about ON said (matter, about, id);

INSERT INTO conduct (id, number, region, org, rule, subject, points, measure, state, opened_at, decided_at, version)
  SELECT e.id, 'CX' || e.id, g.region, e.supplier, e.rule, e.subject, e.points, '', 'in_force', e.at, e.at, 1
  FROM credit_entry e JOIN org g ON g.id = e.supplier;
INSERT INTO said (id, matter, about, at, org, person, act, words, digest)
  SELECT e.id, 'conduct', e.id, e.at, 0, 0, 'open', e.reason, '' FROM credit_entry e;
DROP TABLE credit_entry;

-- A measure against a supplier: all of it, one category or one area. until is the last day, NULL for open.
CREATE TABLE standing (
  id BIGINT PRIMARY KEY,
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  region TEXT NOT NULL REFERENCES region (code),
  kind TEXT NOT NULL CHECK (kind IN ('frozen', 'suspended', 'withdrawn')),
  level TEXT NOT NULL CHECK (level IN ('whole', 'category', 'area')),
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  conduct BIGINT REFERENCES conduct (id),
  from_at BIGINT NOT NULL,
  until BIGINT,
  lifted_at BIGINT,
  lifted_why TEXT NOT NULL
);
CREATE INDEX standing_supplier ON standing (supplier, id);
CREATE INDEX standing_until ON standing (until) WHERE lifted_at IS NULL;

-- An offer above the market, from the day it was found to the day it is fair again.
CREATE TABLE price_watch (
  offer BIGINT PRIMARY KEY REFERENCES offer (id),
  band TEXT NOT NULL,
  price BIGINT NOT NULL,
  reference BIGINT NOT NULL,
  since BIGINT NOT NULL,
  due BIGINT
);
CREATE INDEX price_watch_due ON price_watch (due) WHERE due IS NOT NULL;
