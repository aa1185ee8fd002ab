-- Every way of buying beside the shelf: projects, auctions, batches, framework agreements, venues, needs nobody meets.

ALTER TABLE orders ADD COLUMN mode TEXT NOT NULL DEFAULT 'supermarket';
ALTER TABLE orders ADD COLUMN form TEXT NOT NULL DEFAULT 'direct';
ALTER TABLE orders ADD COLUMN project BIGINT;
CREATE INDEX orders_project ON orders (project) WHERE project IS NOT NULL;
ALTER TABLE message ADD COLUMN link TEXT NOT NULL DEFAULT '';
ALTER TABLE supplier ADD COLUMN controller TEXT NOT NULL DEFAULT '';

-- The common header of a procedure. state holds a word of the kind's own table in rules.
CREATE TABLE project (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('auction', 'demand', 'job')),
  number TEXT NOT NULL UNIQUE,
  idem_key TEXT NOT NULL,
  region TEXT NOT NULL,
  unit BIGINT NOT NULL REFERENCES org (id),
  handler BIGINT NOT NULL REFERENCES person (id),
  mode TEXT NOT NULL,
  form TEXT NOT NULL,
  title TEXT NOT NULL,
  purpose TEXT NOT NULL,
  category TEXT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  measure TEXT NOT NULL,
  plan_line BIGINT REFERENCES plan_line (id),
  budget BIGINT REFERENCES budget_line (id),
  ceiling BIGINT NOT NULL CHECK (ceiling > 0),
  held BIGINT NOT NULL CHECK (held >= 0),
  address TEXT NOT NULL,
  contact TEXT NOT NULL,
  phone TEXT NOT NULL,
  address_region TEXT NOT NULL,
  rules TEXT NOT NULL,
  checks TEXT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL,
  step BIGINT NOT NULL,
  steps TEXT NOT NULL,
  note TEXT NOT NULL,
  parent BIGINT,
  made_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  next_due BIGINT,
  next_command TEXT,
  UNIQUE (handler, idem_key)
);
CREATE INDEX project_unit ON project (unit, id);
CREATE INDEX project_region ON project (region, id);
CREATE INDEX project_state ON project (kind, state, id);
CREATE INDEX project_parent ON project (parent) WHERE parent IS NOT NULL;
CREATE INDEX project_due ON project (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE project_approval (
  id BIGINT PRIMARY KEY,
  project BIGINT NOT NULL REFERENCES project (id),
  step BIGINT NOT NULL,
  duty TEXT NOT NULL,
  person BIGINT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('approved', 'returned')),
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  void BIGINT NOT NULL
);
CREATE INDEX project_approval_project ON project_approval (project);

-- What a supplier's score lost, and for what.
CREATE TABLE credit_entry (
  id BIGINT PRIMARY KEY,
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  rule TEXT NOT NULL,
  points BIGINT NOT NULL,
  subject TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (supplier, rule, subject)
);

-- An auction. version counts the batches of quotes; settings, opens_at, closes_at and seed never change once live.
CREATE TABLE auction (
  id BIGINT PRIMARY KEY REFERENCES project (id),
  basis TEXT NOT NULL CHECK (basis IN ('product', 'requirement')),
  product BIGINT NOT NULL,
  settings TEXT NOT NULL,
  demands TEXT NOT NULL,
  hours BIGINT NOT NULL,
  opens_at BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  seed TEXT NOT NULL,
  commitment TEXT NOT NULL,
  version BIGINT NOT NULL,
  phase TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  quotes BIGINT NOT NULL,
  run BIGINT NOT NULL,
  rerun_of BIGINT,
  winner BIGINT,
  amount BIGINT
);
CREATE INDEX auction_until ON auction (phase, until_at);

CREATE TABLE auction_invite (
  auction BIGINT NOT NULL REFERENCES auction (id),
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  PRIMARY KEY (auction, supplier)
);

-- Who takes part. address and device are kept to compare entries with each other, and shown to nobody.
CREATE TABLE auction_entry (
  auction BIGINT NOT NULL REFERENCES auction (id),
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  alias TEXT NOT NULL,
  offer BIGINT NOT NULL,
  brand TEXT NOT NULL,
  model TEXT NOT NULL,
  maker TEXT NOT NULL,
  answers TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('', 'pass', 'fail')),
  reason TEXT NOT NULL,
  abnormal TEXT NOT NULL,
  explanation TEXT NOT NULL,
  explained TEXT NOT NULL CHECK (explained IN ('', 'asked', 'given', 'accepted', 'rejected')),
  flags TEXT NOT NULL,
  address TEXT NOT NULL,
  device TEXT NOT NULL,
  person BIGINT NOT NULL,
  place BIGINT NOT NULL,
  standing TEXT NOT NULL CHECK (standing IN ('', 'line', 'named', 'confirmed', 'abandoned', 'expired')),
  at BIGINT NOT NULL,
  PRIMARY KEY (auction, supplier),
  UNIQUE (auction, alias)
);

-- Every accepted quote. id is that of its journal entry; amount is null while the quote is sealed.
CREATE TABLE auction_quote (
  id BIGINT PRIMARY KEY,
  auction BIGINT NOT NULL REFERENCES auction (id),
  seq BIGINT NOT NULL,
  supplier BIGINT NOT NULL,
  person BIGINT NOT NULL,
  phase TEXT NOT NULL,
  amount BIGINT,
  sealed BYTEA,
  at BIGINT NOT NULL,
  UNIQUE (auction, seq)
);

-- What happened between quotes: openings of seals, time given back after an outage. seq is that of the quote before.
CREATE TABLE auction_event (
  id BIGINT PRIMARY KEY,
  auction BIGINT NOT NULL REFERENCES auction (id),
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('opened', 'outage')),
  data TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX auction_event_auction ON auction_event (auction, id);

CREATE TABLE auction_question (
  id BIGINT PRIMARY KEY,
  auction BIGINT NOT NULL REFERENCES auction (id),
  supplier BIGINT NOT NULL,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  answered_at BIGINT
);
CREATE INDEX auction_question_auction ON auction_question (auction, id);

-- The mall's own pulse, one row a node; a gap longer than allowed is an outage.
CREATE TABLE pulse (
  node TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);

-- A round of batch purchase: one category, one region and all below it, one window.
CREATE TABLE batch_round (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  region TEXT NOT NULL,
  centre BIGINT NOT NULL REFERENCES org (id),
  category TEXT NOT NULL,
  title TEXT NOT NULL,
  opens_on BIGINT NOT NULL,
  due_on BIGINT NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('auction', 'discount')),
  winners BIGINT NOT NULL CHECK (winners BETWEEN 1 AND 5),
  state TEXT NOT NULL,
  version BIGINT NOT NULL,
  note TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  made_by BIGINT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX batch_round_state ON batch_round (state, due_on);
CREATE INDEX batch_round_region ON batch_round (region, category);

-- A configuration package of a round: what units may choose.
CREATE TABLE batch_package (
  id BIGINT PRIMARY KEY,
  round BIGINT NOT NULL REFERENCES batch_round (id),
  title TEXT NOT NULL,
  measure TEXT NOT NULL,
  demands TEXT NOT NULL,
  product BIGINT NOT NULL,
  shelf_price BIGINT NOT NULL CHECK (shelf_price > 0),
  ceiling BIGINT NOT NULL CHECK (ceiling > 0)
);
CREATE INDEX batch_package_round ON batch_package (round);

-- A unit's demand; its header is a project of kind demand.
CREATE TABLE batch_demand (
  id BIGINT PRIMARY KEY REFERENCES project (id),
  round BIGINT NOT NULL REFERENCES batch_round (id),
  package BIGINT NOT NULL REFERENCES batch_package (id),
  reviewer BIGINT,
  orders BIGINT
);
CREATE INDEX batch_demand_round ON batch_demand (round);

-- What suppliers offer for a package of a round: price of one, and how many at most; both null until the seal is opened.
CREATE TABLE batch_offer (
  package BIGINT NOT NULL REFERENCES batch_package (id),
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  price BIGINT,
  most BIGINT,
  brand TEXT NOT NULL,
  model TEXT NOT NULL,
  awarded BIGINT NOT NULL,
  sealed BYTEA,
  at BIGINT NOT NULL,
  PRIMARY KEY (package, supplier)
);

-- A proposal to pool alike needs; members stay hidden from each other until each agrees.
CREATE TABLE pool (
  id BIGINT PRIMARY KEY,
  region TEXT NOT NULL,
  product BIGINT NOT NULL,
  title TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL
);

CREATE TABLE pool_member (
  pool BIGINT NOT NULL REFERENCES pool (id),
  unit BIGINT NOT NULL REFERENCES org (id),
  person BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  answer TEXT NOT NULL CHECK (answer IN ('', 'yes', 'no')),
  at BIGINT NOT NULL,
  PRIMARY KEY (pool, unit)
);

-- A framework agreement for services of one category in one area, and who is in it at what price.
CREATE TABLE agreement (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  region TEXT NOT NULL,
  centre BIGINT NOT NULL REFERENCES org (id),
  category TEXT NOT NULL,
  title TEXT NOT NULL,
  pricing TEXT NOT NULL CHECK (pricing IN ('discount', 'items', 'ceiling')),
  list_title TEXT NOT NULL,
  list_day BIGINT NOT NULL,
  from_day BIGINT NOT NULL,
  to_day BIGINT NOT NULL,
  refill BIGINT NOT NULL,
  places BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'ended')),
  made_by BIGINT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX agreement_region ON agreement (region, category);

-- The price schedule: reference price or agreed ceiling of one, fen.
CREATE TABLE agreement_item (
  id BIGINT PRIMARY KEY,
  agreement BIGINT NOT NULL REFERENCES agreement (id),
  kind TEXT NOT NULL CHECK (kind IN ('labour', 'part', 'service')),
  title TEXT NOT NULL,
  measure TEXT NOT NULL,
  price BIGINT NOT NULL CHECK (price > 0)
);
CREATE INDEX agreement_item_agreement ON agreement_item (agreement);

CREATE TABLE agreement_member (
  agreement BIGINT NOT NULL REFERENCES agreement (id),
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  discount_bp BIGINT NOT NULL CHECK (discount_bp BETWEEN 0 AND 9999),
  place BIGINT NOT NULL,
  turns BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('in', 'out')),
  PRIMARY KEY (agreement, supplier)
);

-- A call-off; its header is a project of kind job.
CREATE TABLE job (
  id BIGINT PRIMARY KEY REFERENCES project (id),
  agreement BIGINT NOT NULL REFERENCES agreement (id),
  way TEXT NOT NULL CHECK (way IN ('direct', 'compete', 'rotate', 'draw')),
  supplier BIGINT,
  commitment TEXT NOT NULL,
  secret TEXT NOT NULL,
  draw_after BIGINT NOT NULL,
  draw_seq BIGINT NOT NULL,
  draw_hash TEXT NOT NULL,
  answer_by BIGINT NOT NULL,
  lines TEXT NOT NULL,
  total BIGINT NOT NULL,
  done_words TEXT NOT NULL,
  done_at BIGINT,
  statement BIGINT,
  orders BIGINT
);
CREATE INDEX job_agreement ON job (agreement);
CREATE INDEX job_supplier ON job (supplier);

CREATE TABLE job_quote (
  job BIGINT NOT NULL REFERENCES job (id),
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  amount BIGINT,
  sealed BYTEA,
  at BIGINT,
  state TEXT NOT NULL CHECK (state IN ('invited', 'quoted', 'won', 'lost')),
  PRIMARY KEY (job, supplier)
);

-- One month's settlement of one unit with one supplier under one agreement.
CREATE TABLE statement (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  agreement BIGINT NOT NULL REFERENCES agreement (id),
  unit BIGINT NOT NULL REFERENCES org (id),
  supplier BIGINT NOT NULL REFERENCES supplier (org),
  region TEXT NOT NULL,
  month TEXT NOT NULL,
  total BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('drawn', 'confirmed')),
  at BIGINT NOT NULL,
  UNIQUE (agreement, unit, supplier, month)
);

-- A venue: who may be in it is data, see rules::venue.
CREATE TABLE venue (
  key TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  banner TEXT NOT NULL,
  words TEXT NOT NULL,
  region TEXT NOT NULL,
  from_day BIGINT NOT NULL,
  to_day BIGINT,
  conditions TEXT NOT NULL,
  place BIGINT NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE venue_list (
  venue TEXT NOT NULL REFERENCES venue (key),
  product BIGINT NOT NULL,
  PRIMARY KEY (venue, product)
);

-- A need the mall cannot meet.
CREATE TABLE need (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  region TEXT NOT NULL,
  unit BIGINT NOT NULL REFERENCES org (id),
  person BIGINT NOT NULL,
  category TEXT NOT NULL,
  words TEXT NOT NULL,
  reason TEXT NOT NULL,
  explanation TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  nearest TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('stated', 'withdrawn', 'promoted', 'declined')),
  answer TEXT NOT NULL,
  digest TEXT NOT NULL,
  at BIGINT NOT NULL,
  valid_to BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX need_region ON need (region, id);
CREATE INDEX need_unit ON need (unit, id);
