//! Tables in the order in which the books are checked, each row with whether what it refers to is there.

use super::{
    AccountRow, CodeRow, EntryRow, FillRow, OrderRow, ReversalRow, SessionRow, UserRow, ValuationRow, WatchRow,
    after_pair,
};
use crate::store::conn::Conn;
use crate::store::error::StoreError;
use crate::store::schema::{
    accounts, candles, fills, ledger_entries, orders, reversals, sessions, sign_in_codes, users, valuations, watches,
};
use diesel::dsl::max;
use diesel::prelude::*;

/// A row, and the id of the row it refers to when there is one.
type Referring<R> = Vec<(R, Option<i64>)>;

/// Up to `limit` accounts after the one with the id `after`, each with its user.
///
/// # Errors
/// When the database fails.
pub fn accounts_with_user(conn: &mut Conn, after: &i64, limit: i64) -> Result<Referring<AccountRow>, StoreError> {
    let rows = accounts::table.left_join(users::table.on(users::id.eq(accounts::user_id)));
    let later = rows.filter(accounts::id.gt(after)).order(accounts::id).limit(limit);
    Ok(later.select((AccountRow::as_select(), users::id.nullable())).load(conn)?)
}

/// Up to `limit` sessions after the one with the hash `after`, each with its user.
///
/// # Errors
/// When the database fails.
pub fn sessions_with_user(conn: &mut Conn, after: &String, limit: i64) -> Result<Referring<SessionRow>, StoreError> {
    let rows = sessions::table.left_join(users::table);
    let later = rows.filter(sessions::key_hash.gt(after)).order(sessions::key_hash).limit(limit);
    Ok(later.select((SessionRow::as_select(), users::id.nullable())).load(conn)?)
}

/// Up to `limit` codes after the one of the user `after`, each with its user.
///
/// # Errors
/// When the database fails.
pub fn codes_with_user(
    conn: &mut Conn,
    after: &i64,
    limit: i64,
) -> Result<Vec<(CodeRow, Option<UserRow>)>, StoreError> {
    let rows = sign_in_codes::table.left_join(users::table.on(users::id.eq(sign_in_codes::user_id)));
    let later = rows.filter(sign_in_codes::user_id.gt(after)).order(sign_in_codes::user_id).limit(limit);
    Ok(later.select((CodeRow::as_select(), Option::<UserRow>::as_select())).load(conn)?)
}

/// Up to `limit` stars after the pair of user and instrument `after`, each with its user.
///
/// # Errors
/// When the database fails.
pub fn watches_with_user(conn: &mut Conn, after: &(i64, i64), limit: i64) -> Result<Referring<WatchRow>, StoreError> {
    let rows = watches::table.left_join(users::table.on(users::id.eq(watches::user_id)));
    let later = rows.filter(after_pair!(watches, user_id, instrument_id, after));
    let later = later.order((watches::user_id, watches::instrument_id)).limit(limit);
    Ok(later.select((WatchRow::as_select(), users::id.nullable())).load(conn)?)
}

/// Up to `limit` valuations after the pair of account and time `after`, each with its account.
///
/// # Errors
/// When the database fails.
pub fn valuations_with_account(
    conn: &mut Conn,
    after: &(i64, i64),
    limit: i64,
) -> Result<Referring<ValuationRow>, StoreError> {
    let rows = valuations::table.left_join(accounts::table.on(accounts::id.eq(valuations::account_id)));
    let later = rows.filter(after_pair!(valuations, account_id, at, after));
    let later = later.order((valuations::account_id, valuations::at)).limit(limit);
    Ok(later.select((ValuationRow::as_select(), accounts::id.nullable())).load(conn)?)
}

/// Up to `limit` orders after the one with the id `after`, each with its fill.
///
/// # Errors
/// When the database fails.
pub fn orders_with_fill(
    conn: &mut Conn,
    after: &i64,
    limit: i64,
) -> Result<Vec<(OrderRow, Option<FillRow>)>, StoreError> {
    let rows = orders::table.left_join(fills::table.on(fills::order_id.eq(orders::id)));
    let later = rows.filter(orders::id.gt(after)).order(orders::id).limit(limit);
    Ok(later.select((OrderRow::as_select(), Option::<FillRow>::as_select())).load(conn)?)
}

/// The first person who has no account.
///
/// # Errors
/// When the database fails.
pub fn user_without_account(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    let without = users::table.left_join(accounts::table.on(accounts::user_id.eq(users::id)));
    let without = without.filter(accounts::id.nullable().is_null()).order(users::id);
    Ok(without.select(users::id).first::<i64>(conn).optional()?)
}

/// The first fill whose order is not there.
///
/// # Errors
/// When the database fails.
pub fn fill_without_order(conn: &mut Conn) -> Result<Option<FillRow>, StoreError> {
    let rows = fills::table.left_join(orders::table.on(orders::id.eq(fills::order_id)));
    let loose = rows.filter(orders::id.is_null()).order(fills::id);
    Ok(loose.select(FillRow::as_select()).first(conn).optional()?)
}

/// Up to `limit` fills after the pair of account and order `after`, in the order of their orders, which know them.
///
/// # Errors
/// When the database fails.
pub fn fills_by_order(conn: &mut Conn, after: &(i64, i64), limit: i64) -> Result<Vec<FillRow>, StoreError> {
    let rows = orders::table.inner_join(fills::table.on(fills::order_id.eq(orders::id)));
    let later = rows.filter(after_pair!(orders, account_id, id, after));
    let later = later.order((orders::account_id, orders::id)).limit(limit);
    Ok(later.select(FillRow::as_select()).load(conn)?)
}

/// Up to `limit` entries after the pair of account and sequence `after`.
///
/// # Errors
/// When the database fails.
pub fn entries_by_account(conn: &mut Conn, after: &(i64, i64), limit: i64) -> Result<Vec<EntryRow>, StoreError> {
    let later = ledger_entries::table.filter(after_pair!(ledger_entries, account_id, sequence, after));
    let later = later.order((ledger_entries::account_id, ledger_entries::sequence)).limit(limit);
    Ok(later.select(EntryRow::as_select()).load(conn)?)
}

/// Up to `limit` reversals after the one of the order `after`, each with its entry.
///
/// # Errors
/// When the database fails.
pub fn reversals_with_entry(
    conn: &mut Conn,
    after: &i64,
    limit: i64,
) -> Result<Vec<(ReversalRow, Option<EntryRow>)>, StoreError> {
    let rows = reversals::table.left_join(ledger_entries::table.on(ledger_entries::id.eq(reversals::entry_id)));
    let later = rows.filter(reversals::order_id.gt(after)).order(reversals::order_id).limit(limit);
    Ok(later.select((ReversalRow::as_select(), Option::<EntryRow>::as_select())).load(conn)?)
}

/// The fill of `order` and what says that it was undone, where there are such.
///
/// # Errors
/// When the database fails.
pub fn fill_with_reversal(conn: &mut Conn, order: i64) -> Result<Option<(FillRow, Option<ReversalRow>)>, StoreError> {
    let rows = fills::table.left_join(reversals::table.on(reversals::order_id.eq(fills::order_id)));
    let one = rows.filter(fills::order_id.eq(order));
    Ok(one.select((FillRow::as_select(), Option::<ReversalRow>::as_select())).first(conn).optional()?)
}

/// The highest ids of orders and of entries: about how many there are, told at once.
///
/// # Errors
/// When the database fails.
pub fn last_ids(conn: &mut Conn) -> Result<(i64, i64), StoreError> {
    let order: Option<i64> = orders::table.select(max(orders::id)).first(conn)?;
    let entry: Option<i64> = ledger_entries::table.select(max(ledger_entries::id)).first(conn)?;
    Ok((order.unwrap_or(0), entry.unwrap_or(0)))
}

/// How many candles there are.
///
/// # Errors
/// When the database fails.
pub fn candle_count(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(candles::table.count().get_result(conn)?)
}
