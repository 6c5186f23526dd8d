-- Since when an account takes no orders and moves no money for its owner, and why.
ALTER TABLE accounts ADD COLUMN frozen_at INTEGER;
ALTER TABLE accounts ADD COLUMN frozen_because TEXT CHECK ((frozen_because IS NULL) = (frozen_at IS NULL));
-- How often the account has begun, and the number of the entry that it began with the last time.
ALTER TABLE accounts ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1 CHECK (epoch > 0);
ALTER TABLE accounts ADD COLUMN epoch_start INTEGER NOT NULL DEFAULT 1 CHECK (epoch_start > 0);

-- Where an account began anew; the first beginning of each is its first entry.
CREATE TABLE epochs (
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    epoch       INTEGER NOT NULL CHECK (epoch > 1),
    -- The number of its opening.
    start       INTEGER NOT NULL CHECK (start > 1),
    -- The account's last order before it; 0 when there was none.
    after_order INTEGER NOT NULL CHECK (after_order >= 0),
    began_at    INTEGER NOT NULL,
    PRIMARY KEY (account_id, epoch)
) STRICT, WITHOUT ROWID;

-- Orders whose execution the house undid, each with the entry that does it.
CREATE TABLE reversals (
    order_id    INTEGER NOT NULL PRIMARY KEY REFERENCES orders (id),
    entry_id    INTEGER NOT NULL UNIQUE REFERENCES ledger_entries (id),
    reversed_at INTEGER NOT NULL
) STRICT;
