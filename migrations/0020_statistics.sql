-- Orders as statistics count them (统计分析), each made from the journal exactly once. seq is the newest journal number that
-- changed the row, gone the number with which a cancelled contract stopped counting, or 0. A deadline's due is in seconds since
-- 1970, 0 when it has not begun; its end is 0 open, 1 kept, 2 late. quotes is null where nobody competes.
CREATE TABLE stat_deal (
  orders BIGINT PRIMARY KEY,
  seq BIGINT NOT NULL,
  since BIGINT NOT NULL,
  gone BIGINT NOT NULL,
  notice BIGINT NOT NULL,
  day BIGINT NOT NULL,
  region TEXT NOT NULL,
  unit BIGINT NOT NULL,
  supplier BIGINT NOT NULL,
  mode TEXT NOT NULL,
  form TEXT NOT NULL,
  size TEXT NOT NULL,
  quotes BIGINT,
  amount BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  paid BIGINT NOT NULL,
  publish_due BIGINT NOT NULL,
  publish_end BIGINT NOT NULL,
  deliver_due BIGINT NOT NULL,
  deliver_end BIGINT NOT NULL,
  accept_due BIGINT NOT NULL,
  accept_end BIGINT NOT NULL,
  pay_due BIGINT NOT NULL,
  pay_end BIGINT NOT NULL
);
CREATE INDEX stat_deal_seq ON stat_deal (seq);

-- Their lines; they never change. A baseline is 0 where it is not known; venues are keys separated by spaces.
CREATE TABLE stat_line (
  orders BIGINT NOT NULL REFERENCES stat_deal (orders),
  line BIGINT NOT NULL,
  category TEXT NOT NULL,
  fund TEXT NOT NULL,
  venues TEXT NOT NULL,
  product BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  list BIGINT NOT NULL,
  market BIGINT NOT NULL,
  paid BIGINT NOT NULL,
  ceiling BIGINT NOT NULL,
  PRIMARY KEY (orders, line)
);
CREATE INDEX stat_line_product ON stat_line (product, orders);
