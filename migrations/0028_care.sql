-- How often something open to everybody was done on a day, by whom: an organisation, or a network as a digest that nobody can
-- turn back once the day's salt is gone. Yesterday's rows and salts are deleted with the first use of a new day.
CREATE TABLE allowance_salt (
  day BIGINT PRIMARY KEY,
  salt TEXT NOT NULL
);
CREATE TABLE allowance (
  day BIGINT NOT NULL,
  what TEXT NOT NULL,
  who TEXT NOT NULL,
  used BIGINT NOT NULL CHECK (used > 0),
  PRIMARY KEY (day, what, who)
);

-- Who opened a case by hand, 0 for the mall itself: that person does not decide it.
ALTER TABLE conduct ADD COLUMN opened_by BIGINT NOT NULL DEFAULT 0;
UPDATE conduct SET opened_by = COALESCE(
  (SELECT MIN(s.person) FROM said s WHERE s.matter = 'conduct' AND s.about = conduct.id AND s.act = 'open'), 0);

-- A report is found again by its key.
CREATE INDEX dispute_key ON dispute (key_hash) WHERE key_hash <> '';
