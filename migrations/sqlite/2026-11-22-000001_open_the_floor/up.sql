-- 'TFLR': says that this file is a Tradefloor database.
PRAGMA application_id = 1413893202;

CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    username      TEXT    NOT NULL CHECK (length(username) BETWEEN 3 AND 32),
    username_key  TEXT    NOT NULL UNIQUE CHECK (username_key = lower(username)),
    password_hash TEXT    NOT NULL,
    -- Counts the passwords this person has had; a session ends with the password that began it.
    password_version INTEGER NOT NULL CHECK (password_version > 0),
    role          TEXT    NOT NULL CHECK (role IN ('trader', 'support', 'admin')),
    created_at    INTEGER NOT NULL,
    -- When the person left; their name and password hash are gone by then, their books stay.
    closed_at     INTEGER
) STRICT;

CREATE TABLE sessions (
    -- SHA-256 of the cookie's value, in hexadecimal: the table cannot be used to sign in.
    key_hash   TEXT    NOT NULL PRIMARY KEY CHECK (length(key_hash) = 64),
    user_id    INTEGER NOT NULL REFERENCES users (id),
    password_version INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    -- The absolute end; the idle end follows from seen_at.
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id, seen_at);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE instruments (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id      TEXT    NOT NULL UNIQUE,
    symbol         TEXT    NOT NULL UNIQUE CHECK (length(symbol) BETWEEN 1 AND 8 AND symbol = upper(symbol)),
    name           TEXT    NOT NULL,
    sector         TEXT    NOT NULL,
    -- Whether the market that runs now trades it.
    listed         INTEGER NOT NULL CHECK (listed IN (0, 1)),
    -- Where the market left off, so that prices go on after a restart.
    last_price     INTEGER CHECK (last_price > 0),
    previous_close INTEGER CHECK (previous_close > 0),
    priced_at      INTEGER
) STRICT;

CREATE TABLE accounts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id   TEXT    NOT NULL UNIQUE,
    user_id     INTEGER NOT NULL REFERENCES users (id),
    -- Caches of the ledger, written in the same transaction as its entries.
    cash        INTEGER NOT NULL CHECK (cash >= 0),
    contributed INTEGER NOT NULL,
    entries     INTEGER NOT NULL CHECK (entries >= 0),
    head        BLOB    NOT NULL CHECK (length(head) = 32),
    opened_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX accounts_by_user ON accounts (user_id);

CREATE TABLE holdings (
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    instrument_id INTEGER NOT NULL REFERENCES instruments (id),
    quantity      INTEGER NOT NULL CHECK (quantity >= 0),
    cost          INTEGER NOT NULL CHECK (cost >= 0 AND (quantity > 0 OR cost = 0)),
    realised      INTEGER NOT NULL,
    -- The market day of the latest trade, the shares held when it began, and cash paid less cash received since.
    day           INTEGER NOT NULL,
    day_quantity  INTEGER NOT NULL CHECK (day_quantity >= 0),
    day_paid      INTEGER NOT NULL,
    PRIMARY KEY (account_id, instrument_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id     TEXT    NOT NULL UNIQUE,
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    order_key     TEXT    NOT NULL CHECK (length(order_key) BETWEEN 1 AND 64),
    instrument_id INTEGER NOT NULL REFERENCES instruments (id),
    side          TEXT    NOT NULL CHECK (side IN ('buy', 'sell')),
    shares        INTEGER CHECK (shares > 0),
    dollars       INTEGER CHECK (dollars > 0),
    state         TEXT    NOT NULL CHECK (state IN ('filled')),
    placed_at     INTEGER NOT NULL,
    CHECK ((shares IS NULL) <> (dollars IS NULL)),
    UNIQUE (account_id, order_key)
) STRICT;
CREATE INDEX orders_by_account ON orders (account_id, id);

CREATE TABLE fills (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id      INTEGER NOT NULL UNIQUE REFERENCES orders (id),
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    instrument_id INTEGER NOT NULL REFERENCES instruments (id),
    side          TEXT    NOT NULL CHECK (side IN ('buy', 'sell')),
    quantity      INTEGER NOT NULL CHECK (quantity > 0),
    price         INTEGER NOT NULL CHECK (price > 0),
    -- What was paid for a buy, what was received for a sale.
    cash          INTEGER NOT NULL CHECK (cash >= 0),
    -- Proceeds less the cost of the shares sold.
    gain          INTEGER CHECK ((gain IS NULL) = (side = 'buy')),
    -- The quote that was hit, by the market's own clock.
    bid           INTEGER NOT NULL CHECK (bid > 0),
    ask           INTEGER NOT NULL CHECK (ask >= bid),
    last          INTEGER NOT NULL CHECK (last > 0),
    quoted_at     INTEGER NOT NULL,
    filled_at     INTEGER NOT NULL,
    -- Cash right afterwards, as the ledger has it.
    balance       INTEGER NOT NULL CHECK (balance >= 0)
) STRICT;
CREATE INDEX fills_by_account ON fills (account_id, id);
CREATE INDEX fills_by_instrument ON fills (account_id, instrument_id, id);

CREATE TABLE ledger_entries (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    sequence      INTEGER NOT NULL CHECK (sequence > 0),
    kind          TEXT    NOT NULL CHECK (kind IN ('opening', 'deposit', 'withdrawal', 'buy', 'sell', 'fee', 'adjustment', 'dividend')),
    cash          INTEGER NOT NULL,
    balance       INTEGER NOT NULL CHECK (balance >= 0),
    instrument_id INTEGER REFERENCES instruments (id),
    quantity      INTEGER NOT NULL CHECK (quantity = 0 OR instrument_id IS NOT NULL),
    cost          INTEGER NOT NULL CHECK (cost = 0 OR instrument_id IS NOT NULL),
    order_id      INTEGER REFERENCES orders (id),
    at            INTEGER NOT NULL,
    memo          TEXT    NOT NULL,
    hash          BLOB    NOT NULL CHECK (length(hash) = 32),
    -- The key of the form that asked for it, where no order carries one.
    request_key   TEXT    CHECK (length(request_key) BETWEEN 1 AND 64),
    UNIQUE (account_id, sequence)
) STRICT;
CREATE UNIQUE INDEX ledger_entries_by_request ON ledger_entries (account_id, request_key) WHERE request_key IS NOT NULL;

CREATE TRIGGER ledger_entries_are_never_changed BEFORE UPDATE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'a ledger entry is never changed');
END;
CREATE TRIGGER ledger_entries_are_never_removed BEFORE DELETE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'a ledger entry is never removed');
END;

CREATE TABLE valuations (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    -- The beginning of the span it stands for.
    at         INTEGER NOT NULL,
    -- The latest value seen in it.
    value      INTEGER NOT NULL,
    PRIMARY KEY (account_id, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX valuations_by_age ON valuations (at);

CREATE TABLE watches (
    user_id       INTEGER NOT NULL REFERENCES users (id),
    instrument_id INTEGER NOT NULL REFERENCES instruments (id),
    PRIMARY KEY (user_id, instrument_id)
) STRICT, WITHOUT ROWID;
