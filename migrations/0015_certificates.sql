-- The register of certificates, as certifiers publish it, taken in as files. models lists the models a certificate holds for,
-- separated by ; and it holds for no other. since and until are days; warned says that sellers were told it ends soon.
CREATE TABLE certificate (
  number TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  holder TEXT NOT NULL,
  brand TEXT NOT NULL,
  models TEXT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('valid', 'paused', 'revoked')),
  source TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  warned BIGINT NOT NULL
);
CREATE INDEX certificate_until ON certificate (until);
CREATE INDEX product_certificate ON product (certificate) WHERE certificate <> '';
