//! Where everything is kept: the only room that knows tables and writes queries.
//!
//! The [`Store`] has two verbs, each in a form for much of the same: [`Store::read`], and [`Store::ask`] for a single query;
//! [`Store::write`], and [`Store::gathered`] for writes that many accounts want at once. Its table files hold row structs and plain functions on `&mut Conn`, so that
//! a use case composes as many of them as it needs inside one `read` or one `write`.

mod answers;
mod conn;
mod database;
mod draft;
mod editions;
mod error;
mod folding;
mod gathered;
mod groups;
mod inspect;
mod kept;
pub mod lasting;
mod migrate;
mod open;
mod pace;
mod pool;
mod readers;
pub mod rules;
mod schema;
mod server;
mod snapshot;
mod soundness;
mod together;
mod writer;

pub mod accounts;
pub mod audit;
pub mod browse;
pub mod candles;
pub mod codes;
pub mod epochs;
pub mod figures;
pub mod fills;
pub mod holdings;
pub mod instruments;
pub mod ledger;
pub mod orders;
pub mod reversals;
pub mod rows;
pub mod sessions;
pub mod settlements;
pub mod standing;
pub mod transfer;
pub mod users;
pub mod valuations;
pub mod watches;

pub use conn::Conn;
pub use database::Database;
pub use draft::{Draft, FileError};
pub use editions::{Edition, REMEMBERED};
pub use error::StoreError;
pub use gathered::Gathered;
pub use open::OpenError;
pub use soundness::fault;

use crate::domain::{AccountId, UserId};
use conn::Purpose;
use folding::Folding;
use pool::Pool;
use readers::Readers;
use server::ServerWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::timeout;
use writer::Writer;

/// How long a reader waits for its turn before it is told that the store is busy.
const READ_WAIT: Duration = Duration::from_secs(5);
/// How long a writer waits for its answer. What it asked for may still happen; a key makes asking again safe.
const WRITE_WAIT: Duration = Duration::from_secs(30);

/// How to open a store.
#[derive(Debug, Clone)]
pub struct StorePlan {
    /// Which database.
    pub database: Database,
    /// Connections that read.
    pub readers: u32,
    /// Connections that write, to a server, besides those for groups; a file has one.
    pub writers: u32,
    /// Writes that may wait before further ones are refused as [`StoreError::Busy`].
    pub waiting_writes: usize,
    /// Writes that share one commit at the most.
    pub writes_per_commit: usize,
}

/// What a write must not overlap with. Writes that hold the same lock run one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// One account's cash, shares, orders and ledger.
    Account(AccountId),
    /// One person's name, password and sessions.
    User(UserId),
    /// That a person is here, and nothing else about them.
    Presence(UserId),
    /// All of that and the person's accounts, for one who is to be forgotten.
    Leaver(UserId),
    /// Things that belong to nobody in particular.
    House,
    /// Nothing: whether writing works at all.
    Nothing,
}

/// The database: many readers at once, one writer. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    load: Load,
    kept: Option<PathBuf>,
    readers: Readers,
    writing: Writing,
}

/// How much there is to write.
struct Load {
    writes: AtomicUsize,
    bound: usize,
}

impl Load {
    fn one_more(&self) -> Waiting<'_> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        Waiting(self)
    }
}

/// A write that somebody waits for.
struct Waiting<'a>(&'a Load);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.writes.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How writes are made, which is where the engines differ.
enum Writing {
    /// One thread makes all writes to a file, many in one commit.
    File(Writer),
    /// A server takes writes side by side, each with its lock.
    Server(ServerWriter),
}

impl Store {
    /// Opens the database, creates a file that does not exist, and brings it up to date. Blocks.
    ///
    /// # Errors
    /// One sentence that names the database and what is wrong with it.
    pub fn open(plan: &StorePlan) -> Result<Self, OpenError> {
        let (conn, kept) = open::open(&plan.database)?;
        let unusable = |cause: String| OpenError::Unusable { database: plan.database.clone(), cause };
        let pool =
            Pool::new(&plan.database, Purpose::Read, plan.readers).map_err(|error| unusable(error.to_string()))?;
        let readers = Readers::new(pool, plan.readers, READ_WAIT);
        let writing = match &plan.database {
            Database::Sqlite(path) => {
                let folding = Folding::start(path).map_err(|error| unusable(error.to_string()))?;
                let writer = Writer::start(conn, folding, plan.waiting_writes, plan.writes_per_commit);
                Writing::File(writer.map_err(|error| unusable(error.to_string()))?)
            }
            Database::Postgres(_) => {
                Writing::Server(ServerWriter::new(plan).map_err(|error| unusable(error.to_string()))?)
            }
        };
        let load = Load { writes: AtomicUsize::new(0), bound: plan.waiting_writes };
        Ok(Self { inner: Arc::new(Inner { load, kept, readers, writing }) })
    }

    /// The copy that was kept of a file as it was, when opening brought it up to date.
    #[must_use]
    pub fn kept(&self) -> Option<&Path> {
        self.inner.kept.as_deref()
    }

    /// How many writes wait for their answer, and how many may wait before more are refused.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        (self.inner.load.writes.load(Ordering::Relaxed), self.inner.load.bound)
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
        self.inner.readers.read(f).await
    }

    /// Runs `f`, which is a single query: no transaction is begun around it, which on a server is two trips less.
    /// Sees every write that has been answered. May be run again, when a connection turns out to be lost.
    ///
    /// # Errors
    /// What `f` returns, or the store's own failure.
    pub async fn ask<T>(&self, f: impl Fn(&mut Conn) -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError>
    where
        T: Send + 'static,
    {
        self.inner.readers.ask(f).await
    }

    /// How things stand with people. What is read afterwards about somebody's name, role, password and sessions may be
    /// remembered for as long as this stays the same, but no longer than [`REMEMBERED`], because another process may write to
    /// the file. Nothing for a server, to which others write as a matter of course.
    #[must_use]
    pub fn edition(&self) -> Option<Edition> {
        match &self.inner.writing {
            Writing::File(writer) => Some(writer.edition()),
            Writing::Server(_) => None,
        }
    }

    /// Runs `f` as one transaction and answers only once it is durable. An error from `f` undoes all it did.
    ///
    /// To a file one thread makes all writes, so that no two overlap whatever their lock; on a server the lock is
    /// taken before anything is read. Where others share its commit, `f` may be run again after all that it did was
    /// undone with what one of them did; the last run counts.
    ///
    /// # Errors
    /// What `f` returns, or the store's own failure as `E`.
    pub async fn write<T, E>(&self, lock: Lock, f: impl Fn(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let _counted = self.inner.load.one_more();
        let writer = match &self.inner.writing {
            Writing::File(writer) => writer,
            Writing::Server(writer) => return writer.write(lock, f).await,
        };
        let answer = writer.submit(lock, f)?;
        match timeout(WRITE_WAIT, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(E::from(StoreError::Unconfirmed)),
            Err(_) => {
                tracing::error!(?lock, "a write was not answered in time");
                Err(E::from(StoreError::Unconfirmed))
            }
        }
    }

    /// A way to have `work` done for many accounts at once, where that is faster.
    #[must_use]
    pub fn gathered<A, T>(
        &self,
        work: impl Fn(&mut Conn, &[A]) -> Result<Vec<T>, StoreError> + Send + Sync + 'static,
    ) -> Gathered<A, T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        Gathered::new(self.clone(), Arc::new(work))
    }

    /// Accepts no more writes, finishes those that were accepted, and closes the database. Blocks.
    pub fn close(&self) {
        match &self.inner.writing {
            Writing::File(writer) => writer.close(),
            Writing::Server(writer) => writer.close(),
        }
    }
}
