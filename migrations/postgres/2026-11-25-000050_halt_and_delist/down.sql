ALTER TABLE instruments DROP COLUMN halted_because;
ALTER TABLE instruments DROP COLUMN halted_at;
ALTER TABLE instruments DROP COLUMN delisted_at;
ALTER TABLE instruments DROP COLUMN edited_at;
ALTER TABLE instruments DROP COLUMN origin;
