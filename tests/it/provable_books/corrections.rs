//! What the house put right is proved like all the rest, moves with the books, and is found when it is changed by hand.

use super::{everything, file, path, tradefloor};
use crate::support::floor::{Floor, order};
use crate::support::postgres::Cluster;
use crate::support::sound::assert_sound;
use crate::support::{Engine, place};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use tradefloor::domain::{AccountId, Money, Quantity, Side};
use tradefloor::store::orders::OrderLine;
use tradefloor::trading::{Intervention, Placed};

const SHARE: i64 = 1_000_000_000;

/// What lets a hand do what the house never does.
const UNLOCKED: &str = "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;
    DROP TRIGGER ledger_entries_are_never_changed; DROP TRIGGER ledger_entries_are_never_removed;";

async fn trade(floor: &Floor, account: AccountId, key: &str, side: Side, shares: i64) -> OrderLine {
    match floor.desk.place(account, order(key, side, "ACME", shares * SHARE)).await.unwrap() {
        Placed::Filled(line) => line,
        other => panic!("{other:?}"),
    }
}

/// An account of which everything was put right that can be, in its entries 2 to 14: given and taken, traded and undone
/// (5 by 7, 6 by 8), begun anew with 10, and once more the same. Closed afterwards.
async fn corrected(engine: Engine) -> Floor {
    let floor = Floor::on(engine).await;
    let ada = floor.account("ada", 1_000_000).await;
    floor.quote("ACME", 1_000_000, 1_000_500);
    let (symbol, quantity) = ("ACME".parse().unwrap(), Quantity::from_units(2 * SHARE));
    let cost = Money::from_cents(15_000);
    floor.intervene(ada, Intervention::AdjustCash { change: Money::from_cents(777) }).await.unwrap();
    floor.intervene(ada, Intervention::GiveShares { symbol, quantity, cost }).await.unwrap();
    let (symbol, quantity) = ("ACME".parse().unwrap(), Quantity::from_units(SHARE));
    floor.intervene(ada, Intervention::TakeShares { symbol, quantity, cost: None }).await.unwrap();
    let bought = trade(&floor, ada, "a", Side::Buy, 3).await;
    let sold = trade(&floor, ada, "b", Side::Sell, 1).await;
    for line in [&sold, &bought] {
        let order = line.public_id.clone();
        floor.intervene(ada, Intervention::Reverse { order }).await.unwrap();
    }
    floor.intervene(ada, Intervention::Reset).await.unwrap();
    let bought = trade(&floor, ada, "c", Side::Buy, 3).await;
    trade(&floor, ada, "d", Side::Buy, 5).await;
    floor.intervene(ada, Intervention::Reverse { order: bought.public_id.clone() }).await.unwrap();
    floor.intervene(ada, Intervention::Freeze).await.unwrap();
    floor.store.close();
    floor
}

#[tokio::test]
async fn books_with_everything_put_right_agree_and_move_whole_between_engines() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let floor = corrected(engine).await;
        assert_sound(floor.database());
        let before = everything(floor.database());
        let from = place::argument(floor.database());
        let here = tempfile::tempdir().unwrap();
        let run = |words: &[&str]| tradefloor(here.path(), words);
        let server = Cluster::shared().database();
        run(&["copy", "--from", &from, "--to", &server]).well("agree there (accounts: 1, ledger entries: 13");
        run(&["backup", "backup.db", "--database", &server]).well("agree there");
        run(&["restore", "backup.db", "--database", "again.db"]).well("agree there");
        for place in [server.parse().unwrap(), file(&here.path().join("again.db"))] {
            assert_eq!(everything(&place), before);
        }
    }
}

#[tokio::test]
async fn an_export_tells_epochs_and_what_was_undone() {
    let floor = corrected(Engine::Sqlite).await;
    let here = tempfile::tempdir().unwrap();
    let from = place::argument(floor.database());
    tradefloor(here.path(), &["export", "ada.zip", "--account", "ada", "--database", &from]).well("in ada.zip");
    let zip = here.path().join("ada.zip");
    let epochs: Vec<_> =
        super::elsewhere::sheet(&zip, "ledger.csv").into_iter().map(|row| row["epoch"].clone()).collect();
    assert_eq!(epochs.join(""), "1111111112222");
    let orders = super::elsewhere::sheet(&zip, "orders.csv");
    let told: Vec<_> = orders
        .iter()
        .map(|row| (row["epoch"].as_str(), row["reversed"].is_empty(), row["reversed_because"].as_str()))
        .collect();
    assert_eq!(
        told,
        [("1", false, "put right"), ("1", false, "put right"), ("2", false, "put right"), ("2", true, "")]
    );
}

/// A change, and the row it is found by and why.
const CHANGES: [(&str, &str); 19] = [
    (
        "DELETE FROM reversals WHERE order_id = 1",
        "ledger_entries row 8 (entry 8 of account 1): it undoes order 1, and no",
    ),
    ("UPDATE reversals SET entry_id = 99 WHERE order_id = 2", "reversals row 2: there is no entry 99"),
    ("UPDATE reversals SET entry_id = 6 WHERE order_id = 2", "reversals row 2: kind, order and time of its entry are"),
    (
        "UPDATE reversals SET reversed_at = 1 WHERE order_id = 2",
        "reversals row 2: kind, order and time of its entry are",
    ),
    ("UPDATE reversals SET order_id = 4 WHERE order_id = 3", "reversals row 4: kind, order and time of its entry are"),
    ("DELETE FROM epochs", "ledger_entries row 10 (entry 10 of account 1): no epoch begins with it"),
    ("UPDATE epochs SET epoch = 3", "epochs row (1, 3): number, start, last order before and time are (3, 10, 2, "),
    ("UPDATE epochs SET start = 9", "epochs row (1, 2): number, start, last order before and time are (2, 9, 2, "),
    (
        "UPDATE epochs SET after_order = 3",
        "epochs row (1, 2): number, start, last order before and time are (2, 10, 3, ",
    ),
    (
        "UPDATE epochs SET began_at = 0",
        "epochs row (1, 2): number, start, last order before and time are (2, 10, 2, 0)",
    ),
    ("UPDATE epochs SET account_id = 9", "ledger_entries row 10 (entry 10 of account 1): no epoch begins with it"),
    ("INSERT INTO epochs VALUES (1, 3, 14, 4, 0)", "epochs row (1, 3): the ledger has no opening of it"),
    ("INSERT INTO epochs VALUES (9, 2, 2, 0, 0)", "epochs row (9, 2): there is no account 9"),
    ("UPDATE accounts SET epoch = 1", "accounts row 1: its epoch and the start of that are (1, 10)"),
    ("UPDATE accounts SET epoch_start = 1", "accounts row 1: its epoch and the start of that are (2, 1)"),
    ("UPDATE accounts SET frozen_because = NULL", "accounts row 1: it is frozen without a reason"),
    ("UPDATE accounts SET contributed = contributed + 1", "accounts row 1: its contributions are 10000.01"),
    ("UPDATE holdings SET cost = cost + 1", "holdings row (1, 1): its cost is "),
    (
        "UPDATE ledger_entries SET memo = 'a gift' WHERE sequence = 2",
        "ledger_entries row 2 (entry 2 of account 1): its hash",
    ),
];

#[tokio::test]
async fn what_was_put_right_cannot_be_put_otherwise_by_hand() {
    let floor = corrected(Engine::Sqlite).await;
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
        let audited = crate::support::books::audit(&file(&copy));
        if audited.is_ok() && !change.contains("frozen") {
            missed.push(format!("{change}: the audit has nothing to say"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[tokio::test]
async fn on_a_server_it_is_found_as_well() {
    for (change, expected) in [
        ("DELETE FROM reversals WHERE order_id = 1", "ledger_entries row 8 (entry 8 of account 1): it undoes order 1"),
        ("UPDATE epochs SET after_order = 3", "epochs row (1, 2): number, start, last order before and time are"),
        ("UPDATE accounts SET epoch = 1", "accounts row 1: its epoch and the start of that are (1, 10)"),
    ] {
        let floor = corrected(Engine::Postgres).await;
        let url = place::argument(floor.database());
        let mut conn = PgConnection::establish(&url).unwrap();
        conn.batch_execute(&format!("SET session_replication_role = replica; {change}")).unwrap();
        let here = tempfile::tempdir().unwrap();
        tradefloor(here.path(), &["verify", "--database", &url]).badly(1, &format!("do not agree. {expected}"));
    }
}
