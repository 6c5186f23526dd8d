//! What accounts were worth, the closer in time the finer.

use super::Conn;
use super::error::{StoreError, exactly_one};
use super::kept::on_engine;
use super::schema::valuations;
use crate::domain::{AccountId, At, Money};
use diesel::dsl::exists;
use diesel::prelude::*;
use std::time::Duration;

/// Records what `account` is worth in the span that begins `at`; a later word on the same span replaces it.
///
/// # Errors
/// When the database fails.
pub fn record(conn: &mut Conn, account: AccountId, at: At, value: Money) -> Result<(), StoreError> {
    let span = valuations::table.find((account, at));
    if diesel::update(span).set(valuations::value.eq(value)).execute(conn)? > 0 {
        return Ok(());
    }
    let row = (valuations::account_id.eq(account), valuations::at.eq(at), valuations::value.eq(value));
    exactly_one(diesel::insert_into(valuations::table).values(row).execute(conn)?, "recording a valuation")
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

/// Keeps of each account only the last valuation in the `span` that `within` lies in.
///
/// # Errors
/// When the database fails.
pub fn thin(conn: &mut Conn, within: At, span: Duration) -> Result<(), StoreError> {
    let (begin, end) = (within.beginning_of(span), within.beginning_of(span).plus(span));
    let later = diesel::alias!(valuations as later);
    let replaced = later
        .filter(later.field(valuations::account_id).eq(valuations::account_id))
        .filter(later.field(valuations::at).gt(valuations::at))
        .filter(later.field(valuations::at).lt(end));
    let superseded =
        valuations::table.filter(valuations::at.ge(begin)).filter(valuations::at.lt(end)).filter(exists(replaced));
    diesel::delete(superseded).execute(conn)?;
    Ok(())
}
