//! What can go wrong between the house and its database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the store. Never the visitor's fault: none of these is a 4xx.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More work waits than is accepted; trying again a little later helps.
    #[error("the store has more work waiting than it accepts")]
    Busy,
    /// The store is stopping, or its database is out of reach or out of room. Nothing was done.
    #[error("the store is not available")]
    Unavailable,
    /// The database did not confirm a write; it may or may not have been done.
    #[error("the database did not confirm what was written")]
    Unconfirmed,
    /// The work panicked; nothing of it was kept.
    #[error("the work given to the store panicked; nothing of it was kept")]
    Panicked,
    /// A stored row breaks a rule.
    #[error("a stored row breaks a rule: {0}")]
    Corrupt(String),
    /// The database refused or failed.
    #[error("the database failed: {0}")]
    Database(#[source] DieselError),
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DeserializationError(cause) => Self::Corrupt(cause.to_string()),
            DieselError::BrokenTransactionManager => Self::Unavailable,
            DieselError::DatabaseError(kind, ref details) if is_taken(kind, details.message()) => Self::Busy,
            DieselError::DatabaseError(kind, ref details) if is_away(kind, details.message()) => Self::Unavailable,
            other => Self::Database(other),
        }
    }
}

/// What a server says when it has gone away or is not up yet.
const GONE: [&str; 5] = [
    "terminating connection",
    "server closed",
    "no connection to the server",
    "the database system is",
    "could not receive data",
];
/// What an engine says when what it stands on fails it: no room, no file, no disk. A database that cannot be written to
/// is found out when a transaction begins; what says so later is a read that tries to write, which is a mistake of ours.
const UNSUPPORTED: [&str; 6] = [
    "database or disk is full",
    "disk I/O error",
    "unable to open database file",
    "No space left on device",
    "Disk quota exceeded",
    "Read-only file system",
];
/// What an engine says when somebody else has held what it needs for too long.
const TAKEN: [&str; 4] = ["database is locked", "lock timeout", "statement timeout", "deadlock detected"];

/// Whether the failure is that the database, or what it stands on, is not there just now.
fn is_away(kind: DatabaseErrorKind, message: &str) -> bool {
    matches!(kind, DatabaseErrorKind::ClosedConnection)
        || GONE.iter().chain(&UNSUPPORTED).any(|away| message.contains(away))
}

/// Whether the failure is that others are at it, and trying again helps.
fn is_taken(kind: DatabaseErrorKind, message: &str) -> bool {
    matches!(kind, DatabaseErrorKind::SerializationFailure) || TAKEN.iter().any(|taken| message.contains(taken))
}

/// Why a transaction was not committed, for all who had a part in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uncommitted {
    /// Others were at it for too long; nothing was done.
    Busy,
    /// Nothing was done.
    Unavailable,
    /// Whether it was done is not known.
    Unconfirmed,
}

impl Uncommitted {
    /// A transaction that failed before it was to be committed.
    pub(super) fn before(error: DieselError) -> Self {
        if matches!(StoreError::from(error), StoreError::Busy) { Self::Busy } else { Self::Unavailable }
    }

    /// A transaction whose commit failed.
    pub(super) fn at_last(error: DieselError) -> Self {
        // The engine may have kept what its disk or its line home failed to confirm; of these alone it is sure.
        let certain = match &error {
            DieselError::DatabaseError(kind, details) => {
                !matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::Unknown)
                    || details.message().contains("database or disk is full")
                    || details.message().contains("database is locked")
            }
            _ => false,
        };
        if certain { Self::before(error) } else { Self::Unconfirmed }
    }
}

impl From<Uncommitted> for StoreError {
    fn from(why: Uncommitted) -> Self {
        match why {
            Uncommitted::Busy => Self::Busy,
            Uncommitted::Unavailable => Self::Unavailable,
            Uncommitted::Unconfirmed => Self::Unconfirmed,
        }
    }
}

/// Whether the failure is that a row with this identity exists already.
#[must_use]
pub(super) fn is_duplicate(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
}

/// Insists that a statement touched exactly one row.
///
/// # Errors
/// [`StoreError::Corrupt`] naming `what` otherwise.
pub(super) fn exactly_one(rows: usize, what: &str) -> Result<(), StoreError> {
    exactly(1, rows, what)
}

/// Insists that a statement touched exactly as many rows as it was to.
///
/// # Errors
/// [`StoreError::Corrupt`] naming `what` otherwise.
pub(super) fn exactly(wanted: usize, rows: usize, what: &str) -> Result<(), StoreError> {
    if rows == wanted {
        Ok(())
    } else {
        Err(StoreError::Corrupt(format!("{what} touched {rows} rows instead of {wanted}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> DieselError {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()))
    }

    #[test]
    fn what_the_surroundings_do_is_told_from_what_we_did_wrong() {
        for message in UNSUPPORTED.iter().chain(&GONE) {
            assert!(matches!(said(message).into(), StoreError::Unavailable), "{message}");
        }
        for message in TAKEN {
            assert!(matches!(said(message).into(), StoreError::Busy), "{message}");
        }
        for message in ["no such column: cash", "attempt to write a readonly database"] {
            assert!(matches!(said(message).into(), StoreError::Database(_)), "{message}");
        }
    }

    #[test]
    fn only_what_is_certain_is_said_of_a_commit_that_failed() {
        use Uncommitted::{Busy, Unavailable, Unconfirmed};
        assert_eq!(Uncommitted::at_last(said("database or disk is full")), Unavailable);
        assert_eq!(Uncommitted::at_last(said("disk I/O error")), Unconfirmed);
        assert_eq!(Uncommitted::at_last(said("server closed the connection unexpectedly")), Unconfirmed);
        assert_eq!(Uncommitted::at_last(DieselError::BrokenTransactionManager), Unconfirmed);
        let lost_race = DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, Box::new(String::new()));
        assert_eq!(Uncommitted::at_last(lost_race), Busy);
        assert_eq!(Uncommitted::before(said("disk I/O error")), Unavailable);
        assert_eq!(Uncommitted::before(said("database is locked")), Busy);
    }
}
