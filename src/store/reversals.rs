//! Orders whose execution the house undid.

use super::Conn;
use super::error::{StoreError, exactly_one};
use super::schema::{ledger_entries, reversals};
use crate::domain::{AccountId, At, OrderId};
use diesel::prelude::*;

/// Says that the entry numbered `sequence` of `account` undoes `order`.
///
/// # Errors
/// When the database fails, there is no such entry, or the order has been undone before.
pub fn insert(conn: &mut Conn, order: OrderId, account: AccountId, sequence: i64, at: At) -> Result<(), StoreError> {
    let numbered = ledger_entries::account_id.eq(account).and(ledger_entries::sequence.eq(sequence));
    let entry: i64 = ledger_entries::table.filter(numbered).select(ledger_entries::id).first(conn)?;
    let row = (reversals::order_id.eq(order), reversals::entry_id.eq(entry), reversals::reversed_at.eq(at));
    exactly_one(diesel::insert_into(reversals::table).values(row).execute(conn)?, "recording a reversal")
}
