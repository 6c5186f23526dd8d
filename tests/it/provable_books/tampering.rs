//! Whatever is changed behind the back of the house is found, and named.

use super::{path, traded, tradefloor};
use crate::support::{Engine, place};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use tradefloor::store::rules;
use tradefloor::store::transfer::look;

/// What lets a hand do what the house never does.
const UNLOCKED: &str = "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;
    DROP TRIGGER ledger_entries_are_never_changed; DROP TRIGGER ledger_entries_are_never_removed;";

/// A change, and the row it is found by and why. Account 1 has the entries 1, 3, 5, 6, 8 and 9 and the orders 1, 3 and
/// 4; account 2 the rest.
const CHANGES: [(&str, &str); 76] = [
    // People and what is around them.
    ("UPDATE users SET username = 'x y z' WHERE id = 2", "users row 2: \"x y z\" is no username"),
    (
        "UPDATE users SET username_key = 'eve' WHERE id = 1",
        "users row 1: its key is \"eve\" and that of its name \"ada\"",
    ),
    ("UPDATE users SET role = 'owner' WHERE id = 2", "users row 2: \"owner\" is no role"),
    ("UPDATE users SET closed_at = 1, password_hash = 'x' WHERE id = 2", "users row 2: the person has left"),
    ("DELETE FROM sign_in_codes; DELETE FROM users WHERE id = 2", "accounts row 2: there is no user 2"),
    (
        "UPDATE instruments SET symbol = 'no such symbol' WHERE id = 3",
        "instruments row 3: \"no such symbol\" is no symbol",
    ),
    ("UPDATE instruments SET public_id = 'X' WHERE id = 1", "instruments row 1: \"X\" is no public id"),
    ("UPDATE instruments SET last_price = 0 WHERE id = 2", "instruments row 2: a price is 0"),
    ("UPDATE instruments SET listed = 2 WHERE id = 2", "the database: CHECK constraint failed in instruments"),
    ("DELETE FROM instruments WHERE id = 1", "orders row 1: there is no instrument 1"),
    ("UPDATE sessions SET user_id = 7", "sessions: one: there is no user 7"),
    ("UPDATE sessions SET acting_as = 2", "sessions: one: it acts as somebody without an end"),
    ("UPDATE sign_in_codes SET code_hash = 'short'", "sign_in_codes row 2: what is kept of the code is no hash"),
    ("UPDATE sign_in_codes SET user_id = 7", "sign_in_codes row 7: there is no user 7"),
    (
        "UPDATE users SET password_hash = 'x' WHERE id = 2",
        "sign_in_codes row 2: the person has a password, or has left",
    ),
    ("UPDATE sessions SET key_hash = 'short'", "sessions: one: its key is no hash"),
    ("UPDATE watches SET user_id = 7", "watches row (7, 2): there is no user 7"),
    ("UPDATE watches SET instrument_id = 7", "watches row (1, 7): there is no instrument 7"),
    ("UPDATE valuations SET account_id = 7, at = 9", "valuations row (7, 9): there is no account 7"),
    // Candles.
    ("UPDATE candles SET instrument_id = 7", "candles row (7, 60, 0): there is no instrument 7"),
    ("UPDATE candles SET timeframe = 61 WHERE timeframe = 60", "candles row (2, 61, 0): 61 seconds are no timeframe"),
    (
        "UPDATE candles SET start = 3600000000 WHERE timeframe = 86400",
        "candles row (2, 86400, 3600000000): no such span begins at 1970-01-01T01:00:00Z",
    ),
    ("UPDATE candles SET high = 9999", "candles row (2, 60, 0): the low 1.00 is above the high 0.9999"),
    ("UPDATE candles SET close = 10001", "candles row (2, 60, 0): the close 1.0001 is not between"),
    ("UPDATE candles SET low = 0", "candles row (2, 60, 0): the low 0.00 is not above zero"),
    ("UPDATE candles SET volume = -1", "candles row (2, 60, 0): the volume -1 is below zero"),
    // Accounts.
    ("UPDATE accounts SET cash = cash + 1 WHERE id = 2", "accounts row 2: its cash is"),
    (
        "UPDATE accounts SET contributed = 0 WHERE id = 1",
        "accounts row 1: its contributions are 0.00, and the ledger makes it 10000.00",
    ),
    ("UPDATE accounts SET entries = 5 WHERE id = 1", "accounts row 1: it counts 5 entries, and the ledger has 6"),
    (
        "UPDATE accounts SET head = zeroblob(32) WHERE id = 2",
        "accounts row 2: its head is not the hash of its newest entry",
    ),
    ("UPDATE accounts SET opened_at = opened_at - 1 WHERE id = 2", "accounts row 2: it says that it was opened at "),
    ("UPDATE accounts SET user_id = 9 WHERE id = 2", "accounts row 2: there is no user 9"),
    ("UPDATE accounts SET user_id = 1", "users row 2: the person has no account"),
    ("UPDATE accounts SET public_id = upper(public_id) || '!' WHERE id = 2", "accounts row 2: "),
    ("DELETE FROM accounts WHERE id = 1", "valuations row"),
    (
        "DELETE FROM valuations; DELETE FROM accounts WHERE id = 1",
        "ledger_entries row 1 (entry 1 of account 1): there is no account 1",
    ),
    ("DELETE FROM accounts WHERE id = 2", "ledger_entries row 2 (entry 1 of account 2): there is no account 2"),
    (
        "INSERT INTO accounts SELECT 3, lower('6F9619FF-8B86-4011-B42D-00C04FC964FF'), 1, 0, 0, 0, zeroblob(32), 0, NULL, NULL, 1, 1",
        "accounts row 3: its ledger has no opening",
    ),
    // Holdings.
    (
        "UPDATE holdings SET quantity = quantity + 1 WHERE account_id = 1 AND instrument_id = 1",
        "holdings row (1, 1): it holds 2.000000001 shares, and the ledger makes it 2",
    ),
    (
        "UPDATE holdings SET cost = cost - 1 WHERE account_id = 1 AND instrument_id = 2",
        "holdings row (1, 2): its cost is 0.33, and the ledger makes it 0.34",
    ),
    ("UPDATE holdings SET realised = 0 WHERE account_id = 2", "holdings row (2, 2): its realised gain is 0.00"),
    (
        "UPDATE holdings SET instrument_id = 3 WHERE instrument_id = 1",
        "holdings row (1, 3): the ledger has no trade in it",
    ),
    (
        "UPDATE holdings SET day_quantity = -1 WHERE instrument_id = 1",
        "holdings row (1, 1): the day began with less than no shares",
    ),
    (
        "UPDATE holdings SET account_id = 9 WHERE account_id = 2",
        "accounts row 2: the ledger has trades in instrument 2",
    ),
    (
        "DELETE FROM holdings WHERE account_id = 1 AND instrument_id = 2",
        "accounts row 1: the ledger has trades in instrument 2, and there is no holding of it",
    ),
    ("INSERT INTO holdings VALUES (9, 1, 1, 1, 0, 0, 0, 0)", "holdings row (9, 1): there is no account 9"),
    // Orders.
    ("UPDATE orders SET public_id = 'X' WHERE id = 2", "orders row 2: \"X\" is no public id"),
    (
        "UPDATE orders SET account_id = 2, order_key = 'z' WHERE id = 3",
        "orders row 3: account, instrument and side are (2, 1, \"sell\"), and those of its fill (1, 1, \"sell\")",
    ),
    ("UPDATE orders SET instrument_id = 3 WHERE id = 3", "orders row 3: account, instrument and side are"),
    ("UPDATE orders SET side = 'buy' WHERE id = 3", "orders row 3: account, instrument and side are"),
    ("UPDATE orders SET order_key = '?' WHERE id = 3", "orders row 3: \"?\" is no key"),
    ("UPDATE orders SET state = 'waiting' WHERE id = 3", "orders row 3: \"waiting\" is no state"),
    (
        "UPDATE orders SET shares = shares + 1 WHERE id = 4",
        "orders row 4: it asks for 0.333333334 shares and 0.333333333 changed hands",
    ),
    ("UPDATE orders SET shares = NULL, dollars = 100 WHERE id = 4", "orders row 4: it asks for 0.9999"),
    ("UPDATE orders SET dollars = 100 WHERE id = 4", "orders row 4: it asks for 333333333 shares and 100 dollars"),
    ("UPDATE orders SET placed_at = placed_at - 60000000 WHERE id = 4", "orders row 4: it was placed at "),
    ("DELETE FROM orders WHERE id = 4", "fills row 4 (of order 4): there is no such order"),
    // Fills.
    ("DELETE FROM fills WHERE id = 2", "orders row 2: it is filled and has no fill"),
    (
        "UPDATE fills SET price = price - 1 WHERE id = 1",
        "fills row 1 (of order 1): its price is 1000499 and the quote it met was 1000500",
    ),
    (
        "UPDATE fills SET ask = ask + 1 WHERE id = 1",
        "fills row 1 (of order 1): its price is 1000500 and the quote it met was 1000501",
    ),
    ("UPDATE fills SET last = 0 WHERE id = 3", "fills row 3 (of order 3): no quote has bid"),
    (
        "UPDATE fills SET quantity = quantity * 2 WHERE id = 3",
        "fills row 3 (of order 3): its price and shares come to 200.00 and its cash is 100.00",
    ),
    (
        "UPDATE fills SET cash = cash + 1 WHERE id = 3",
        "fills row 3 (of order 3): its price and shares come to 100.00 and its cash is 100.01",
    ),
    (
        "UPDATE fills SET gain = gain + 1 WHERE id = 3",
        "fills row 3 (of order 3): its gain is -0.04, and the ledger makes it -0.05",
    ),
    ("UPDATE fills SET gain = NULL WHERE id = 3", "fills row 3 (of order 3): a sale has a gain"),
    (
        "UPDATE fills SET balance = balance + 1 WHERE id = 3",
        "fills row 3 (of order 3): side, instrument, time and balance are",
    ),
    (
        "UPDATE fills SET filled_at = filled_at + 1 WHERE id = 3; UPDATE orders SET placed_at = placed_at + 1 WHERE id = 3",
        "fills row 3 (of order 3): side, instrument, time and balance are",
    ),
    (
        "UPDATE fills SET account_id = 9; UPDATE orders SET account_id = 9, order_key = id",
        "ledger_entries row 3 (entry 2 of account 1): order 1 has no fill",
    ),
    // The ledger.
    (
        "UPDATE ledger_entries SET cash = cash + 1 WHERE id = 5",
        "ledger_entries row 5 (entry 3 of account 1): its hash is not",
    ),
    ("UPDATE ledger_entries SET at = 0 WHERE id = 7", "ledger_entries row 7 (entry 3 of account 2): its hash is not"),
    (
        "UPDATE ledger_entries SET memo = 'a gift' WHERE id = 1",
        "ledger_entries row 1 (entry 1 of account 1): its hash is not",
    ),
    (
        "UPDATE ledger_entries SET kind = 'fee' WHERE id = 9",
        "ledger_entries row 9 (entry 6 of account 1): \"fee\" is no kind of entry",
    ),
    (
        "UPDATE ledger_entries SET request_key = 'k' WHERE id = 3",
        "ledger_entries row 3 (entry 2 of account 1): a trade carries the key of a form",
    ),
    (
        "CREATE TEMP TABLE other AS SELECT id, hash FROM ledger_entries; UPDATE ledger_entries SET hash = (SELECT hash FROM other WHERE other.id = 14 - ledger_entries.id) WHERE id IN (6, 8)",
        "ledger_entries row 6 (entry 4 of account 1): its hash is not",
    ),
    ("DELETE FROM ledger_entries WHERE id = 9", "accounts row 1: its cash is"),
    (
        "DELETE FROM ledger_entries WHERE id = 5",
        "ledger_entries row 6 (entry 4 of account 1): entry 3 is missing before it",
    ),
];

#[tokio::test]
async fn verify_names_the_first_row_that_disagrees_whatever_was_changed() {
    let floor = traded(Engine::Sqlite).await;
    let here = tempfile::tempdir().unwrap();
    let mut missed = Vec::new();
    for (number, (change, expected)) in CHANGES.into_iter().enumerate() {
        let copy = here.path().join(format!("{number}.db"));
        std::fs::copy(floor.file(), &copy).unwrap();
        let mut conn = SqliteConnection::establish(path(&copy)).unwrap();
        conn.batch_execute(&format!("{UNLOCKED}{change}")).unwrap_or_else(|error| panic!("{change}: {error}"));
        drop(conn);
        let found = tradefloor(here.path(), &["verify", "--database", path(&copy)]);
        if found.code != Some(1) || !found.error.contains(&format!("do not agree. {expected}")) {
            missed.push(format!("{change}: {expected}, but {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[tokio::test]
async fn on_a_server_it_is_found_as_well() {
    for (change, expected) in [
        ("UPDATE accounts SET cash = cash + 1 WHERE id = 2", "accounts row 2: its cash is"),
        ("DELETE FROM sign_in_codes; DELETE FROM users WHERE id = 2", "accounts row 2: there is no user 2"),
        ("UPDATE sign_in_codes SET user_id = 7", "sign_in_codes row 7: there is no user 7"),
        ("DELETE FROM orders WHERE id = 4", "fills row 4 (of order 4): there is no such order"),
        ("UPDATE sessions SET user_id = 7", "sessions: one: there is no user 7"),
        (
            "UPDATE ledger_entries SET memo = 'a gift' WHERE id = 1",
            "ledger_entries row 1 (entry 1 of account 1): its hash",
        ),
    ] {
        let floor = traded(Engine::Postgres).await;
        let url = place::argument(floor.database());
        let mut conn = PgConnection::establish(&url).unwrap();
        conn.batch_execute(&format!("SET session_replication_role = replica; {change}")).unwrap();
        let here = tempfile::tempdir().unwrap();
        tradefloor(here.path(), &["verify", "--database", &url]).badly(1, &format!("do not agree. {expected}"));
    }
}

#[tokio::test]
async fn books_that_do_not_agree_are_neither_backed_up_nor_copied() {
    let floor = traded(Engine::Sqlite).await;
    let here = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| tradefloor(here.path(), words);
    let sound = run(&["backup", "sound.db", "--database", path(&floor.file())]);
    sound.well("agree there");
    let mut conn = SqliteConnection::establish(path(&floor.file())).unwrap();
    conn.batch_execute("UPDATE holdings SET realised = 7 WHERE account_id = 2").unwrap();
    let expected = "do not agree. holdings row (2, 2): its realised gain is 0.07";
    run(&["backup", "b.db", "--database", path(&floor.file())]).badly(1, expected);
    run(&["restore", path(&floor.file()), "--database", "c.db"]).badly(1, expected);
    run(&["copy", "--from", path(&floor.file()), "--to", "d.db"]).badly(1, expected);
    let left: Vec<_> = std::fs::read_dir(here.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["sound.db"]);
}

#[tokio::test]
async fn the_ledger_refuses_whoever_would_change_remove_or_empty_it() {
    let changes = ["UPDATE ledger_entries SET memo = 'a gift'", "DELETE FROM ledger_entries"];
    let floor = traded(Engine::Sqlite).await;
    let mut conn = SqliteConnection::establish(path(&floor.file())).unwrap();
    for change in changes {
        conn.batch_execute(change).expect_err(change);
    }
    let floor = traded(Engine::Postgres).await;
    let mut conn = PgConnection::establish(&place::argument(floor.database())).unwrap();
    for change in changes.into_iter().chain(["TRUNCATE ledger_entries CASCADE", "TRUNCATE accounts CASCADE"]) {
        let refused = conn.batch_execute(change).expect_err(change).to_string();
        assert!(refused.contains("a ledger entry is never changed or removed"), "{change}: {refused}");
    }
}

#[tokio::test]
async fn verify_names_what_no_longer_keeps_a_file_in_order() {
    let floor = traded(Engine::Sqlite).await;
    let here = tempfile::tempdir().unwrap();
    for (change, expected) in [
        ("DROP TRIGGER ledger_entries_are_never_changed", "the trigger ledger_entries_are_never_changed is missing"),
        (
            "DROP TRIGGER audit_head_never_goes_back;
             CREATE TRIGGER audit_head_never_goes_back BEFORE UPDATE ON audit_head BEGIN SELECT 1; END",
            "the trigger audit_head_never_goes_back is not as this version makes it",
        ),
        ("DROP INDEX orders_by_key", "the index orders_by_key is missing"),
        (
            "CREATE TRIGGER gift AFTER INSERT ON orders BEGIN UPDATE accounts SET cash = cash + 1; END",
            "there is a trigger gift that Tradefloor does not make",
        ),
        ("ALTER TABLE accounts ADD COLUMN note TEXT", "the table accounts is not as this version makes it"),
    ] {
        let copy = here.path().join("copy.db");
        std::fs::copy(floor.file(), &copy).unwrap();
        let mut conn = SqliteConnection::establish(path(&copy)).unwrap();
        conn.batch_execute(change).unwrap_or_else(|error| panic!("{change}: {error}"));
        drop(conn);
        let expected = format!("do not agree. the database: {expected}");
        tradefloor(here.path(), &["verify", "--database", path(&copy)]).badly(1, &expected);
    }
    let mut conn = SqliteConnection::establish(path(&floor.file())).unwrap();
    conn.batch_execute("CREATE VIEW rich AS SELECT * FROM accounts; CREATE INDEX mine ON accounts (cash)").unwrap();
    tradefloor(here.path(), &["verify", "--database", path(&floor.file())]).well("agree");
}

#[tokio::test]
async fn verify_names_what_no_longer_keeps_a_server_in_order() {
    for (change, expected) in [
        (
            "DROP TRIGGER ledger_entries_are_never_changed ON ledger_entries",
            "the trigger ledger_entries.ledger_entries_are_never_changed is missing",
        ),
        (
            "ALTER TABLE ledger_entries DISABLE TRIGGER USER",
            "the trigger ledger_entries.ledger_entries_are_never_changed is not as this version makes it",
        ),
        (
            "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
            "the trigger ledger_entries.ledger_entries_are_never_changed is not as this version makes it",
        ),
        (
            "CREATE OR REPLACE TRIGGER ledger_entries_are_never_changed BEFORE UPDATE OR DELETE ON ledger_entries
             FOR EACH ROW WHEN (OLD.id = 0) EXECUTE FUNCTION refuse_ledger_change()",
            "the trigger ledger_entries.ledger_entries_are_never_changed is not as this version makes it",
        ),
        (
            "DROP INDEX orders_by_key; CREATE UNIQUE INDEX orders_by_key ON orders (id)",
            "the index orders.orders_by_key is not as this version makes it",
        ),
        (
            "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
             CREATE TRIGGER lose BEFORE INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION lose()",
            "there is a trigger ledger_entries.lose that Tradefloor does not make",
        ),
        ("DROP INDEX orders_by_key", "the index orders.orders_by_key is missing"),
        (
            "ALTER TABLE users DROP CONSTRAINT users_username_key_key",
            "the index users.users_username_key_key is missing",
        ),
        ("ALTER TABLE accounts ALTER cash DROP NOT NULL", "the column accounts.cash is not as this version makes it"),
    ] {
        let floor = traded(Engine::Postgres).await;
        let url = place::argument(floor.database());
        PgConnection::establish(&url).unwrap().batch_execute(change).unwrap();
        let here = tempfile::tempdir().unwrap();
        let expected = format!("do not agree. the database: {expected}");
        tradefloor(here.path(), &["verify", "--database", &url]).badly(1, &expected);
    }
}

#[tokio::test]
async fn what_is_expected_of_a_server_is_what_its_migrations_make() {
    let floor = traded(Engine::Postgres).await;
    let has = look::<_, super::Unseen>(floor.database(), |conn| Ok(rules::lines_of_server(conn)?)).unwrap();
    let expected: Vec<_> = include_str!("../../../src/store/server_rules.txt").lines().collect();
    assert!(has == expected, "src/store/server_rules.txt has to be:\n{}", has.join("\n"));
}
