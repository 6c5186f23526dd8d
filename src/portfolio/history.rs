//! What accounts were worth over time: written down now and then, read for the picture on the portfolio.

use super::value;
use crate::domain::{AccountId, At, Money};
use crate::market::Board;
use crate::store::accounts::{self, Account};
use crate::store::holdings::{self, Holding};
use crate::store::{Conn, Lock, Store, StoreError, ledger, valuations};
use std::time::Duration;

/// What one valuation stands for while it is new.
const HOUR: Duration = Duration::from_hours(1);
/// For how long valuations are kept hour by hour; after that, one a day.
const HOURLY_FOR: Duration = Duration::from_hours(14 * 24);
/// Accounts valued at a time.
const PIECE: i64 = 500;
/// The most points of a picture.
const POINTS: i64 = 500;

/// Writes down what every account that holds shares is worth now.
///
/// # Errors
/// When the store fails; accounts already written down stay so.
pub async fn record(store: &Store, board: &Board, now: At) -> Result<(), StoreError> {
    let hour = now.beginning_of(HOUR);
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
                worth.iter().try_for_each(|(account, total)| valuations::record(conn, *account, hour, *total))
            })
            .await?;
    }
    let old = now.minus(HOURLY_FOR);
    store.write(Lock::House, move |conn| valuations::thin_day(conn, old).map(|_| ())).await
}

/// What `account` was worth, oldest first, for as far back as a picture reaches. Before its first trade an
/// account is worth its cash, so that what came before the first valuation is its opening.
///
/// # Errors
/// When the store fails.
pub fn of_account(conn: &mut Conn, account: &Account) -> Result<Vec<(At, Money)>, StoreError> {
    let mut points = valuations::latest(conn, account.id, POINTS)?;
    let complete = points.len() < usize::try_from(POINTS).unwrap_or(usize::MAX);
    let opening = if complete { ledger::newest(conn, account.id, Some(2), 1)?.pop() } else { None };
    if let Some(opening) = opening {
        points.insert(0, (opening.at, opening.balance));
    }
    Ok(points)
}

fn accounts_with_shares(conn: &mut Conn, after: AccountId) -> Result<Vec<(Account, Vec<Holding>)>, StoreError> {
    let found = accounts::with_shares(conn, after, PIECE)?;
    found.into_iter().map(|account| Ok((account.clone(), holdings::of_account(conn, account.id)?))).collect()
}
