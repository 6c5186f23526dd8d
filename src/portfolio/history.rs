//! What accounts were worth over time: written down now and then, read for the picture on the portfolio.

use super::value;
use crate::domain::{AccountId, At, Money};
use crate::market::Board;
use crate::store::accounts::{self, Account};
use crate::store::holdings::{self, Holding};
use crate::store::valuations::{self, Valuation};
use crate::store::{Conn, Lock, Store, StoreError, epochs, ledger};
use std::collections::HashMap;
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

/// Writes down what every account is worth now that holds shares, or whose cash has changed since it was written down.
///
/// # Errors
/// When the store fails; accounts already written down stay so.
pub async fn record(store: &Store, board: &Board, now: At) -> Result<(), StoreError> {
    let quarter = now.beginning_of(QUARTER);
    let before: Result<_, StoreError> = store.read(valuations::newest).await;
    let before = before?.map_or(now, |newest| newest.min(now));
    let mut after = AccountId(0);
    loop {
        let held = store.read(move |conn| with_shares(conn, after)).await?;
        let Some((last, _)) = held.last() else { break };
        after = last.id;
        let worth = |(account, holdings): (Account, Vec<Holding>)| {
            let portfolio = value(&account, holdings, board)?;
            // Shares without a price are worth something that nobody knows just now; without them the account would look
            // as if it had lost them.
            portfolio.is_complete().then_some((account.id, quarter, portfolio.total))
        };
        keep(store, held.into_iter().filter_map(worth).collect()).await?;
    }
    let mut after = AccountId(0);
    loop {
        let (changed, last) = store.read(move |conn| without_shares(conn, after, quarter)).await?;
        let Some(last) = last else { break };
        after = last;
        keep(store, changed).await?;
    }
    store
        .write(Lock::House, move |conn| {
            // Also of what came of age while nobody was here to thin it out.
            let thin = |(age, span): &(Duration, Duration)| {
                valuations::thin(conn, before.minus(*age), now.minus(*age).min(before), *span)
            };
            KEPT.iter().try_for_each(thin)
        })
        .await
}

async fn keep(store: &Store, valued: Vec<Valuation>) -> Result<(), StoreError> {
    store.write(Lock::House, move |conn| valuations::record(conn, &valued)).await
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

/// A piece of the accounts that hold shares, and what each holds.
fn with_shares(conn: &mut Conn, after: AccountId) -> Result<Vec<(Account, Vec<Holding>)>, StoreError> {
    let found = accounts::with_shares(conn, after, PIECE)?;
    let ids: Vec<AccountId> = found.iter().map(|account| account.id).collect();
    let mut held: HashMap<AccountId, Vec<Holding>> = HashMap::new();
    for holding in holdings::of_accounts(conn, &ids)? {
        held.entry(holding.account_id).or_default().push(holding);
    }
    let with = |account: Account| {
        let holdings = held.remove(&account.id).unwrap_or_default();
        (account, holdings)
    };
    Ok(found.into_iter().map(with).collect())
}

/// What a piece of the accounts is worth that hold no shares and whose cash has changed, and the last of them, if there
/// are any. Such an account was worth the same until it changed, so that the span before is valued as well: a picture
/// shows a step there, and not a slope from its last valuation, long ago, until now.
fn without_shares(
    conn: &mut Conn,
    after: AccountId,
    quarter: At,
) -> Result<(Vec<Valuation>, Option<AccountId>), StoreError> {
    let changed = accounts::valued_otherwise(conn, after, PIECE)?;
    let span_before = quarter.minus(QUARTER);
    let mut valued = Vec::with_capacity(2 * changed.len());
    for account in &changed {
        let until_then = of_account(conn, account)?.pop().filter(|(at, _)| *at < span_before);
        valued.extend(until_then.map(|(_, worth)| (account.id, span_before, worth)));
        valued.push((account.id, quarter, account.cash));
    }
    Ok((valued, changed.last().map(|account| account.id)))
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
