-- Secret clauses of what procedures lead to: as of direct orders, '' for none, 'state' or 'trade', with the handler's words.
ALTER TABLE project ADD COLUMN secret TEXT NOT NULL DEFAULT '';
ALTER TABLE project ADD COLUMN secret_words TEXT NOT NULL DEFAULT '';

-- What is personal or secret of an order is committed by a salted hash in its journal entry: the salt stands here, and goes with what is
-- erased. Orders of before have none.
ALTER TABLE orders ADD COLUMN salt TEXT NOT NULL DEFAULT '';

-- Notices and releases say more, and there are more of them: their followers make all of them again from the journal when they next run.
DELETE FROM notice;
DELETE FROM deal;
DELETE FROM projection WHERE name = 'disclosure';
DELETE FROM open_release;
DELETE FROM projection WHERE name = 'open';
