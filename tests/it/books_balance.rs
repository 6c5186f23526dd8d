//! After any mix of operations the books balance, and the audit that says so finds what is wrong with books that do not.

mod model;
mod told;

use crate::support::Engine;
use crate::support::Floor;
use crate::support::books::{Audited, assert_balanced, audit};
use crate::support::floor::{SYMBOLS, funding, order};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use model::{Model, Operation};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tradefloor::books::verify_database;
use tradefloor::domain::Side;
use tradefloor::store::Database;
use tradefloor::trading::{Funded, FundingRefusal, Placed};

/// Sequences of operations that are tried.
const SEQUENCES: u32 = 40;
/// The most operations in one of them.
const LONGEST: usize = 60;
/// People in each.
const PEOPLE: usize = 3;

const SHARE: i64 = 1_000_000_000;

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 1_i64..2_000_000, 1 => 1_i64..100, 1 => 99_999_000_i64..100_001_000, 1 => Just(i64::MAX)]
}

fn units() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => (1_i64..200).prop_map(|shares| shares * SHARE),
        3 => 1_i64..50 * SHARE,
        2 => 1_i64..2_000_000,
        1 => Just(i64::MAX),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let (who, key, what) = (0..PEOPLE, 0_u8..40, 0..SYMBOLS.len());
    let funding = (who.clone(), key.clone(), any::<bool>(), amount())
        .prop_map(|(who, key, added, cents)| Operation::Fund { who, key, added, cents });
    let trade = (who, key, any::<bool>(), what.clone(), any::<bool>(), units(), amount()).prop_map(
        |(who, key, buys, what, in_dollars, units, cents)| Operation::Trade {
            who,
            key,
            buys,
            what,
            units: (!in_dollars).then_some(units),
            cents,
        },
    );
    let price = prop_oneof![3 => 10_000_i64..10_000_000, 1 => 100_i64..10_000, 1 => Just(40_000_000_000_000)];
    let moved =
        (what, price, 0_i64..5_000).prop_map(|(what, bid, spread)| Operation::Move { what, bid, ask: bid + spread });
    prop_oneof![2 => funding, 6 => trade, 2 => moved, 3 => intervention(), 1 => any::<prop::sample::Index>().prop_map(Operation::Again)]
}

/// What the house puts right.
fn intervention() -> impl Strategy<Value = Operation> {
    let (who, what, cost) = (0..PEOPLE, 0..SYMBOLS.len(), 0_i64..2_000_000);
    prop_oneof![
        2 => (who.clone(), prop_oneof![3 => -500_000_i64..500_000, 1 => Just(0), 1 => Just(i64::MIN), 1 => Just(i64::MAX)])
            .prop_map(|(who, cents)| Operation::AdjustCash { who, cents }),
        2 => (who.clone(), what.clone(), units(), cost.clone())
            .prop_map(|(who, what, units, cents)| Operation::Give { who, what, units, cents }),
        2 => (who.clone(), what, units(), prop::option::of(cost))
            .prop_map(|(who, what, units, cents)| Operation::Take { who, what, units, cents }),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, frozen)| Operation::Freeze { who, frozen }),
        1 => who.clone().prop_map(|who| Operation::Reset { who }),
        6 => (who, 0_u8..40).prop_map(|(who, key)| Operation::Reverse { who, key }),
    ]
}

#[test]
fn after_any_sequence_of_operations_the_books_balance_and_are_what_plain_arithmetic_says() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config { cases: SEQUENCES, failure_persistence: None, ..Config::default() });
    let sequences = prop::collection::vec(operation(), 1..LONGEST);
    let outcome = runner.run(&sequences, |operations| {
        runtime.block_on(run(operations));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

async fn run(operations: Vec<Operation>) {
    let floor = Floor::open().await;
    let mut model = Model::new();
    let mut accounts = Vec::new();
    for name in ["ada", "bob", "cyd"] {
        accounts.push(floor.account(name, 1_000_000).await);
    }
    for (what, symbol) in SYMBOLS.iter().enumerate() {
        let (bid, ask) = (1_000_000, 1_000_500);
        floor.quote(symbol, bid, ask);
        model.quote(what, bid, ask);
    }
    let mut done: Vec<Operation> = Vec::new();
    for operation in operations {
        let operation = match operation {
            Operation::Again(_) if done.is_empty() => continue,
            Operation::Again(index) => index.get(&done).clone(),
            new => new,
        };
        model.compare(&floor, &accounts, &operation).await;
        done.push(operation);
    }
    for (who, account) in accounts.iter().enumerate() {
        model.compare_account(&floor, who, *account).await;
    }
    assert_balanced(floor.database());
    verify_database(floor.database(), &mut |_| {}).unwrap_or_else(|found| panic!("the house does not agree: {found}"));
}

#[tokio::test]
async fn the_audit_finds_what_does_not_balance() {
    let floor = Floor::on(Engine::Sqlite).await;
    let ada = floor.account("ada", 1_000_000).await;
    floor.quote("ACME", 1_000_000, 1_000_500);
    for (key, side, units) in [("a", Side::Buy, 3 * SHARE), ("b", Side::Sell, SHARE), ("c", Side::Buy, SHARE / 3)] {
        assert!(matches!(floor.desk.place(ada, order(key, side, "ACME", units)).await, Ok(Placed::Filled(_))));
    }
    assert!(matches!(floor.desk.fund(ada, funding("d", false, 5)).await, Ok(Funded::Done { .. })));
    assert_eq!(audit(floor.database()), Ok(Audited { accounts: 1, entries: 5, fills: 3 }));
    floor.store.close();

    let unlocked = "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;
        DROP TRIGGER ledger_entries_are_never_changed; DROP TRIGGER ledger_entries_are_never_removed;";
    for (change, expected) in [
        ("UPDATE accounts SET cash = cash + 1", "account 1: cash, contributions and entries come to"),
        ("UPDATE accounts SET contributed = 0", "account 1: cash, contributions and entries come to"),
        ("UPDATE accounts SET head = zeroblob(32)", "account 1: its head is not the hash"),
        ("UPDATE ledger_entries SET cash = cash + 1 WHERE sequence = 3", "account 1: entry 3: its hash is not"),
        ("UPDATE ledger_entries SET at = 0 WHERE sequence = 5", "account 1: entry 5: its hash is not"),
        ("DELETE FROM ledger_entries WHERE sequence = 5", "account 1: cash, contributions and entries come to"),
        ("DELETE FROM ledger_entries WHERE sequence = 2", "account 1: entry 3: its hash is not"),
        ("UPDATE holdings SET cost = cost + 1", "account 1: of instrument 1 the ledger makes"),
        ("UPDATE holdings SET realised = 0", "account 1: of instrument 1 the ledger makes"),
        ("DELETE FROM holdings", "account 1: of instrument 1 the ledger makes"),
        ("UPDATE fills SET price = price - 1", "account 1: entry 2: the fill of order 1: the price is"),
        ("UPDATE fills SET ask = ask + 1 WHERE side = 'buy'", "account 1: entry 2: the fill of order 1: the price is"),
        ("UPDATE fills SET cash = cash - 1", "account 1: entry 2: the fill of order 1: 3000000000 units at"),
        ("UPDATE fills SET gain = gain + 1", "account 1: entry 3: the fill of order 2: the gain is"),
        ("UPDATE fills SET balance = balance + 1", "account 1: entry 2: the fill of order 1: the entry says"),
        (
            "UPDATE orders SET shares = 1 WHERE id = 3",
            "account 1: entry 4: the fill of order 3: 1 units were asked for",
        ),
        ("UPDATE orders SET side = 'buy'", "order 2 has no fill that agrees with it"),
        ("DELETE FROM fills WHERE id = 3", "order 3 has no fill that agrees with it"),
        ("UPDATE accounts SET user_id = 99", "a reference leads nowhere: accounts row 1 to users"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("tradefloor.db");
        std::fs::copy(floor.file(), &copy).unwrap();
        let mut conn = SqliteConnection::establish(copy.to_str().unwrap()).unwrap();
        conn.batch_execute(&format!("{unlocked}{change}")).unwrap_or_else(|error| panic!("{change}: {error}"));
        drop(conn);
        let found = audit(&Database::Sqlite(copy)).expect_err(change);
        assert!(found.starts_with(expected), "{change}: {found}");
    }
}

#[tokio::test]
async fn money_that_does_not_fit_the_books_is_refused_as_too_much() {
    let floor = Floor::open().await;
    let rich = floor.account("rich", i64::MAX - 10).await;
    let refused = floor.desk.fund(rich, funding("a", true, 11)).await.unwrap();
    assert!(matches!(refused, Funded::Refused(FundingRefusal::TooMuchInAll { .. })), "{refused:?}");
    for cents in [0, -1, i64::MIN] {
        for added in [true, false] {
            let refused = floor.desk.fund(rich, funding("b", added, cents)).await.unwrap();
            assert_eq!(refused, Funded::Refused(FundingRefusal::TooSmall), "{cents} {added}");
        }
    }
    assert_eq!(floor.cash(rich).await, i64::MAX - 10);
    assert_balanced(floor.database());
}
