//! What settlements write: an order, its fill, the holding, the entry and the account, each one row.

use super::accounts::{self, Account};
use super::fills::{self, NewFill};
use super::holdings::{self, Holding};
use super::ledger::{self, Movement};
use super::orders::{self, NewOrder};
use super::together::write_together;
use super::{Conn, StoreError};

/// An order that was settled, before it is written down.
#[derive(Debug)]
pub struct Settlement {
    /// The order.
    pub order: NewOrder,
    /// Its fill.
    pub fill: NewFill,
    /// The account as it stood.
    pub account: Account,
    /// What it held of the instrument, if it ever held any.
    pub held: Option<Holding>,
    /// What it holds now.
    pub holds: Holding,
    /// What becomes the account's next entry.
    pub movement: Movement,
}

/// Writes all of that down for each of `settled`, no two of which may be of one account.
///
/// # Errors
/// When the database fails, a balance does not fit or would fall below zero, an account has used an order's key before,
/// or it is no longer as it was.
pub fn record(conn: &mut Conn, settled: &[&Settlement]) -> Result<(), StoreError> {
    if settled.is_empty() {
        return Ok(());
    }
    let unfit = |order: &NewOrder| StoreError::Corrupt(format!("order {} was checked and does not fit", order.id));
    let next = settled
        .iter()
        .map(|settled| ledger::next(&settled.account, settled.movement.clone()).ok_or_else(|| unfit(&settled.order)));
    let next: Vec<_> = next.collect::<Result<_, _>>()?;
    let orders: Vec<_> = settled.iter().map(|settled| &settled.order).collect();
    let fills: Vec<_> = settled.iter().map(|settled| &settled.fill).collect();
    let added: Vec<_> = settled.iter().filter(|settled| settled.held.is_none()).map(|settled| &settled.holds).collect();
    let changed = settled.iter().filter_map(|settled| Some((settled.held.as_ref()?, &settled.holds)));
    let changed: Vec<_> = changed.collect();
    let entries: Vec<_> = next.iter().collect();
    let advanced: Vec<_> = next.iter().map(|next| &next.after).collect();
    write_together!(
        conn,
        "recording an order": orders::insert(&orders),
        "recording a fill": fills::insert(&fills),
        "adding a holding": holdings::add(&added),
        "changing a holding": holdings::replace(&changed),
        "appending an entry": ledger::insert(&entries),
        "moving an account on": accounts::advance(&advanced),
    )
}
