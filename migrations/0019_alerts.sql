-- Leads the machine found (动态预警), each once: key says what it is about under its rule. unit and supplier say whom it concerns,
-- org who is asked to explain.
CREATE TABLE alert (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  rule TEXT NOT NULL,
  key TEXT NOT NULL,
  level TEXT NOT NULL,
  region TEXT NOT NULL,
  org BIGINT NOT NULL REFERENCES org (id),
  subject TEXT NOT NULL,
  words TEXT NOT NULL,
  evidence TEXT NOT NULL,
  state TEXT NOT NULL,
  raised_at BIGINT NOT NULL,
  due BIGINT,
  escalated BIGINT NOT NULL,
  closed_at BIGINT,
  closed_by BIGINT,
  version BIGINT NOT NULL,
  UNIQUE (rule, key)
);
CREATE INDEX alert_region ON alert (region, state, id);
CREATE INDEX alert_org ON alert (org, state, id);
CREATE INDEX alert_due ON alert (state, due);

-- How often a rule judged, hit, and could not judge; why last.
CREATE TABLE alert_tally (
  rule TEXT PRIMARY KEY,
  judged BIGINT NOT NULL,
  hits BIGINT NOT NULL,
  blind BIGINT NOT NULL,
  blind_why TEXT NOT NULL
);
