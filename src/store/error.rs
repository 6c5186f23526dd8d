//! What can go wrong between the house and its database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the store. Never the visitor's fault: none of these is a 4xx.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More work waits than is accepted; trying again a little later helps.
    #[error("the store has more work waiting than it accepts")]
    Busy,
    /// The store is stopping, or did not answer within its time.
    #[error("the store is not available")]
    Unavailable,
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
            DieselError::DatabaseError(kind, ref details) if is_away(kind, details.message()) => Self::Unavailable,
            other => Self::Database(other),
        }
    }
}

/// Whether the failure is that a server has gone away or is not up yet.
fn is_away(kind: DatabaseErrorKind, message: &str) -> bool {
    matches!(kind, DatabaseErrorKind::ClosedConnection)
        || ["terminating connection", "server closed", "no connection to the server", "the database system is"]
            .iter()
            .any(|away| message.contains(away))
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
    if rows == 1 { Ok(()) } else { Err(StoreError::Corrupt(format!("{what} touched {rows} rows instead of one"))) }
}
