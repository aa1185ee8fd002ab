-- Keys with which a supplier's own system speaks to the API. Only the SHA-256 of a key is kept.
CREATE TABLE api_key (
  id BIGINT PRIMARY KEY,
  key_hash TEXT NOT NULL UNIQUE,
  org BIGINT NOT NULL REFERENCES org (id),
  person BIGINT NOT NULL REFERENCES person (id),
  name TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  revoked_at BIGINT,
  used_at BIGINT
);
CREATE INDEX api_key_org ON api_key (org, id);
