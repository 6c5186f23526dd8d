//! The books as a whole: proving that they agree, and keeping them elsewhere.
//!
//! [`verify`] trusts nothing but the ledger's own lines: it goes through every table once, in bounded pieces of one
//! snapshot, derives from the ledger what is kept beside it, and stops at the first row that disagrees.

mod adjustments;
mod candles;
mod export;
mod keeping;
mod ledger;
mod orders;
mod people;
mod record;
mod verify;
mod walk;

pub use export::export;
pub use keeping::{backup, copy, restore};
pub use verify::{verify, verify_database};

use crate::store::{FileError, OpenError, StoreError};
use std::fmt;
use std::path::PathBuf;

/// What was looked at when everything agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// Accounts.
    pub accounts: u64,
    /// Lines of their ledgers.
    pub entries: u64,
    /// Orders, each with what came of it.
    pub orders: u64,
    /// Holdings, sold out ones included.
    pub holdings: u64,
    /// Candles.
    pub candles: u64,
    /// Entries of the record of what staff did.
    pub record: u64,
}

/// As part of a sentence: `accounts: 3, ledger entries: 40, orders: 36, holdings: 5, candles: 900, acts: 7`.
impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accounts, entries, orders, holdings, candles, record } = self;
        write!(f, "accounts: {accounts}, ledger entries: {entries}, orders: {orders}, holdings: {holdings}, ")?;
        write!(f, "candles: {candles}, acts: {record}")
    }
}

/// How far a walk through the books has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing, in a few words.
    pub doing: &'static str,
    /// Rows behind it.
    pub done: u64,
    /// Rows in all, about.
    pub total: u64,
}

/// What is told of the way, every few hundred rows.
pub type Watch<'a> = &'a mut dyn FnMut(Progress);

/// The first row that disagrees with the rest of the books, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{row}: {why}")]
pub struct Disagreement {
    /// Which row of which table.
    pub row: String,
    /// What it says, and what it should say.
    pub why: String,
}

/// Why something could not be done with the books. Each displays as a sentence, but for a disagreement, which needs
/// to be told of which books it is.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// They do not agree.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
    /// They cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is no backup.
    #[error("There is no backup in {}.", .0.display())]
    NoBackup(PathBuf),
    /// A backup is damaged.
    #[error("The backup {} is damaged ({cause}); it was left as it is. Restore another one.", .file.display())]
    DamagedBackup {
        /// Which.
        file: PathBuf,
        /// The first thing that is wrong with it.
        cause: String,
    },
    /// They cannot be read.
    #[error("The books cannot be read: {0}.")]
    Store(#[from] StoreError),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is no such account.
    #[error("There is no account of {0}; `tradefloor user list` shows who there is.")]
    NoAccount(String),
    /// What arrived is less than what was sent.
    #[error("What arrived ({arrived}) is not what was sent ({sent}); nothing was kept.")]
    NotAllArrived {
        /// In the books that were read.
        sent: Verified,
        /// In those that were written.
        arrived: Verified,
    },
}

/// What stands instead of a row that agrees.
type Check = Result<(), Disagreement>;

/// Nothing when it agrees; else the row and why, put into words only then.
fn ensure(agrees: bool, row: impl FnOnce() -> String, why: impl FnOnce() -> String) -> Check {
    if agrees { Ok(()) } else { Err(Disagreement { row: row(), why: why() }) }
}
