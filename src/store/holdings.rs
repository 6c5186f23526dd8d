//! What an account holds, as a cache of its ledger.

use super::Conn;
use super::error::StoreError;
use super::kept::{Statement, change, insertion, on_engine, write_one};
use super::schema::holdings;
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
        None => write_one(conn, "adding a holding", add(after)),
        Some(before) => write_one(conn, "changing a holding", replace(before, after)),
    }
}

/// Adds a holding.
pub(super) fn add(holding: &Holding) -> impl Statement {
    insertion!(holdings {
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

/// Replaces a holding; no row when it is no longer as it was.
pub(super) fn replace(before: &Holding, after: &Holding) -> impl Statement {
    change!(holdings {
        quantity: after.quantity,
        cost: after.cost,
        realised: after.realised,
        day: after.day,
        day_quantity: after.day_quantity,
        day_paid: after.day_paid,
    } where {
        account_id: before.account_id,
        instrument_id: before.instrument_id,
        quantity: before.quantity,
    })
}
