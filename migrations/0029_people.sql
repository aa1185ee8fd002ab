-- The template a person's duties came from (岗位模板, a key of the rulebook; empty for the first people of an installation), and
-- whether the password is one that somebody else chose and the person has yet to replace.
ALTER TABLE person ADD COLUMN role TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN fresh BIGINT NOT NULL DEFAULT 0;
