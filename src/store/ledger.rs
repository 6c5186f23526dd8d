//! The ledger: every cent and every share that ever moved.

use super::Conn;
use super::accounts::{self, Account};
use super::error::StoreError;
use super::kept::{Statement, insertion, on_engine};
use super::schema::{instruments, ledger_entries, orders};
use super::together::write_together;
use crate::domain::{
    AccountId, At, ChainHash, Entry, EntryKind, InstrumentId, Money, OrderId, OrderKey, PublicId, Quantity, Symbol,
};
use diesel::prelude::*;

/// A movement that is to become an account's next entry.
#[derive(Debug, Clone)]
pub struct Movement {
    /// Why.
    pub kind: EntryKind,
    /// The change in cash.
    pub cash: Money,
    /// The shares that move and what they cost, where shares move.
    pub shares: Option<ShareMovement>,
    /// When.
    pub at: At,
    /// A remark for people; may be empty.
    pub memo: String,
    /// The key of the form that asked for it, where no order carries one.
    pub request: Option<OrderKey>,
}

/// Shares on the move.
#[derive(Debug, Clone, Copy)]
pub struct ShareMovement {
    /// Shares of what.
    pub instrument: InstrumentId,
    /// The change in shares.
    pub quantity: Quantity,
    /// The change in what the shares held cost.
    pub cost: Money,
    /// The order that moves them, or whose execution is undone.
    pub order: Option<OrderId>,
}

/// A line of the ledger as pages and files show it.
#[derive(Debug, Clone, Queryable)]
pub struct LedgerLine {
    /// Its place in the account's book, from 1.
    pub sequence: i64,
    /// Why.
    pub kind: EntryKind,
    /// The change in cash.
    pub cash: Money,
    /// Cash after it.
    pub balance: Money,
    /// What the shares are of, where shares moved.
    pub symbol: Option<Symbol>,
    /// The change in shares.
    pub quantity: Quantity,
    /// The change in what the shares held cost.
    pub cost: Money,
    /// The order that caused it, if one did.
    pub order: Option<PublicId>,
    /// When.
    pub at: At,
    /// A remark.
    pub memo: String,
    /// The hash of it and of the entry before.
    pub hash: ChainHash,
}

/// An entry that is ready to be written, and the account after it.
#[derive(Debug)]
pub(super) struct NextEntry {
    entry: Entry,
    request: Option<OrderKey>,
    /// The account as it will stand.
    pub(super) after: Account,
}

/// Appends `movement` to the book of `account` and moves the account's caches with it.
/// Nothing when the balance would not fit or fall below zero.
///
/// # Errors
/// When the database fails, or the account has moved on since it was read.
pub fn append(conn: &mut Conn, account: &Account, movement: Movement) -> Result<Option<Account>, StoreError> {
    let Some(next) = next(account, movement) else { return Ok(None) };
    write_together!(
        conn,
        "appending an entry": insert(&[&next]),
        "moving an account on": accounts::advance(&[&next.after]),
    )?;
    Ok(Some(next.after))
}

/// What `movement` makes of the book of `account`. Nothing when the balance would not fit or fall below zero.
pub(super) fn next(account: &Account, movement: Movement) -> Option<NextEntry> {
    let balance = account.cash.checked_add(movement.cash).filter(|balance| !balance.is_negative())?;
    let contributed = contributed(account, &movement, balance)?;
    let entry = Entry {
        account: account.id,
        sequence: account.entries + 1,
        kind: movement.kind,
        cash: movement.cash,
        balance,
        instrument: movement.shares.map(|shares| shares.instrument),
        quantity: movement.shares.map_or(Quantity::ZERO, |shares| shares.quantity),
        cost: movement.shares.map_or(Money::ZERO, |shares| shares.cost),
        order: movement.shares.and_then(|shares| shares.order),
        at: movement.at,
        memo: movement.memo,
    };
    let head = entry.chain(account.head);
    let after = Account { cash: balance, contributed, entries: entry.sequence, head, ..account.clone() };
    Some(NextEntry { entry, request: movement.request, after })
}

/// Writes entries.
pub(super) fn insert(next: &[&NextEntry]) -> impl Statement {
    insertion!(ledger_entries, next, next => {
        account_id: next.entry.account,
        sequence: next.entry.sequence,
        kind: next.entry.kind,
        cash: next.entry.cash,
        balance: next.entry.balance,
        instrument_id: next.entry.instrument,
        quantity: next.entry.quantity,
        cost: next.entry.cost,
        order_id: next.entry.order,
        at: next.entry.at,
        memo: &next.entry.memo,
        hash: next.after.head,
        request_key: next.request.as_ref(),
    })
}

/// What was put in after `movement`, which is neither a gain nor a loss unless it is a trade or undoes one.
fn contributed(account: &Account, movement: &Movement, balance: Money) -> Option<Money> {
    let change = match (movement.kind, movement.shares) {
        (EntryKind::Opening, _) => return Some(balance),
        (EntryKind::Deposit | EntryKind::Withdrawal, _) | (EntryKind::Adjustment, None) => movement.cash,
        (EntryKind::Adjustment, Some(shares)) if shares.order.is_none() => shares.cost,
        (EntryKind::Buy | EntryKind::Sell | EntryKind::Adjustment, _) => Money::ZERO,
    };
    account.contributed.checked_add(change)
}

/// The entry that a form with this key made, if it made one.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn by_request(conn: &mut Conn, account: AccountId, key: &OrderKey) -> Result<Option<LedgerLine>, StoreError> {
    let made = lines().filter(ledger_entries::account_id.eq(account)).filter(ledger_entries::request_key.eq(key));
    Ok(made.first(conn).optional()?)
}

/// Up to `limit` entries, newest first, older than the one numbered `before` and not before the one numbered `from`.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn newest(
    conn: &mut Conn,
    account: AccountId,
    from: i64,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<LedgerLine>, StoreError> {
    let older = lines()
        .filter(ledger_entries::account_id.eq(account))
        .filter(ledger_entries::sequence.ge(from))
        .filter(ledger_entries::sequence.lt(before.unwrap_or(i64::MAX)))
        .order(ledger_entries::sequence.desc())
        .limit(limit);
    Ok(on_engine!(conn, engine => older.load(engine))?)
}

/// Up to `limit` entries, oldest first, after the one numbered `after`.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn oldest(conn: &mut Conn, account: AccountId, after: i64, limit: i64) -> Result<Vec<LedgerLine>, StoreError> {
    let later = lines()
        .filter(ledger_entries::account_id.eq(account))
        .filter(ledger_entries::sequence.gt(after))
        .order(ledger_entries::sequence)
        .limit(limit);
    Ok(later.load(conn)?)
}

#[diesel::dsl::auto_type]
fn lines() -> _ {
    ledger_entries::table.left_join(instruments::table).left_join(orders::table).select((
        ledger_entries::sequence,
        ledger_entries::kind,
        ledger_entries::cash,
        ledger_entries::balance,
        instruments::symbol.nullable(),
        ledger_entries::quantity,
        ledger_entries::cost,
        orders::public_id.nullable(),
        ledger_entries::at,
        ledger_entries::memo,
        ledger_entries::hash,
    ))
}
