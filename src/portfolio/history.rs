//! What accounts were worth over time: written down now and then, read for the picture on the portfolio.

use super::value;
use crate::domain::{AccountId, At, Money};
use crate::market::Board;
use crate::store::accounts::{self, Account};
use crate::store::holdings::{self, Holding};
use crate::store::{Conn, Lock, Store, StoreError, epochs, ledger, valuations};
use std::time::Duration;

/// What one valuation stands for while it is new.
const QUARTER: Duration = Duration::from_mins(15);
/// What is kept of valuations of each age: one for each span, the last of it.
const KEPT: [(Duration, Duration); 2] =
    [(Duration::from_hours(24), Duration::from_hours(1)), (Duration::from_hours(7 * 24), Duration::from_hours(24))];
/// Accounts valued at a time.
const PIECE: i64 = 500;
/// The most points of a picture.
const POINTS: i64 = 500;

/// Writes down what every account that holds shares is worth now.
///
/// # Errors
/// When the store fails; accounts already written down stay so.
pub async fn record(store: &Store, board: &Board, now: At) -> Result<(), StoreError> {
    let quarter = now.beginning_of(QUARTER);
    let mut after = AccountId(0);
    loop {
        let held = store.read(move |conn| accounts_with_shares(conn, after)).await?;
        let Some((last, _)) = held.last() else { break };
        after = last.id;
        let worth: Vec<(AccountId, Money)> = held
            .into_iter()
            .filter_map(|(account, holdings)| Some((account.id, value(&account, holdings, board)?.total)))
            .collect();
        store
            .write(Lock::House, move |conn| {
                worth.iter().try_for_each(|(account, total)| valuations::record(conn, *account, quarter, *total))
            })
            .await?;
    }
    store
        .write(Lock::House, move |conn| {
            KEPT.iter().try_for_each(|(age, span)| valuations::thin(conn, now.minus(*age), *span))
        })
        .await
}

/// What `account` was worth since it began the last time, oldest first, for as far back as a picture reaches. Before
/// its first trade an account is worth its cash, so that what came before the first valuation is its opening.
///
/// # Errors
/// When the store fails.
pub fn of_account(conn: &mut Conn, account: &Account) -> Result<Vec<(At, Money)>, StoreError> {
    let epoch = epochs::present(conn, account)?;
    // The span in which an account began anew may stand for what it was worth before.
    let since = if epoch.number == 1 { At::EARLIEST } else { epoch.began_at };
    let mut points = valuations::latest(conn, account.id, since, POINTS)?;
    let complete = points.len() < usize::try_from(POINTS).unwrap_or(usize::MAX);
    let second = Some(epoch.start.saturating_add(1));
    let opening = if complete { ledger::newest(conn, account.id, epoch.start, second, 1)?.pop() } else { None };
    for (at, _) in &mut points {
        // The span of the first valuation may have begun before the account did.
        *at = (*at).max(account.opened_at);
    }
    if let Some(opening) = opening {
        points.insert(0, (opening.at, opening.balance));
    }
    Ok(points)
}

fn accounts_with_shares(conn: &mut Conn, after: AccountId) -> Result<Vec<(Account, Vec<Holding>)>, StoreError> {
    let found = accounts::with_shares(conn, after, PIECE)?;
    found.into_iter().map(|account| Ok((account.clone(), holdings::of_account(conn, account.id)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Instrument, InstrumentId, Price, PublicId, Quantity, Quote, Role};
    use crate::market::{FeedName, Listed, day::Calendar};
    use crate::store::users::{self, NewUser};
    use crate::store::{Database, StorePlan};

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

    fn holder(conn: &mut Conn, at: At) -> Result<Account, StoreError> {
        let username = "ada".parse().unwrap();
        let user = users::insert(
            conn,
            &NewUser { username, password_hash: String::new(), role: Role::Trader, created_at: at },
        );
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
        let directory = tempfile::tempdir().unwrap();
        let plan = StorePlan {
            database: Database::Sqlite(directory.path().join("history.db")),
            readers: 1,
            writers: 1,
            waiting_writes: 8,
            writes_per_commit: 8,
        };
        let store = Store::open(&plan).unwrap();
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
            kept.iter()
                .filter(|(at, _)| (Duration::from_hours(from)..Duration::from_hours(to)).contains(&age(*at)))
                .count()
        };
        assert!((92..=96).contains(&count(0, 24)), "{} in the last day", count(0, 24));
        assert!((23..=25).contains(&count(48, 72)), "{} in a day of this week", count(48, 72));
        assert_eq!(count(8 * 24, 9 * 24), 1);
        store.close();
    }

    #[tokio::test]
    async fn the_points_of_a_picture_are_in_order_of_time_and_none_is_before_the_opening() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(directory.path().join("history.db"));
        let plan = StorePlan { database, readers: 1, writers: 1, waiting_writes: 8, writes_per_commit: 8 };
        let store = Store::open(&plan).unwrap();
        let board = board();
        let opened: At = "2026-01-01T00:10:00Z".parse().unwrap();
        let account = store
            .write(Lock::House, move |conn| {
                let account = holder(conn, opened)?;
                let opening = ledger::Movement {
                    kind: crate::domain::EntryKind::Opening,
                    cash: Money::from_cents(500),
                    shares: None,
                    at: opened,
                    memo: String::new(),
                    request: None,
                };
                ledger::append(conn, &account, opening)?.ok_or(StoreError::Unavailable)
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
}
