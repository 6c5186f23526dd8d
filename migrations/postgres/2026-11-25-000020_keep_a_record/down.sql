ALTER TABLE users DROP COLUMN disabled_because;
ALTER TABLE users DROP COLUMN disabled_at;
ALTER TABLE sessions DROP COLUMN granted_until;
DROP TABLE audit_head;
DROP TABLE audit_entries;
DROP FUNCTION refuse_change_of_the_record();
