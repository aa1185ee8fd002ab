-- Disclosure: numbers by station, year and series, corrections and withdrawals, secret clauses, what was compared when an order was
-- placed, subscriptions by mail.

-- When a notice could first be read; kept when notices are made again, for nothing else knows it.
CREATE TABLE notice_issue (
  id BIGINT PRIMARY KEY,
  at BIGINT NOT NULL
);
INSERT INTO notice_issue (id, at) SELECT id, published_at FROM notice;

-- Notices get other numbers and fields: the follower makes all of them again from the journal when it next runs.
DROP TABLE notice;
CREATE TABLE notice (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  region TEXT NOT NULL,
  year BIGINT NOT NULL,
  letters TEXT NOT NULL,
  serial BIGINT NOT NULL,
  unit TEXT NOT NULL,
  -- Organisation that answers for it and may correct it; 0 for the office of the region.
  owner BIGINT NOT NULL,
  supplier TEXT NOT NULL,
  orders BIGINT,
  title TEXT NOT NULL,
  amount BIGINT NOT NULL,
  body TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  published_at BIGINT NOT NULL,
  entry BIGINT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('published', 'corrected', 'withdrawn')),
  -- The notice that a correction is about, and what it changes.
  about BIGINT,
  changes TEXT NOT NULL,
  reason TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  UNIQUE (region, year, letters, serial)
);
CREATE INDEX notice_region ON notice (region, published_at);
CREATE INDEX notice_at ON notice (published_at);
CREATE INDEX notice_orders ON notice (orders) WHERE orders IS NOT NULL;
CREATE INDEX notice_about ON notice (about) WHERE about IS NOT NULL;
CREATE INDEX notice_due ON notice (due_at);
DELETE FROM deal;
DELETE FROM projection WHERE name = 'disclosure';

-- What was done to a published notice, one after another: the n-th act has number n, so two at once cannot both be it.
CREATE TABLE notice_act (
  notice BIGINT NOT NULL,
  n BIGINT NOT NULL,
  act TEXT NOT NULL CHECK (act IN ('correct', 'withdraw')),
  changes TEXT NOT NULL,
  reason TEXT NOT NULL,
  org BIGINT NOT NULL,
  person BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (notice, n)
);

-- Clauses that are kept from the public: '' for none, 'state' or 'trade' for whose secret (Implementation Regulations art. 50), with
-- the handler's words which clauses and why.
ALTER TABLE orders ADD COLUMN secret TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN secret_words TEXT NOT NULL DEFAULT '';

-- The offers that stood beside those chosen when an order was placed; the order's entry in the journal holds the digest.
CREATE TABLE order_compared (
  orders BIGINT PRIMARY KEY REFERENCES orders (id),
  body TEXT NOT NULL,
  digest TEXT NOT NULL
);

-- Who asked to be told of notices by mail. mail is personal data: it stands here and nowhere else.
CREATE TABLE subscriber (
  id BIGINT PRIMARY KEY,
  mail TEXT NOT NULL,
  secret TEXT NOT NULL,
  station TEXT NOT NULL,
  kinds TEXT NOT NULL,
  words TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'on')),
  asked_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  -- What was sent today, and how often sending failed since it last went well.
  sent_day BIGINT NOT NULL,
  sent_today BIGINT NOT NULL,
  fails BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  claimed_to BIGINT NOT NULL
);
CREATE INDEX subscriber_mail ON subscriber (mail);
CREATE INDEX subscriber_state ON subscriber (state, asked_at);

-- What is to be sent: one row for one notice and one subscriber; notice 0 asks for confirmation.
CREATE TABLE outbox (
  subscriber BIGINT NOT NULL REFERENCES subscriber (id),
  notice BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  sent_at BIGINT,
  PRIMARY KEY (subscriber, notice)
);
CREATE INDEX outbox_waiting ON outbox (subscriber) WHERE sent_at IS NULL;

-- How often something was asked for from one network or for one address in an hour, under a keyed hash; the key lives two days.
CREATE TABLE ask_count (
  hash TEXT NOT NULL,
  hour BIGINT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (hash, hour)
);
CREATE TABLE ask_key (
  day BIGINT PRIMARY KEY,
  secret TEXT NOT NULL
);
