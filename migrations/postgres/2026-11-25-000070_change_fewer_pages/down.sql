DROP INDEX orders_by_account;
CREATE INDEX orders_by_account ON orders (account_id, id);
CREATE INDEX orders_by_instrument ON orders (account_id, instrument_id, id);
ALTER TABLE orders ADD UNIQUE (account_id, order_key);
DROP INDEX orders_by_key;
