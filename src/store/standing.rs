//! Where accounts stand before they trade: all that settlements begin from, in one query.

use super::Conn;
use super::accounts::Account;
use super::error::StoreError;
use super::holdings::Holding;
use super::schema::{accounts, holdings, orders};
use crate::domain::{AccountId, InstrumentId, OrderId, OrderKey};
use diesel::dsl::{AsSelect, SqlTypeOf};
use diesel::expression::ValidGrouping;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error as DieselError;
use diesel::sql_types::{Array, BigInt, Text};
use diesel::sqlite::Sqlite;
use std::collections::HashMap;

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

/// An order whose account is about to trade.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub instrument: InstrumentId,
    /// Under which key.
    pub key: &'a OrderKey,
}

/// Where each account of `wanted` stands, in the same order. No two may be of one account.
///
/// # Errors
/// When the database fails, a row is corrupt, or there is no such account.
pub fn of_accounts(conn: &mut Conn, wanted: &[Wanted<'_>]) -> Result<Vec<Standing>, StoreError> {
    match conn {
        Conn::Sqlite(engine) => (0..).zip(wanted).map(|(before, wanted)| in_turn(engine, wanted, before)).collect(),
        Conn::Postgres(_) if wanted.is_empty() => Ok(Vec::new()),
        Conn::Postgres(engine) => all_at_once(engine, wanted),
    }
}

type Row = (Account, Option<Holding>, Option<OrderId>, OrderId);

impl From<Row> for Standing {
    fn from((account, held, placed, next): Row) -> Self {
        Self { account, held, placed, next }
    }
}

/// As one of several, `before` of which are numbered before it.
fn in_turn(conn: &mut SqliteConnection, wanted: &Wanted<'_>, before: i64) -> Result<Standing, StoreError> {
    let held = holdings::account_id.eq(accounts::id).and(holdings::instrument_id.eq(wanted.instrument));
    let placed = orders::account_id.eq(accounts::id).and(orders::order_key.eq(wanted.key));
    let standing = accounts::table
        .left_join(holdings::table.on(held))
        .left_join(orders::table.on(placed))
        .filter(accounts::id.eq(wanted.account))
        .select((Account::as_select(), Option::<Holding>::as_select(), orders::id.nullable(), NextOrder));
    let (account, held, placed, OrderId(next)) = standing.first::<Row>(conn)?;
    Ok(Standing { account, held, placed, next: OrderId(next.saturating_add(before)) })
}

fn all_at_once(conn: &mut PgConnection, wanted: &[Wanted<'_>]) -> Result<Vec<Standing>, StoreError> {
    let all = AllWanted {
        accounts: wanted.iter().map(|wanted| wanted.account).collect(),
        instruments: wanted.iter().map(|wanted| wanted.instrument).collect(),
        keys: wanted.iter().map(|wanted| wanted.key).collect(),
        selected: (Account::as_select(), Option::<Holding>::as_select(), orders::id.nullable(), NextOrder),
    };
    let rows: Vec<Row> = all.load(conn)?;
    let mut found: HashMap<_, _> = rows.into_iter().map(|row| (row.0.id, row.into())).collect();
    let standings = wanted.iter().map(|wanted| found.remove(&wanted.account).ok_or(DieselError::NotFound.into()));
    standings.collect()
}

/// What is read of each account.
type Selected = (AsSelect<Account, Pg>, AsSelect<Option<Holding>, Pg>, diesel::dsl::Nullable<orders::id>, NextOrder);

/// The same question for many accounts, each with an instrument and a key of its own, for which Diesel has no words.
struct AllWanted<'a> {
    accounts: Vec<AccountId>,
    instruments: Vec<InstrumentId>,
    keys: Vec<&'a OrderKey>,
    selected: Selected,
}

impl QueryFragment<Pg> for AllWanted<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        self.selected.walk_ast(out.reborrow())?;
        out.push_sql(" FROM unnest(");
        out.push_bind_param::<Array<BigInt>, _>(&self.accounts)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.instruments)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.keys)?;
        out.push_sql(
            ") AS wanted (account_id, instrument_id, order_key) \
             JOIN accounts ON accounts.id = wanted.account_id \
             LEFT JOIN holdings ON holdings.account_id = wanted.account_id AND holdings.instrument_id = wanted.instrument_id \
             LEFT JOIN orders ON orders.account_id = wanted.account_id AND orders.order_key = wanted.order_key",
        );
        Ok(())
    }
}

impl QueryId for AllWanted<'_> {
    type QueryId = AllWanted<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for AllWanted<'_> {
    type SqlType = SqlTypeOf<Selected>;
}

impl RunQueryDsl<PgConnection> for AllWanted<'_> {}
