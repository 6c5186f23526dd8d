PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'kind = ''buy'' OR kind = ''sell'' OR kind = ''opening'' OR kind = ''deposit'' OR kind = ''withdrawal'' OR kind = ''fee'' OR kind = ''adjustment'' OR kind = ''dividend''',
    'kind IN (''opening'', ''deposit'', ''withdrawal'', ''buy'', ''sell'', ''fee'', ''adjustment'', ''dividend'')')
WHERE type = 'table' AND name = 'ledger_entries';
UPDATE sqlite_schema
SET sql = replace(sql, ' INTEGER PRIMARY KEY', ' INTEGER PRIMARY KEY AUTOINCREMENT')
WHERE type = 'table' AND name IN ('orders', 'fills', 'ledger_entries');
PRAGMA writable_schema = RESET;
DELETE FROM sqlite_sequence WHERE name IN ('orders', 'fills', 'ledger_entries');
INSERT INTO sqlite_sequence (name, seq)
SELECT name, last FROM (
    SELECT 'orders' AS name, max(id) AS last FROM orders
    UNION ALL SELECT 'fills', max(id) FROM fills
    UNION ALL SELECT 'ledger_entries', max(id) FROM ledger_entries
) WHERE last IS NOT NULL;
CREATE INDEX fills_by_account ON fills (account_id, id);
