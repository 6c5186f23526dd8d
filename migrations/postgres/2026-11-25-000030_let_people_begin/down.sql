DROP INDEX sessions_by_acting_end;
ALTER TABLE sessions DROP COLUMN acting_until;
ALTER TABLE sessions DROP COLUMN acting_as;
DROP TABLE sign_in_codes;
