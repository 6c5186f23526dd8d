-- The record's end cannot be cut off by saying that it ended earlier.
CREATE TRIGGER audit_head_never_goes_back BEFORE UPDATE ON audit_head WHEN NEW.entries < OLD.entries
BEGIN
    SELECT RAISE(ABORT, 'the record never goes back');
END;
