DROP TRIGGER ledger_entries_are_never_truncated ON ledger_entries;
DROP TRIGGER audit_head_is_never_truncated ON audit_head;
DROP TRIGGER audit_head_never_goes_back ON audit_head;
DROP FUNCTION refuse_going_back;
