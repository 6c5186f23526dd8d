-- Two rules that each order paid for are said in other words. Nothing changes in what is stored or allowed, so that the
-- rows of a large ledger need not be written again (https://www.sqlite.org/lang_altertable.html, section 7).
PRAGMA writable_schema = ON;
-- A list of more than two is put into a table of its own for each row that is checked; alternatives are not.
UPDATE sqlite_schema
SET sql = replace(sql, 'kind IN (''opening'', ''deposit'', ''withdrawal'', ''buy'', ''sell'', ''fee'', ''adjustment'', ''dividend'')',
    'kind = ''buy'' OR kind = ''sell'' OR kind = ''opening'' OR kind = ''deposit'' OR kind = ''withdrawal'' OR kind = ''fee'' OR kind = ''adjustment'' OR kind = ''dividend''')
WHERE type = 'table' AND name = 'ledger_entries';
-- Rows of these tables are never removed: the highest number is the last, without its being kept elsewhere.
UPDATE sqlite_schema
SET sql = replace(sql, ' PRIMARY KEY AUTOINCREMENT', ' PRIMARY KEY')
WHERE type = 'table' AND name IN ('orders', 'fills', 'ledger_entries');
PRAGMA writable_schema = RESET;

-- Only the checking of the books went by it, and goes by the account's orders now. Dropping it tells every other
-- connection of the new words, too.
DROP INDEX fills_by_account;
