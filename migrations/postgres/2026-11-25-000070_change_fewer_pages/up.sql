-- What an order changes in an index that goes by accounts is a page of its own, which is written to the log in whole
-- after every checkpoint. Two such indexes less.

-- At once and not step by step, so that nobody who writes meanwhile waits for us while we wait for them.
LOCK TABLE orders IN ACCESS EXCLUSIVE MODE;

-- The keys of forms begin with their time, so that in this order their index is filled at its end.
CREATE UNIQUE INDEX orders_by_key ON orders (order_key, account_id);
ALTER TABLE orders DROP CONSTRAINT orders_account_id_order_key_key;

-- An account's orders, and which of them are of one instrument, which the index alone tells.
DROP INDEX orders_by_account;
DROP INDEX orders_by_instrument;
CREATE INDEX orders_by_account ON orders (account_id, id, instrument_id);
