-- Secret clauses of what procedures lead to: as of direct orders, '' for none, 'state' or 'trade', with the handler's words.
ALTER TABLE project ADD COLUMN secret TEXT NOT NULL DEFAULT '';
ALTER TABLE project ADD COLUMN secret_words TEXT NOT NULL DEFAULT '';
