//! Where everything is kept: the only room that knows tables and writes queries.
//!
//! The [`Store`] has two verbs. Its table files hold row structs and plain functions on `&mut Conn`, so that
//! a use case composes as many of them as it needs inside one `read` or one `write`.

mod conn;
mod error;
mod migrate;
mod open;
mod pool;
mod schema;
mod writer;

pub mod accounts;
pub mod fills;
pub mod holdings;
pub mod instruments;
pub mod ledger;
pub mod orders;
pub mod sessions;
pub mod users;
pub mod valuations;
pub mod watches;

pub use conn::Conn;
pub use error::StoreError;
pub use open::OpenError;

use crate::domain::{AccountId, UserId};
use diesel::connection::SimpleConnection;
use pool::Readers;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use writer::Writer;

/// How long a reader waits for a connection before it is told that the store is busy.
const READ_WAIT: Duration = Duration::from_secs(5);
/// How long a writer waits for its answer. What it asked for may still happen; a key makes asking again safe.
const WRITE_WAIT: Duration = Duration::from_secs(30);

/// How to open a store.
#[derive(Debug, Clone)]
pub struct StorePlan {
    /// The database file.
    pub path: PathBuf,
    /// Connections that read.
    pub readers: u32,
    /// Writes that may wait before further ones are refused as [`StoreError::Busy`].
    pub waiting_writes: usize,
}

/// What a write must not overlap with. Writes that hold the same lock run one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// One account's cash, shares, orders and ledger.
    Account(AccountId),
    /// One person's name, password and sessions.
    User(UserId),
    /// Things that belong to nobody in particular.
    House,
}

/// The database: many readers at once, one writer. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    readers: r2d2::Pool<Readers>,
    reading: Arc<Semaphore>,
    writer: Writer,
}

impl Store {
    /// Opens the database, creates it when it does not exist, and brings it up to date. Blocks.
    ///
    /// # Errors
    /// One sentence that names the file and what is wrong with it.
    pub fn open(plan: &StorePlan) -> Result<Self, OpenError> {
        let conn = open::open(&plan.path)?;
        let unusable = |cause: String| OpenError::Unusable { path: plan.path.clone(), cause };
        let readers = r2d2::Pool::builder()
            .max_size(plan.readers)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(READ_WAIT)
            .build(Readers { path: plan.path.clone() })
            .map_err(|error| unusable(error.to_string()))?;
        let reading = Arc::new(Semaphore::new(usize::try_from(plan.readers).unwrap_or(1)));
        let writer = Writer::start(conn, plan.waiting_writes).map_err(|error| unusable(error.to_string()))?;
        Ok(Self { inner: Arc::new(Inner { readers, reading, writer }) })
    }

    /// Runs `f` on a pooled connection, off the async runtime, against one snapshot of the database.
    /// Sees every write that has been answered.
    ///
    /// # Errors
    /// What `f` returns, or the store's own failure as `E`.
    pub async fn read<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let turn = timeout(READ_WAIT, Arc::clone(&self.inner.reading).acquire_owned())
            .await
            .map_err(|_| StoreError::Busy)?
            .map_err(|_| StoreError::Unavailable)?;
        let readers = self.inner.readers.clone();
        tokio::task::spawn_blocking(move || {
            // The turn ends with the read, even when nobody waits for it any more.
            let _turn = turn;
            let mut pooled = readers.get().map_err(|error| {
                tracing::error!(%error, "no connection to read with");
                StoreError::Unavailable
            })?;
            let conn: &mut Conn = &mut pooled;
            conn.batch_execute("BEGIN").map_err(StoreError::from)?;
            let snapshot = Snapshot(conn);
            f(&mut *snapshot.0)
        })
        .await
        .map_err(|_| StoreError::Panicked)?
    }

    /// Runs `f` as one transaction and answers only once it is durable. An error from `f` undoes all it did.
    ///
    /// On the embedded engine one thread makes all writes, so that no two overlap whatever their lock.
    ///
    /// # Errors
    /// What `f` returns, or the store's own failure as `E`.
    pub async fn write<T, E>(
        &self,
        lock: Lock,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let answer = self.inner.writer.submit(f)?;
        match timeout(WRITE_WAIT, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(E::from(StoreError::Unavailable)),
            Err(_) => {
                tracing::error!(?lock, "a write was not answered in time");
                Err(E::from(StoreError::Unavailable))
            }
        }
    }

    /// Accepts no more writes, finishes those that were accepted, and closes the database. Blocks.
    pub fn close(&self) {
        self.inner.writer.close();
    }
}

/// Ends a reader's snapshot when it goes out of scope, also when the reader panics.
struct Snapshot<'a>(&'a mut Conn);

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.batch_execute("COMMIT") {
            tracing::error!(%error, "a snapshot could not be closed");
        }
    }
}
