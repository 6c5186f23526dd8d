use super::*;
use crate::domain::{EntryKind, Instrument, InstrumentId, Price, PublicId, Quantity, Quote, Role};
use crate::market::{FeedName, Listed, day::Calendar};
use crate::store::users::{self, NewUser};
use crate::store::{Database, StorePlan};
use tempfile::TempDir;

fn books() -> (Store, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::Sqlite(directory.path().join("history.db"));
    let plan = StorePlan { database, readers: 1, writers: 1, waiting_writes: 8, writes_per_commit: 8 };
    (Store::open(&plan).unwrap(), directory)
}

fn board() -> Board {
    let symbol = "ACME".parse().unwrap();
    let instrument = Instrument {
        id: InstrumentId(1),
        public_id: PublicId::random(),
        symbol,
        name: "Acme".to_owned(),
        sector: String::new(),
    };
    Board::new(&[Listed::untraded(instrument)], FeedName::Simulated, Calendar::Utc)
}

fn quote(board: &Board, dollars: i64, at: At) {
    let price = Price::from_units(dollars * 10_000);
    let quote = Quote { bid: price, ask: price, last: price, previous_close: price, volume: 0, at };
    board.post(InstrumentId(1), quote).unwrap();
}

fn add_cash(conn: &mut Conn, account: AccountId, kind: EntryKind, cents: i64, at: At) -> Result<Account, StoreError> {
    let account = accounts::get(conn, account)?;
    let cash = Money::from_cents(cents);
    let movement = ledger::Movement { kind, cash, shares: None, at, memo: String::new(), request: None };
    ledger::append(conn, &account, movement)?.ok_or(StoreError::Unavailable)
}

fn holder(conn: &mut Conn, at: At) -> Result<Account, StoreError> {
    let username = "ada".parse().unwrap();
    let user =
        users::insert(conn, &NewUser { username, password_hash: String::new(), role: Role::Trader, created_at: at });
    let listing = crate::domain::Listing {
        symbol: "ACME".parse().unwrap(),
        name: "Acme".to_owned(),
        sector: String::new(),
        starting_price: Price::LOWEST,
    };
    crate::store::instruments::list(conn, &[listing], false)?;
    let account = accounts::open(conn, user?.unwrap(), at)?;
    let held = Holding { quantity: Quantity::ONE, ..Holding::none(account.id, InstrumentId(1), 0) };
    holdings::save(conn, None, &held)?;
    Ok(account)
}

#[tokio::test]
async fn values_are_kept_finely_while_new_and_one_a_day_once_old() {
    let (store, _directory) = books();
    let board = board();
    let begin: At = "2026-01-01T00:00:00Z".parse().unwrap();
    let account = store.write(Lock::House, move |conn| holder(conn, begin)).await.unwrap();
    let quarters = 10 * 24 * 4;
    for quarter in 0..quarters {
        let now = begin.plus(QUARTER * quarter);
        quote(&board, i64::from(quarter) + 1, now);
        record(&store, &board, now).await.unwrap();
    }
    let kept: Vec<(At, Money)> =
        store.read(move |conn| valuations::latest(conn, account.id, At::EARLIEST, 10_000)).await.unwrap();
    let newest = kept.last().unwrap();
    assert_eq!(newest.1, Money::from_cents(i64::from(quarters) * 100));
    let age = |at: At| newest.0.since(at);
    let count = |from: u64, to: u64| {
        kept.iter().filter(|(at, _)| (Duration::from_hours(from)..Duration::from_hours(to)).contains(&age(*at))).count()
    };
    assert!((92..=96).contains(&count(0, 24)), "{} in the last day", count(0, 24));
    assert!((23..=25).contains(&count(48, 72)), "{} in a day of this week", count(48, 72));
    assert_eq!(count(8 * 24, 9 * 24), 1);
    store.close();
}

#[tokio::test]
async fn the_points_of_a_picture_are_in_order_of_time_and_none_is_before_the_opening() {
    let (store, _directory) = books();
    let board = board();
    let opened: At = "2026-01-01T00:10:00Z".parse().unwrap();
    let account = store
        .write(Lock::House, move |conn| {
            let account = holder(conn, opened)?;
            add_cash(conn, account.id, EntryKind::Opening, 500, opened)
        })
        .await
        .unwrap();
    for minutes in [1, 10] {
        let now = opened.plus(Duration::from_mins(minutes));
        quote(&board, 7, now);
        record(&store, &board, now).await.unwrap();
    }
    let points = store.read(move |conn| of_account(conn, &account)).await.unwrap();
    assert_eq!(points.len(), 3);
    assert_eq!(points[0], (opened, Money::from_cents(500)));
    assert!(points.is_sorted_by_key(|(at, _)| *at), "{points:?}");
    store.close();
}

/// What is kept of an account's worth.
async fn kept(store: &Store, account: AccountId) -> Vec<(At, i64)> {
    let kept: Result<_, StoreError> =
        store.read(move |conn| valuations::latest(conn, account, At::EARLIEST, 10_000)).await;
    kept.unwrap().into_iter().map(|(at, value)| (at, value.cents())).collect()
}

#[tokio::test]
async fn cash_that_is_added_when_all_shares_are_sold_is_a_step_and_not_a_slope() {
    let (store, _directory) = books();
    let board = board();
    let begin: At = "2026-01-01T00:00:00Z".parse().unwrap();
    let minutes = move |minutes: u64| begin.plus(Duration::from_mins(minutes));
    let opened = store.write(Lock::House, move |conn| {
        let account = holder(conn, begin)?;
        add_cash(conn, account.id, EntryKind::Opening, 500, begin)
    });
    let id = opened.await.unwrap().id;
    quote(&board, 7, begin);
    record(&store, &board, begin).await.unwrap();
    let sold = store.write(Lock::House, move |conn| {
        let held = holdings::find(conn, id, InstrumentId(1))?.unwrap();
        holdings::save(conn, Some(&held), &Holding { quantity: Quantity::ZERO, ..held })?;
        add_cash(conn, id, EntryKind::Deposit, 700, minutes(20))
    });
    assert_eq!(sold.await.unwrap().cash.cents(), 1_200);
    // As much as before the sale: there is nothing to write down.
    record(&store, &board, minutes(25)).await.unwrap();
    assert_eq!(kept(&store, id).await, [(begin, 1_200)]);
    let added = store.write(Lock::House, move |conn| add_cash(conn, id, EntryKind::Deposit, 5_000, minutes(301)));
    added.await.unwrap();
    for minute in [302, 307, 340] {
        record(&store, &board, minutes(minute)).await.unwrap();
    }
    assert_eq!(kept(&store, id).await, [(begin, 1_200), (minutes(285), 1_200), (minutes(300), 6_200)]);
    store.close();
}

#[tokio::test]
async fn while_shares_have_no_price_an_account_is_not_written_down_as_if_it_had_lost_them() {
    let (store, _directory) = books();
    let begin: At = "2026-01-01T00:00:00Z".parse().unwrap();
    let account = store.write(Lock::House, move |conn| holder(conn, begin)).await.unwrap().id;
    let quoted = board();
    quote(&quoted, 7, begin);
    record(&store, &quoted, begin).await.unwrap();
    // After a restart nothing is quoted yet.
    record(&store, &board(), begin.plus(QUARTER)).await.unwrap();
    assert_eq!(kept(&store, account).await, [(begin, 700)]);
    store.close();
}

#[tokio::test]
async fn what_came_of_age_while_nobody_was_here_is_thinned_out_as_well() {
    let (store, _directory) = books();
    let board = board();
    let begin: At = "2026-01-01T00:00:00Z".parse().unwrap();
    let account = store.write(Lock::House, move |conn| holder(conn, begin)).await.unwrap().id;
    for quarter in 0..(2 * 24 * 4) {
        let now = begin.plus(QUARTER * quarter);
        quote(&board, 7, now);
        record(&store, &board, now).await.unwrap();
    }
    let month_after = begin.plus(Duration::from_hours(30 * 24));
    quote(&board, 8, month_after);
    record(&store, &board, month_after).await.unwrap();
    let last_of = |day: u64| begin.plus(Duration::from_hours(day * 24 + 24)).minus(QUARTER);
    assert_eq!(kept(&store, account).await, [(last_of(0), 700), (last_of(1), 700), (month_after, 800)]);
    store.close();
}
