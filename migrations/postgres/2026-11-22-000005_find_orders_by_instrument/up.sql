-- A history filtered by symbol is looked up here; before, all orders of the account were walked through for it.
CREATE INDEX orders_by_instrument ON orders (account_id, instrument_id, id);
-- No question ever was put to this one, and each fill paid for it.
DROP INDEX fills_by_instrument;
