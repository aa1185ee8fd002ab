-- Who, where, under which rules. Times are ms UTC, days are days since 1970-01-01 in Beijing, money is fen, flags 0/1.

CREATE TABLE journal (
  id BIGINT PRIMARY KEY,
  seq BIGINT UNIQUE,
  at BIGINT NOT NULL,
  region TEXT NOT NULL,
  room TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  actor BIGINT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX journal_unnumbered ON journal (id) WHERE seq IS NULL;
CREATE INDEX journal_subject ON journal (subject, id);

CREATE TABLE lease (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until BIGINT NOT NULL
);
INSERT INTO lease (name, holder, until) VALUES ('sequencer', '', 0);

CREATE TABLE projection (
  name TEXT PRIMARY KEY,
  seq BIGINT NOT NULL
);

CREATE TABLE region (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  short TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent TEXT NOT NULL,
  abbr TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('preparing', 'trial', 'live', 'closed', 'none')),
  since BIGINT
);

CREATE TABLE category (
  version TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  level BIGINT NOT NULL,
  parent TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (version, code)
);

CREATE TABLE category_map (
  version TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  code_2022 TEXT NOT NULL,
  grade TEXT NOT NULL,
  PRIMARY KEY (version, code)
);

CREATE TABLE holiday (
  day BIGINT PRIMARY KEY,
  off BIGINT NOT NULL,
  name TEXT NOT NULL
);

CREATE TABLE rule (
  id BIGINT PRIMARY KEY,
  key TEXT NOT NULL,
  region TEXT NOT NULL REFERENCES region (code),
  mode TEXT,
  form TEXT,
  category TEXT,
  amount_from BIGINT,
  amount_below BIGINT,
  value TEXT NOT NULL,
  unit TEXT NOT NULL,
  bound_min BIGINT,
  bound_max BIGINT,
  fixed BIGINT NOT NULL,
  day_from BIGINT NOT NULL,
  day_to BIGINT,
  basis TEXT NOT NULL,
  grade TEXT NOT NULL
);

CREATE TABLE org (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('unit', 'supplier', 'finance', 'centre', 'audit', 'operator')),
  name TEXT NOT NULL,
  uscc TEXT NOT NULL UNIQUE,
  region TEXT NOT NULL REFERENCES region (code),
  parent BIGINT REFERENCES org (id),
  headcount BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'withdrawn'))
);
CREATE INDEX org_region ON org (region, kind);

-- Personal data lives here and nowhere else; the journal carries person ids.
CREATE TABLE person (
  id BIGINT PRIMARY KEY,
  org BIGINT NOT NULL REFERENCES org (id),
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  password TEXT NOT NULL,
  failed BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  active BIGINT NOT NULL
);
CREATE INDEX person_org ON person (org);

CREATE TABLE duty (
  person BIGINT NOT NULL REFERENCES person (id),
  duty TEXT NOT NULL,
  PRIMARY KEY (person, duty)
);

CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  id BIGINT NOT NULL UNIQUE,
  person BIGINT NOT NULL REFERENCES person (id),
  csrf TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL
);
CREATE INDEX session_person ON session (person);
