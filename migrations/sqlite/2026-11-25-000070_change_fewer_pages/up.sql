-- What an order changes in an index that goes by accounts is a page of its own, which every commit writes to the log
-- in whole. Two such indexes less.

-- The keys of forms begin with their time, so that in this order their index is filled at its end. The old one is one
-- that SQLite made for a rule of the table; to be dropped it first becomes one that was made by name, of the same rows,
-- so that the orders need not be written again (https://www.sqlite.org/lang_altertable.html, section 7).
CREATE UNIQUE INDEX orders_by_key ON orders (order_key, account_id);

PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, ',
    UNIQUE (account_id, order_key)', '')
WHERE type = 'table' AND name = 'orders';
UPDATE sqlite_schema
SET name = 'orders_by_account_and_key', sql = 'CREATE UNIQUE INDEX orders_by_account_and_key ON orders (account_id, order_key)'
WHERE type = 'index' AND name = 'sqlite_autoindex_orders_2';
PRAGMA writable_schema = RESET;

DROP INDEX orders_by_account_and_key;

-- An account's orders, and which of them are of one instrument, which the index alone tells.
DROP INDEX orders_by_account;
DROP INDEX orders_by_instrument;
CREATE INDEX orders_by_account ON orders (account_id, id, instrument_id);
