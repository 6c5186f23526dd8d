//! What a settlement writes: an order, its fill, the holding, the entry and the account, each one row.

use super::accounts::{self, Account};
use super::fills::{self, NewFill};
use super::holdings::{self, Holding};
use super::ledger::{self, Movement};
use super::orders::{self, NewOrder};
use super::together::write_together;
use super::{Conn, StoreError};
use diesel::prelude::*;

/// An order that was settled, before it is written down.
#[derive(Debug)]
pub struct Settlement<'a> {
    /// The order.
    pub order: &'a NewOrder,
    /// Its fill.
    pub fill: &'a NewFill,
    /// The account as it stood.
    pub account: &'a Account,
    /// What it held of the instrument, if it ever held any.
    pub held: Option<&'a Holding>,
    /// What it holds now.
    pub holds: &'a Holding,
}

/// Writes all of it down, with `movement` as the account's next entry. Whether it fits: nothing is written when the
/// balance would not fit or fall below zero.
///
/// # Errors
/// When the database fails, the account has used the order's key before, or it is no longer as it was.
pub fn record(conn: &mut Conn, settlement: &Settlement<'_>, movement: Movement) -> Result<bool, StoreError> {
    let Settlement { order, fill, account, held, holds } = *settlement;
    let Some(next) = ledger::next(account, movement) else { return Ok(false) };
    match held {
        None => write_together!(
            conn,
            "recording an order": orders::insert(order),
            "recording a fill": fills::insert(fill),
            "adding a holding": holdings::add(holds),
            "appending an entry": ledger::insert(&next),
            "moving an account on": accounts::advance(&next.after),
        ),
        Some(held) => write_together!(
            conn,
            "recording an order": orders::insert(order),
            "recording a fill": fills::insert(fill),
            "changing a holding": holdings::replace(held, holds),
            "appending an entry": ledger::insert(&next),
            "moving an account on": accounts::advance(&next.after),
        ),
    }?;
    Ok(true)
}
