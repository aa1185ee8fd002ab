-- 审计: what an auditor examines, what was drawn and by what, the working papers, questions and findings. unit and supplier
-- narrow the scope, 0 for all; category is a prefix, mode and form are empty for all.
CREATE TABLE audit (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  org BIGINT NOT NULL REFERENCES org (id),
  region TEXT NOT NULL REFERENCES region (code),
  title TEXT NOT NULL,
  day_from BIGINT NOT NULL,
  day_to BIGINT NOT NULL,
  category TEXT NOT NULL,
  mode TEXT NOT NULL,
  form TEXT NOT NULL,
  unit BIGINT NOT NULL,
  supplier BIGINT NOT NULL,
  amount_min BIGINT NOT NULL,
  amount_max BIGINT NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('all', 'random', 'weighted')),
  size BIGINT NOT NULL,
  state TEXT NOT NULL,
  commitment TEXT NOT NULL,
  secret TEXT NOT NULL,
  population BIGINT NOT NULL,
  population_amount BIGINT NOT NULL,
  population_digest TEXT NOT NULL,
  entry_seq BIGINT,
  entry_hash TEXT NOT NULL,
  opinion TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  announced_at BIGINT,
  drawn_at BIGINT,
  concluded_at BIGINT,
  person BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX audit_region ON audit (region, id);

-- The orders a sample was drawn from: lines of id and fen, so that anybody can draw again.
CREATE TABLE audit_population (
  audit BIGINT PRIMARY KEY REFERENCES audit (id),
  lines TEXT NOT NULL
);

-- One order to be looked at. points are those of money that fell on it; named ones were added by hand, with the reason.
CREATE TABLE audit_paper (
  audit BIGINT NOT NULL REFERENCES audit (id),
  orders BIGINT NOT NULL REFERENCES orders (id),
  place BIGINT NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('drawn', 'named')),
  points BIGINT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done')),
  person BIGINT,
  at BIGINT,
  PRIMARY KEY (audit, orders)
);

-- What the auditor says to one line of the checklist, beside what the machine said then.
CREATE TABLE audit_check (
  audit BIGINT NOT NULL,
  orders BIGINT NOT NULL,
  line TEXT NOT NULL,
  seen TEXT NOT NULL,
  figures TEXT NOT NULL,
  fit TEXT NOT NULL,
  words TEXT NOT NULL,
  person BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (audit, orders, line),
  FOREIGN KEY (audit, orders) REFERENCES audit_paper (audit, orders)
);

-- A question to a unit or a supplier; what is said stands in said, matter audit_question. region is whose finance department hears
-- when nobody answers: the unit's, or for a supplier the audit's.
CREATE TABLE audit_question (
  id BIGINT PRIMARY KEY,
  audit BIGINT NOT NULL REFERENCES audit (id),
  number TEXT NOT NULL UNIQUE,
  org BIGINT NOT NULL REFERENCES org (id),
  region TEXT NOT NULL REFERENCES region (code),
  orders BIGINT,
  state TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  due BIGINT,
  escalated BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX audit_question_audit ON audit_question (audit, id);
CREATE INDEX audit_question_org ON audit_question (org, id);
CREATE INDEX audit_question_due ON audit_question (due) WHERE due IS NOT NULL;

-- A finding; what is said stands in said, matter audit_finding. conduct is the case it was handed over as, finance when it went to
-- the finance department as a lead.
CREATE TABLE audit_finding (
  id BIGINT PRIMARY KEY,
  audit BIGINT NOT NULL REFERENCES audit (id),
  number TEXT NOT NULL UNIQUE,
  org BIGINT NOT NULL REFERENCES org (id),
  region TEXT NOT NULL REFERENCES region (code),
  kind TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('minor', 'serious', 'grave')),
  amount BIGINT NOT NULL CHECK (amount >= 0),
  facts TEXT NOT NULL,
  advice TEXT NOT NULL,
  state TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  sent_at BIGINT,
  final_at BIGINT,
  closed_at BIGINT,
  due BIGINT,
  escalated BIGINT NOT NULL,
  conduct BIGINT REFERENCES conduct (id),
  finance_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX audit_finding_audit ON audit_finding (audit, id);
CREATE INDEX audit_finding_org ON audit_finding (org, id);
CREATE INDEX audit_finding_due ON audit_finding (due) WHERE due IS NOT NULL;

CREATE TABLE audit_finding_order (
  finding BIGINT NOT NULL REFERENCES audit_finding (id),
  orders BIGINT NOT NULL REFERENCES orders (id),
  PRIMARY KEY (finding, orders)
);

-- Contracts of a period, for what audits draw from.
CREATE INDEX contract_signed ON contract (signed_at) WHERE signed_at IS NOT NULL;

-- Leads about one order.
CREATE INDEX alert_subject ON alert (subject);
