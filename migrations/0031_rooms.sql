-- What an office can be reached by, for notices: its address, its switchboard. Never a person's.
ALTER TABLE org ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE org ADD COLUMN phone TEXT NOT NULL DEFAULT '';

-- Files that go with what was said in a matter; digest is the SHA-256 that stands in said and in the journal.
CREATE TABLE said_file (
  matter TEXT NOT NULL,
  about BIGINT NOT NULL,
  digest TEXT NOT NULL,
  name TEXT NOT NULL,
  bytes BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (matter, about, digest)
);

-- Who deals with a lead; when it goes to the next office above (escalated counts how often it did); the case of conduct it led to;
-- whether an auditor found it right afterwards.
ALTER TABLE alert ADD COLUMN owner BIGINT REFERENCES person (id);
ALTER TABLE alert ADD COLUMN rises_at BIGINT;
ALTER TABLE alert ADD COLUMN conduct BIGINT;
ALTER TABLE alert ADD COLUMN reviewed TEXT NOT NULL DEFAULT '';
UPDATE alert SET rises_at = due WHERE escalated = 0 AND closed_at IS NULL;
CREATE INDEX alert_rises ON alert (rises_at) WHERE rises_at IS NOT NULL;

-- Shipments are followed until they are looked at: the day the supplier expects them to arrive; since when they count as arrived although
-- nobody registered it; how often the unit was reminded (1: to accept, 2: reported); when the next look is.
ALTER TABLE shipment ADD COLUMN expected_at BIGINT;
ALTER TABLE shipment ADD COLUMN assumed_at BIGINT;
ALTER TABLE shipment ADD COLUMN reminded BIGINT NOT NULL DEFAULT 0;
ALTER TABLE shipment ADD COLUMN look_at BIGINT;
UPDATE shipment SET look_at = shipped_at + 604800000
  WHERE received_at IS NULL AND orders IN (SELECT id FROM orders WHERE state = 'performing');
CREATE INDEX shipment_look ON shipment (look_at) WHERE look_at IS NOT NULL;
