//! Where accounts stand before they trade: all that settlements begin from, in one query.

use super::Conn;
use super::accounts::Account;
use super::error::StoreError;
use super::holdings::Holding;
use super::schema::orders;
use crate::domain::{AccountId, InstrumentId, OrderId, OrderKey};
use diesel::backend::Backend;
use diesel::dsl::{AsSelect, SqlTypeOf};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};
use diesel::result::Error as DieselError;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::sqlite::Sqlite;
use std::collections::HashMap;
use std::sync::OnceLock;

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

/// An account that is about to trade.
#[derive(Debug, Clone)]
pub struct AccountStanding {
    /// The account.
    pub account: Account,
    /// What it holds of the instrument, if it ever held any.
    pub held: Option<Holding>,
    /// The order that it has placed under the key before, if it has.
    pub placed: Option<OrderId>,
    /// What its next order is to be numbered, if it places one now.
    pub next: OrderId,
}

/// Where each account of `wanted` stands, in the same order. No two may be of one account.
///
/// # Errors
/// When the database fails, a row is corrupt, or there is no such account.
pub fn of_accounts(conn: &mut Conn, wanted: &[Wanted<'_>]) -> Result<Vec<AccountStanding>, StoreError> {
    match conn {
        Conn::Sqlite(engine) => (0..).zip(wanted).map(|(before, wanted)| in_turn(engine, wanted, before)).collect(),
        Conn::Postgres(_) if wanted.is_empty() => Ok(Vec::new()),
        Conn::Postgres(engine) => all_at_once(engine, wanted),
    }
}

/// As one of several, `before` of which are numbered before it.
fn in_turn(conn: &mut SqliteConnection, wanted: &Wanted<'_>, before: i64) -> Result<AccountStanding, StoreError> {
    static COLUMNS: OnceLock<String> = OnceLock::new();
    let question = One { columns: COLUMNS.get_or_init(|| columns(&Sqlite)), wanted };
    let mut standing: AccountStanding = question.get_result::<Row>(conn)?.into();
    // Nobody else writes to a file meanwhile, so that nobody else has taken the number.
    standing.next.0 = standing.next.0.saturating_add(before);
    Ok(standing)
}

fn all_at_once(conn: &mut PgConnection, wanted: &[Wanted<'_>]) -> Result<Vec<AccountStanding>, StoreError> {
    static COLUMNS: OnceLock<String> = OnceLock::new();
    let question = Many {
        columns: COLUMNS.get_or_init(|| columns(&Pg)),
        accounts: wanted.iter().map(|wanted| wanted.account).collect(),
        instruments: wanted.iter().map(|wanted| wanted.instrument).collect(),
        keys: wanted.iter().map(|wanted| wanted.key).collect(),
    };
    let rows: Vec<Row> = question.load(conn)?;
    let mut found: HashMap<_, AccountStanding> = rows.into_iter().map(|row| (row.0.id, row.into())).collect();
    let standings = wanted.iter().map(|wanted| found.remove(&wanted.account).ok_or(DieselError::NotFound.into()));
    standings.collect()
}

/// The columns that are read of each account, besides the number of its next order.
type Columns<DB> = (AsSelect<Account, DB>, AsSelect<Option<Holding>, DB>, diesel::dsl::Nullable<orders::id>);
/// All that is read of each account, as the database has it and as it comes back.
type RowOf<DB> = (SqlTypeOf<AsSelect<Account, DB>>, SqlTypeOf<AsSelect<Option<Holding>, DB>>, Nullable<BigInt>, BigInt);
type Row = (Account, Option<Holding>, Option<OrderId>, OrderId);

impl From<Row> for AccountStanding {
    fn from((account, held, placed, next): Row) -> Self {
        Self { account, held, placed, next }
    }
}

/// How Diesel writes out the columns. It would do so anew with every order, which takes longer than to find the account;
/// and it has no words for the question about many.
fn columns<DB>(engine: &DB) -> String
where
    DB: Backend<QueryBuilder: Default>,
    Columns<DB>: QueryFragment<DB>,
    Account: Selectable<DB>,
    Option<Holding>: Selectable<DB>,
{
    let columns: Columns<DB> = (Account::as_select(), Option::<Holding>::as_select(), orders::id.nullable());
    let mut text = DB::QueryBuilder::default();
    // Columns have names and nothing that could fail; without them the question itself would.
    let _ = columns.to_sql(&mut text, engine);
    text.finish()
}

/// Where one account stands, asked of a file.
struct One<'a> {
    columns: &'static str,
    wanted: &'a Wanted<'a>,
}

impl QueryFragment<Sqlite> for One<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        out.push_sql(self.columns);
        out.push_sql(
            ", (SELECT coalesce(max(id), 0) + 1 FROM orders) FROM accounts \
             LEFT JOIN holdings ON holdings.account_id = accounts.id AND holdings.instrument_id = ",
        );
        out.push_bind_param::<BigInt, _>(&self.wanted.instrument)?;
        out.push_sql(" LEFT JOIN orders ON orders.account_id = accounts.id AND orders.order_key = ");
        out.push_bind_param::<Text, _>(self.wanted.key)?;
        out.push_sql(" WHERE accounts.id = ");
        out.push_bind_param::<BigInt, _>(&self.wanted.account)
    }
}

impl QueryId for One<'_> {
    type QueryId = One<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for One<'_> {
    type SqlType = RowOf<Sqlite>;
}

impl RunQueryDsl<SqliteConnection> for One<'_> {}

/// Where many accounts stand, asked of a server, which counts orders for all who write to it.
struct Many<'a> {
    columns: &'static str,
    accounts: Vec<AccountId>,
    instruments: Vec<InstrumentId>,
    keys: Vec<&'a OrderKey>,
}

impl QueryFragment<Pg> for Many<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        out.push_sql(self.columns);
        out.push_sql(", nextval(pg_get_serial_sequence('orders', 'id')) FROM unnest(");
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

impl QueryId for Many<'_> {
    type QueryId = Many<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Many<'_> {
    type SqlType = RowOf<Pg>;
}

impl RunQueryDsl<PgConnection> for Many<'_> {}
