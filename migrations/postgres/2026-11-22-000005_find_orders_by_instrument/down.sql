CREATE INDEX fills_by_instrument ON fills (account_id, instrument_id, id);
DROP INDEX orders_by_instrument;
