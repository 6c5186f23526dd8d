//! Where an account stands before it trades: all that a settlement begins from, in one query.

use super::Conn;
use super::accounts::Account;
use super::error::StoreError;
use super::holdings::Holding;
use super::kept::on_engine;
use super::schema::{accounts, holdings, orders};
use crate::domain::{AccountId, InstrumentId, OrderId, OrderKey};
use diesel::prelude::*;

/// An account that is about to trade.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The account.
    pub account: Account,
    /// What it holds of the instrument, if it ever held any.
    pub held: Option<Holding>,
    /// The order that it has placed under the key before, if it has.
    pub placed: Option<OrderId>,
}

/// Where `account` stands that is to trade `instrument` by an order with this key.
///
/// # Errors
/// When the database fails, a row is corrupt, or there is no such account.
pub fn of_account(
    conn: &mut Conn,
    account: AccountId,
    instrument: InstrumentId,
    key: &OrderKey,
) -> Result<Standing, StoreError> {
    let held = holdings::account_id.eq(accounts::id).and(holdings::instrument_id.eq(instrument));
    let placed = orders::account_id.eq(accounts::id).and(orders::order_key.eq(key));
    let standing = accounts::table
        .left_join(holdings::table.on(held))
        .left_join(orders::table.on(placed))
        .filter(accounts::id.eq(account));
    let (account, held, placed) = on_engine!(conn, engine => standing
        .select((Account::as_select(), Option::<Holding>::as_select(), orders::id.nullable()))
        .first(engine))?;
    Ok(Standing { account, held, placed })
}
