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

-- 通报: the inspections that ended in a month, published once when the month is over. month is its first day.
CREATE TABLE inspection_bulletin (
  month BIGINT PRIMARY KEY,
  made_at BIGINT NOT NULL,
  inspections BIGINT NOT NULL,
  looked BIGINT NOT NULL,
  found BIGINT NOT NULL
);

-- Another way to write a model of a brand: what came under it goes to into_product. product is what it was before; offers and
-- observations are the ids that went over, separated by spaces, so that it can be separated again.
CREATE TABLE model_alias (
  brand TEXT NOT NULL,
  model_key TEXT NOT NULL,
  product BIGINT NOT NULL REFERENCES product (id),
  into_product BIGINT NOT NULL REFERENCES product (id),
  offers TEXT NOT NULL,
  observations TEXT NOT NULL,
  PRIMARY KEY (brand, model_key)
);
CREATE INDEX model_alias_into ON model_alias (into_product);
