//! What an account holds, as a cache of its ledger.

use super::Conn;
use super::error::StoreError;
use super::kept::{Statement, change, insertion, on_engine};
use super::schema::holdings;
use super::together::write_together;
use crate::domain::{AccountId, InstrumentId, Money, Position, Quantity};
use diesel::prelude::*;

/// Shares of one instrument in one account. Kept when all are sold, because it remembers what sales earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = holdings, treat_none_as_default_value = false)]
pub struct Holding {
    /// Whose.
    pub account_id: AccountId,
    /// Of what.
    pub instrument_id: InstrumentId,
    /// Shares held.
    pub quantity: Quantity,
    /// What they cost.
    pub cost: Money,
    /// What sales have earned so far.
    pub realised: Money,
    /// The market day of the latest trade.
    pub day: i64,
    /// Shares held when that day began.
    pub day_quantity: Quantity,
    /// Cash paid less cash received on that day.
    pub day_paid: Money,
}

impl Holding {
    /// An account that has never held any.
    #[must_use]
    pub fn none(account: AccountId, instrument: InstrumentId, day: i64) -> Self {
        Self {
            account_id: account,
            instrument_id: instrument,
            quantity: Quantity::ZERO,
            cost: Money::ZERO,
            realised: Money::ZERO,
            day,
            day_quantity: Quantity::ZERO,
            day_paid: Money::ZERO,
        }
    }

    /// The same on the market day `day`: when that is a later one than its own, nothing has been traded on it yet.
    #[must_use]
    pub fn on(self, day: i64) -> Self {
        if self.day == day { self } else { Self { day, day_quantity: self.quantity, day_paid: Money::ZERO, ..self } }
    }

    /// Shares, cost and realised gain together.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { quantity: self.quantity, cost: self.cost, realised: self.realised }
    }
}

/// What `account` holds of `instrument`, if it ever held any.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn find(conn: &mut Conn, account: AccountId, instrument: InstrumentId) -> Result<Option<Holding>, StoreError> {
    let held = holdings::table.find((account, instrument));
    Ok(on_engine!(conn, engine => held.select(Holding::as_select()).first(engine)).optional()?)
}

/// All that `account` holds or ever held; as many rows as there are instruments at most.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn of_account(conn: &mut Conn, account: AccountId) -> Result<Vec<Holding>, StoreError> {
    let theirs = holdings::table.filter(holdings::account_id.eq(account)).order(holdings::instrument_id);
    Ok(on_engine!(conn, engine => theirs.select(Holding::as_select()).load(engine))?)
}

/// All that each of `accounts` holds or ever held, by account.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn of_accounts(conn: &mut Conn, accounts: &[AccountId]) -> Result<Vec<Holding>, StoreError> {
    let theirs = holdings::table.filter(holdings::account_id.eq_any(accounts));
    Ok(theirs.order((holdings::account_id, holdings::instrument_id)).select(Holding::as_select()).load(conn)?)
}

/// Removes every holding of `account`: it begins anew. How many there were.
///
/// # Errors
/// When the database fails.
pub fn clear(conn: &mut Conn, account: AccountId) -> Result<usize, StoreError> {
    Ok(diesel::delete(holdings::table.filter(holdings::account_id.eq(account))).execute(conn)?)
}

/// Replaces `before`, or adds `after` where there was none.
///
/// # Errors
/// When the database fails, or the holding is no longer as it was.
pub fn save(conn: &mut Conn, before: Option<&Holding>, after: &Holding) -> Result<(), StoreError> {
    match before {
        None => write_together!(conn, "adding a holding": add(&[after])),
        Some(before) => write_together!(conn, "changing a holding": replace(&[(before, after)])),
    }
}

/// Adds holdings.
pub(super) fn add(new: &[&Holding]) -> impl Statement {
    insertion!(holdings, new, holding => {
        account_id: holding.account_id,
        instrument_id: holding.instrument_id,
        quantity: holding.quantity,
        cost: holding.cost,
        realised: holding.realised,
        day: holding.day,
        day_quantity: holding.day_quantity,
        day_paid: holding.day_paid,
    })
}

/// Replaces holdings, each as it was by what it is; no row for one that is no longer as it was.
pub(super) fn replace(changed: &[(&Holding, &Holding)]) -> impl Statement {
    change!(holdings, changed, holding => {
        quantity: holding.1.quantity,
        cost: holding.1.cost,
        realised: holding.1.realised,
        day: holding.1.day,
        day_quantity: holding.1.day_quantity,
        day_paid: holding.1.day_paid,
    } where {
        account_id: holding.0.account_id,
        instrument_id: holding.0.instrument_id,
        quantity: holding.0.quantity,
    })
}
