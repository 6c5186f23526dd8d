//! The walk through the books: four passes, each once from end to end, in bounded memory.
//!
//! First what no money is in; then every order with its fill; then every account with its ledger, its fills and its
//! holdings, all four in the same order side by side, so that a row which belongs to no account is met too; then the
//! candles, and the record of what staff did. Last the engine is asked what it thinks of its own pages and indexes, and whether
//! all is there that keeps rows in order: tables with their rules, indexes, triggers.

use super::ledger::{Beside, Book, begins_anew, entry_row, epoch_row, is_trade, undoes};
use super::orders::{self, fill_row};
use super::people::{self, check_public_id};
use super::record;
use super::walk::Walk;
use super::{BooksError, Disagreement, Progress, Verified, Watch, adjustments, candles, ensure};
use crate::store::rows::{
    AccountRow, EntryRow, EpochRow, FillRow, HoldingRow, Stored as _, accounts_with_user, candle_count,
    entries_by_account, fill_with_reversal, fill_without_order, fills_by_order, last_ids, orders_with_fill,
    user_without_account,
};
use crate::store::{Conn, Database, fault, rules, transfer};
use std::collections::BTreeSet;

/// Rows between two words on the progress.
const OFTEN: u64 = 1_000;

/// Before every pair of ids.
const FIRST: (i64, i64) = (i64::MIN, i64::MIN);

/// Checks the books in `database` as they are now. It may be in use.
///
/// # Errors
/// The first row that disagrees, or why they cannot be read.
pub fn verify_database(database: &Database, watch: Watch<'_>) -> Result<Verified, BooksError> {
    transfer::look(database, |conn| verify(conn, watch))
}

/// Checks the books that `conn` reads, which has to be in one transaction.
///
/// # Errors
/// The first row that disagrees, or why they cannot be read.
pub fn verify(conn: &mut Conn, watch: Watch<'_>) -> Result<Verified, BooksError> {
    let (last_order, last_entry) = last_ids(conn)?;
    let total = last_order.saturating_add(last_entry).saturating_add(candle_count(conn)?);
    let total = u64::try_from(total).unwrap_or(0);
    let mut steps = Steps { watch, progress: Progress { doing: "checking", done: 0, total } };
    let instruments = people::check(conn)?;
    let mut verified = Verified::default();
    let mut orders = Walk::new(i64::MIN, |(order, _)| order.key(), orders_with_fill);
    while let Some((order, fill)) = orders.next(conn)? {
        orders::check(&order, fill.as_ref(), &instruments)?;
        verified.orders += 1;
        steps.one();
    }
    if let Some(fill) = fill_without_order(conn)? {
        return Err(Disagreement { row: fill_row(&fill), why: "there is no such order".to_owned() }.into());
    }
    adjustments::check(conn)?;
    Ledgers::new(&instruments).check(conn, &mut verified, &mut steps)?;
    if let Some(user) = user_without_account(conn)? {
        return Err(
            Disagreement { row: format!("users row {user}"), why: "the person has no account".to_owned() }.into()
        );
    }
    verified.candles = candles::check(conn, &instruments, || steps.one())?;
    verified.record = record::check(conn)?;
    let fault = match fault(conn)? {
        Some(fault) => Some(fault),
        None => rules::broken(conn)?,
    };
    match fault {
        Some(why) => Err(Disagreement { row: "the database".to_owned(), why }.into()),
        None => Ok(verified),
    }
}

struct Steps<'a> {
    watch: Watch<'a>,
    progress: Progress,
}

impl Steps<'_> {
    fn one(&mut self) {
        self.progress.done += 1;
        if self.progress.done.is_multiple_of(OFTEN) {
            (self.watch)(self.progress);
        }
    }
}

/// Accounts and what belongs to them, each table in order of account.
struct Ledgers<'a> {
    instruments: &'a BTreeSet<i64>,
    accounts: Walk<(AccountRow, Option<i64>), i64>,
    entries: Walk<EntryRow, (i64, i64)>,
    fills: Walk<FillRow, (i64, i64)>,
    holdings: Walk<HoldingRow, (i64, i64)>,
    epochs: Walk<EpochRow, (i64, i64)>,
}

impl<'a> Ledgers<'a> {
    fn new(instruments: &'a BTreeSet<i64>) -> Self {
        Self {
            instruments,
            accounts: Walk::new(i64::MIN, |(account, _)| account.key(), accounts_with_user),
            entries: Walk::new(FIRST, |entry: &EntryRow| (entry.account_id, entry.sequence), entries_by_account),
            fills: Walk::new(FIRST, |fill: &FillRow| (fill.account_id, fill.order_id), fills_by_order),
            holdings: Walk::new(FIRST, HoldingRow::key, HoldingRow::following),
            epochs: Walk::new(FIRST, EpochRow::key, EpochRow::following),
        }
    }

    fn check(mut self, conn: &mut Conn, verified: &mut Verified, steps: &mut Steps<'_>) -> Result<(), BooksError> {
        while let Some((account, user)) = self.accounts.next(conn)? {
            let row = || format!("accounts row {}", account.id);
            ensure(user.is_some(), row, || format!("there is no user {}", account.user_id))?;
            check_public_id(&account.public_id, row)?;
            self.none_before(conn, account.id)?;
            self.account(conn, &account, verified, steps)?;
            verified.accounts += 1;
        }
        // What is left belongs to accounts after the last.
        self.none_before(conn, i64::MAX)
    }

    fn account(
        &mut self,
        conn: &mut Conn,
        account: &AccountRow,
        verified: &mut Verified,
        steps: &mut Steps<'_>,
    ) -> Result<(), BooksError> {
        let mut book = Book::of(account.id);
        while let Some(entry) = self.entries.next_if(conn, |entry| entry.account_id == account.id)? {
            let fill =
                if is_trade(&entry) { self.fills.next_if(conn, |fill| fill.account_id == account.id)? } else { None };
            if let Some(instrument) = entry.instrument_id {
                let there = self.instruments.contains(&instrument);
                ensure(there, || entry_row(&entry), || format!("there is no instrument {instrument}"))?;
            }
            let undone = undoes(&entry).map(|order| fill_with_reversal(conn, order)).transpose()?.flatten();
            let epoch = if begins_anew(&entry) {
                self.epochs.next_if(conn, |epoch| epoch.account_id == account.id)?
            } else {
                None
            };
            book.post(&entry, Beside { fill: fill.as_ref(), undone: undone.as_ref(), epoch: epoch.as_ref() })?;
            verified.entries += 1;
            steps.one();
        }
        book.close(account)?;
        if let Some(fill) = self.fills.next_if(conn, |fill| fill.account_id == account.id)? {
            let why = "the ledger has no entry of it".to_owned();
            return Err(Disagreement { row: fill_row(&fill), why }.into());
        }
        if let Some(epoch) = self.epochs.next_if(conn, |epoch| epoch.account_id == account.id)? {
            let why = "the ledger has no opening of it".to_owned();
            return Err(Disagreement { row: epoch_row(&epoch), why }.into());
        }
        while let Some(holding) = self.holdings.next_if(conn, |holding| holding.account_id == account.id)? {
            book.compare(&holding)?;
            verified.holdings += 1;
        }
        Ok(book.all_compared()?)
    }

    /// Everything of accounts before `account` has been met with its account.
    fn none_before(&mut self, conn: &mut Conn, account: i64) -> Result<(), BooksError> {
        let no_account = |row: String, account: i64| {
            BooksError::from(Disagreement { row, why: format!("there is no account {account}") })
        };
        if let Some(entry) = self.entries.peek(conn)?.filter(|entry| entry.account_id < account) {
            return Err(no_account(entry_row(entry), entry.account_id));
        }
        if let Some(fill) = self.fills.peek(conn)?.filter(|fill| fill.account_id < account) {
            return Err(no_account(fill_row(fill), fill.account_id));
        }
        if let Some(holding) = self.holdings.peek(conn)?.filter(|holding| holding.account_id < account) {
            let row = format!("holdings row ({}, {})", holding.account_id, holding.instrument_id);
            return Err(no_account(row, holding.account_id));
        }
        if let Some(epoch) = self.epochs.peek(conn)?.filter(|epoch| epoch.account_id < account) {
            return Err(no_account(epoch_row(epoch), epoch.account_id));
        }
        Ok(())
    }
}
