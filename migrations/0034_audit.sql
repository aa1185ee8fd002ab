-- Acceptances of a month are found without looking at all orders.
CREATE INDEX acceptance_at ON acceptance (at);

-- Releases of contracts with a trade secret told which agreement or round they were part of. Where there is one, all releases are made
-- again from the journal when their follower next runs, for each is chained to the one before.
DELETE FROM projection WHERE name = 'open'
  AND EXISTS (SELECT 1 FROM open_release WHERE body LIKE '%含商业秘密%' AND body LIKE '%"relatedProcesses"%');
DELETE FROM open_release WHERE NOT EXISTS (SELECT 1 FROM projection WHERE name = 'open');
