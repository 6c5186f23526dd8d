//! Where an account stands before it trades: all that a settlement begins from, in one query.

use super::Conn;
use super::accounts::Account;
use super::error::StoreError;
use super::holdings::Holding;
use super::kept::on_engine;
use super::schema::{accounts, holdings, orders};
use crate::domain::{AccountId, InstrumentId, OrderId, OrderKey};
use diesel::expression::ValidGrouping;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;

/// An account that is about to trade.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The account.
    pub account: Account,
    /// What it holds of the instrument, if it ever held any.
    pub held: Option<Holding>,
    /// The order that it has placed under the key before, if it has.
    pub placed: Option<OrderId>,
    /// What its next order is to be numbered, if it places one now.
    pub next: OrderId,
}

/// The number of the next order. On a file nobody else writes meanwhile; a server counts for all who do.
#[derive(QueryId, ValidGrouping)]
struct NextOrder;

impl Expression for NextOrder {
    type SqlType = BigInt;
}

impl<From> AppearsOnTable<From> for NextOrder {}

impl<From> SelectableExpression<From> for NextOrder {}

impl QueryFragment<Sqlite> for NextOrder {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("(SELECT coalesce(max(id), 0) + 1 FROM orders)");
        Ok(())
    }
}

impl QueryFragment<Pg> for NextOrder {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("nextval(pg_get_serial_sequence('orders', 'id'))");
        Ok(())
    }
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
    let (account, held, placed, next) = on_engine!(conn, engine => standing
        .select((Account::as_select(), Option::<Holding>::as_select(), orders::id.nullable(), NextOrder))
        .first(engine))?;
    Ok(Standing { account, held, placed, next })
}
