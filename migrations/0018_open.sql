-- Open data: one OCDS release for each public event of a process, in the order of the journal. chain is SHA-256 over the chain
-- before it and the release, so a feed with a gap or a changed release shows.
CREATE TABLE open_release (
  seq BIGINT PRIMARY KEY,
  n BIGINT NOT NULL UNIQUE,
  ocid TEXT NOT NULL,
  at BIGINT NOT NULL,
  month TEXT NOT NULL,
  region TEXT NOT NULL,
  body TEXT NOT NULL,
  chain TEXT NOT NULL
);
CREATE INDEX open_release_ocid ON open_release (ocid, seq);
CREATE INDEX open_release_month ON open_release (month, seq);
