CREATE INDEX fills_by_account ON fills (account_id, id);
