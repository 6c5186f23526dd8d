DROP TABLE reversals;
DROP TABLE epochs;
ALTER TABLE accounts DROP COLUMN epoch_start;
ALTER TABLE accounts DROP COLUMN epoch;
ALTER TABLE accounts DROP COLUMN frozen_because;
ALTER TABLE accounts DROP COLUMN frozen_at;
