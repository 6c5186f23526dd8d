DROP INDEX orders_by_account;
CREATE INDEX orders_by_account ON orders (account_id, id);
CREATE INDEX orders_by_instrument ON orders (account_id, instrument_id, id);
-- By a name of its own and not by a rule of the table, which is as good.
CREATE UNIQUE INDEX orders_by_account_and_key ON orders (account_id, order_key);
DROP INDEX orders_by_key;
