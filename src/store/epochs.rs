//! Where accounts began anew. What came before stays, and can be looked at.

use super::Conn;
use super::accounts::Account;
use super::error::{StoreError, exactly_one};
use super::schema::{accounts, epochs, orders};
use crate::domain::{At, OrderId};
use diesel::prelude::*;

/// What of an account belongs to one of its beginnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch {
    /// Which, from 1.
    pub number: i64,
    /// The number of the entry that opened it.
    pub start: i64,
    /// The number of the entry that opened the next one; nothing while it lasts.
    pub end: Option<i64>,
    /// Its orders come after this one.
    pub after_order: OrderId,
    /// Its last order is this one or one before it; nothing while it lasts.
    pub last_order: Option<OrderId>,
    /// Since when.
    pub began_at: At,
}

impl Epoch {
    /// The only epoch of an account that has never begun anew.
    #[must_use]
    pub fn first(account: &Account) -> Self {
        Self { number: 1, start: 1, end: None, after_order: OrderId(0), last_order: None, began_at: account.opened_at }
    }
}

/// The number of the one of `epochs` that the entry numbered `sequence` belongs to.
#[must_use]
pub fn of_entry(epochs: &[Epoch], sequence: i64) -> i64 {
    epochs.iter().rfind(|epoch| epoch.start <= sequence).map_or(1, |epoch| epoch.number)
}

/// The number of the one of `epochs` that `order` belongs to.
#[must_use]
pub fn of_order(epochs: &[Epoch], order: OrderId) -> i64 {
    epochs.iter().rfind(|epoch| epoch.after_order < order).map_or(1, |epoch| epoch.number)
}

/// Says that `account`, whose newest entry is an opening, has begun anew with it.
///
/// # Errors
/// When the database fails, or the account is no longer in the epoch that it was.
pub fn begin(conn: &mut Conn, account: &Account, at: At) -> Result<Account, StoreError> {
    let last_order: Option<OrderId> =
        orders::table.filter(orders::account_id.eq(account.id)).select(diesel::dsl::max(orders::id)).first(conn)?;
    let after = Account { epoch: account.epoch + 1, epoch_start: account.entries, ..account.clone() };
    let row = (
        epochs::account_id.eq(after.id),
        epochs::epoch.eq(after.epoch),
        epochs::start.eq(after.epoch_start),
        epochs::after_order.eq(last_order.unwrap_or(OrderId(0))),
        epochs::began_at.eq(at),
    );
    exactly_one(diesel::insert_into(epochs::table).values(row).execute(conn)?, "beginning an epoch")?;
    let before = accounts::table.find(after.id).filter(accounts::epoch.eq(account.epoch));
    let moved = (accounts::epoch.eq(after.epoch), accounts::epoch_start.eq(after.epoch_start));
    exactly_one(diesel::update(before).set(moved).execute(conn)?, "moving an account to its next epoch")?;
    Ok(after)
}

/// Every epoch of `account`, the first one first. As many as there were resets, and one.
///
/// # Errors
/// When the database fails.
pub fn of_account(conn: &mut Conn, account: &Account) -> Result<Vec<Epoch>, StoreError> {
    let mut all = vec![Epoch::first(account)];
    if account.epoch == 1 {
        return Ok(all);
    }
    let later = epochs::table.filter(epochs::account_id.eq(account.id)).order(epochs::epoch).select((
        epochs::epoch,
        epochs::start,
        epochs::after_order,
        epochs::began_at,
    ));
    for (number, start, after_order, began_at) in later.load::<(i64, i64, OrderId, At)>(conn)? {
        if let Some(before) = all.last_mut() {
            (before.end, before.last_order) = (Some(start), Some(after_order));
        }
        all.push(Epoch { number, start, end: None, after_order, last_order: None, began_at });
    }
    Ok(all)
}

/// The epoch that `account` is in.
///
/// # Errors
/// When the database fails.
pub fn present(conn: &mut Conn, account: &Account) -> Result<Epoch, StoreError> {
    let all = of_account(conn, account)?;
    Ok(all.last().copied().unwrap_or_else(|| Epoch::first(account)))
}
