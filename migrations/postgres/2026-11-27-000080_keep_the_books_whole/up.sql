-- The record's end cannot be cut off by saying that it ended earlier.
CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record never goes back';
END $$;
CREATE TRIGGER audit_head_never_goes_back BEFORE UPDATE ON audit_head
    FOR EACH ROW WHEN (NEW.entries < OLD.entries) EXECUTE FUNCTION refuse_going_back();
CREATE TRIGGER audit_head_is_never_truncated BEFORE TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_the_record();

-- Emptying a table removes its rows without the trigger that refuses to remove them.
CREATE TRIGGER ledger_entries_are_never_truncated BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
