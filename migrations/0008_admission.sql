-- 准入: how a firm becomes a supplier, what it shows, and who speaks for a brand.

-- The maker that an office has found to own a brand; NULL for nobody known.
ALTER TABLE brand ADD COLUMN maker BIGINT;

-- An application to enter (or, by a supplier, to change what was admitted). The profile is the firm's; a decision copies it.
CREATE TABLE application (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  org BIGINT NOT NULL REFERENCES org (id),
  region TEXT NOT NULL REFERENCES region (code),
  purpose TEXT NOT NULL CHECK (purpose IN ('entry', 'change')),
  kind TEXT NOT NULL,
  size TEXT NOT NULL,
  areas TEXT NOT NULL,
  categories TEXT NOT NULL,
  brands TEXT NOT NULL,
  legal_person TEXT NOT NULL,
  phone TEXT NOT NULL,
  address TEXT NOT NULL,
  bank_account TEXT NOT NULL,
  controller TEXT NOT NULL,
  site TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'admitted', 'refused', 'withdrawn')),
  centre BIGINT REFERENCES org (id),
  commitment TEXT NOT NULL,
  commitment_digest TEXT NOT NULL,
  committed_by BIGINT,
  made_at BIGINT NOT NULL,
  submitted_at BIGINT,
  due BIGINT,
  decided_at BIGINT,
  rounds BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX application_org ON application (org, id);
CREATE INDEX application_state ON application (state, submitted_at);
-- One open application per firm.
CREATE UNIQUE INDEX application_open ON application (org) WHERE state IN ('draft', 'submitted', 'returned');

-- Why an application came back: one row per field, with a code.
CREATE TABLE application_remark (
  id BIGINT PRIMARY KEY,
  application BIGINT NOT NULL REFERENCES application (id),
  round BIGINT NOT NULL,
  field TEXT NOT NULL,
  code TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX application_remark_of ON application_remark (application, round);
CREATE INDEX application_remark_at ON application_remark (at);

-- A document of a firm. until is the last day it holds, NULL for ever; a newer good one of the same kind replaces it.
CREATE TABLE paper (
  id BIGINT PRIMARY KEY,
  org BIGINT NOT NULL REFERENCES org (id),
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  until BIGINT,
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  digest TEXT NOT NULL,
  bytes BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'good', 'replaced')),
  warned BIGINT NOT NULL,
  person BIGINT NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL
);
CREATE INDEX paper_org ON paper (org, kind, id);
CREATE INDEX paper_until ON paper (until) WHERE state = 'good';

-- A change of the account that money goes to: asked by one person, confirmed by another, effective after a cooling time.
CREATE TABLE account_change (
  id BIGINT PRIMARY KEY,
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  account TEXT NOT NULL,
  asked_by BIGINT NOT NULL REFERENCES person (id),
  asked_at BIGINT NOT NULL,
  confirmed_by BIGINT,
  effective_at BIGINT,
  state TEXT NOT NULL CHECK (state IN ('asked', 'confirmed', 'done', 'stopped')),
  version BIGINT NOT NULL
);
CREATE INDEX account_change_supplier ON account_change (supplier, id);
CREATE UNIQUE INDEX account_change_open ON account_change (supplier) WHERE state IN ('asked', 'confirmed');

-- A maker lets an agent sell a brand in some areas until a day.
CREATE TABLE authorisation (
  id BIGINT PRIMARY KEY,
  maker BIGINT NOT NULL REFERENCES supplier (org),
  agent BIGINT NOT NULL REFERENCES supplier (org),
  brand TEXT NOT NULL REFERENCES brand (name),
  areas TEXT NOT NULL,
  until BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'verified', 'refused', 'ended')),
  asked_at BIGINT NOT NULL,
  decided_at BIGINT,
  reason TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX authorisation_agent ON authorisation (agent, brand);
CREATE INDEX authorisation_maker ON authorisation (maker, id);
CREATE INDEX authorisation_until ON authorisation (until) WHERE state = 'verified';
