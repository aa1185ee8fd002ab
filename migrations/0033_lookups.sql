-- What was paid for a product before is found in an index alone, however many deals there were: each line says when its order
-- began to count (day and journal number), and the journal number with which it stopped, or 0, as stat_deal does.
ALTER TABLE stat_line ADD COLUMN day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stat_line ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stat_line ADD COLUMN gone BIGINT NOT NULL DEFAULT 0;
UPDATE stat_line SET
  day = (SELECT d.day FROM stat_deal d WHERE d.orders = stat_line.orders),
  since = (SELECT d.since FROM stat_deal d WHERE d.orders = stat_line.orders),
  gone = (SELECT d.gone FROM stat_deal d WHERE d.orders = stat_line.orders);
DROP INDEX stat_line_product;
CREATE INDEX stat_line_paid ON stat_line (product, orders, line, day, since, gone, amount, quantity);

-- Leads that are not closed are few among many: every page of an office counts them, the cockpit shows the newest of the highest level.
CREATE INDEX alert_open ON alert (level, id, region, org, state) WHERE state IN ('raised', 'asked', 'explained', 'verified');
-- Counting them by state needs no look at the rows.
DROP INDEX alert_due;
CREATE INDEX alert_due ON alert (state, due, region, org);
