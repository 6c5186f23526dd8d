//! What accounts were worth, the closer in time the finer.

use super::Conn;
use super::error::StoreError;
use super::kept::on_engine;
use super::schema::valuations;
use crate::domain::{AccountId, At, Money};
use diesel::dsl::{exists, max};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::time::Duration;

/// What an account is worth in the span that begins at a moment.
pub type Valuation = (AccountId, At, Money);

/// Rows in one statement: three values each, well within what either engine binds.
const BATCH: usize = 1_000;

/// One statement, spelled for the engine of `$conn`: what replaces rows has no type that both engines take.
macro_rules! upsert {
    ($rows:ident, $conn:ident) => {
        diesel::insert_into(valuations::table)
            .values(&$rows)
            .on_conflict((valuations::account_id, valuations::at))
            .do_update()
            .set(valuations::value.eq(excluded(valuations::value)))
            .execute($conn)?
    };
}

/// Records what accounts are worth; a later word on the same account and span replaces it. No two of `valued` are of
/// the same.
///
/// # Errors
/// When the database fails.
pub fn record(conn: &mut Conn, valued: &[Valuation]) -> Result<(), StoreError> {
    for batch in valued.chunks(BATCH) {
        let row = |(account, at, value): &Valuation| {
            (valuations::account_id.eq(*account), valuations::at.eq(*at), valuations::value.eq(*value))
        };
        let rows: Vec<_> = batch.iter().map(row).collect();
        on_engine!(conn, engine => upsert!(rows, engine));
    }
    Ok(())
}

/// The beginning of the newest span of which any account has a valuation.
///
/// # Errors
/// When the database fails.
pub fn newest(conn: &mut Conn) -> Result<Option<At>, StoreError> {
    Ok(valuations::table.select(max(valuations::at)).first(conn)?)
}

/// The latest `limit` valuations of `account` at or after `since`, oldest first.
///
/// # Errors
/// When the database fails.
pub fn latest(conn: &mut Conn, account: AccountId, since: At, limit: i64) -> Result<Vec<(At, Money)>, StoreError> {
    let theirs = valuations::table.filter(valuations::account_id.eq(account)).filter(valuations::at.ge(since));
    let newest = theirs.order(valuations::at.desc()).limit(limit).select((valuations::at, valuations::value));
    let mut values: Vec<(At, Money)> = on_engine!(conn, engine => newest.load(engine))?;
    values.reverse();
    Ok(values)
}

/// Keeps of each account only the last valuation in each `span`, from that which `from` lies in to that which `until` lies
/// in.
///
/// # Errors
/// When the database fails.
pub fn thin(conn: &mut Conn, from: At, until: At, span: Duration) -> Result<(), StoreError> {
    let mut begin = from.beginning_of(span);
    while begin <= until {
        let end = begin.plus(span);
        let later = diesel::alias!(valuations as later);
        let replaced = later
            .filter(later.field(valuations::account_id).eq(valuations::account_id))
            .filter(later.field(valuations::at).gt(valuations::at))
            .filter(later.field(valuations::at).lt(end));
        let superseded =
            valuations::table.filter(valuations::at.ge(begin)).filter(valuations::at.lt(end)).filter(exists(replaced));
        diesel::delete(superseded).execute(conn)?;
        begin = end;
    }
    Ok(())
}
