-- Drafts of rules (规则变更): what a finance department wants to set, from when, on what basis. changes is a JSON list; once
-- published each change also says what it replaced. simulated is empty, 'wanted', or what past orders would have met.
CREATE TABLE rule_draft (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  region TEXT NOT NULL REFERENCES region (code),
  title TEXT NOT NULL,
  basis TEXT NOT NULL,
  day_from BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('editing', 'submitted', 'published', 'dropped')),
  changes TEXT NOT NULL,
  simulated TEXT NOT NULL,
  note TEXT NOT NULL,
  undoes BIGINT REFERENCES rule_draft (id),
  made_by BIGINT NOT NULL REFERENCES person (id),
  made_at BIGINT NOT NULL,
  decided_by BIGINT REFERENCES person (id),
  decided_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX rule_draft_region ON rule_draft (region, id);
CREATE INDEX rule_draft_wanted ON rule_draft (id) WHERE simulated = 'wanted';

-- Publications hold this row, one after the other, so that each sees what the one before made.
INSERT INTO lease (name, holder, until) VALUES ('rulebook', '', 0);
