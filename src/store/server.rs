//! Writing to a PostgreSQL server: each write a transaction of its own, on a connection of its own, but for those that
//! are made in groups.
//!
//! Several processes may write to one server. What a write must not overlap with is locked before anything
//! is read, so that a read-modify-write never meets another one half-way.

use super::conn::{Conn, Purpose};
use super::error::{StoreError, Uncommitted};
use super::pool::Pool;
use super::{Lock, StorePlan, groups};
use crate::domain::{AccountId, UserId};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio::time::timeout;

/// How long a write waits for a connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How long a write may take once it is its turn, which is longer than the server lets a statement take.
pub(super) const ANSWER: Duration = Duration::from_secs(40);
/// How long closing waits for writes under way.
const LAST_WRITES: Duration = Duration::from_secs(10);
/// How often it looks whether they are over.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Connections that write, and the queue before them.
pub(super) struct ServerWriter {
    pool: Pool,
    waiting: Arc<Semaphore>,
    places: usize,
    turns: Arc<Semaphore>,
    largest_group: usize,
}

impl ServerWriter {
    /// On as many connections as `plan` says, besides those for groups.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub(super) fn new(plan: &StorePlan) -> Result<Self, r2d2::Error> {
        let turns = usize::try_from(plan.writers).unwrap_or(1);
        let places = plan.waiting_writes.saturating_add(turns);
        Ok(Self {
            pool: Pool::new(&plan.database, Purpose::Write, plan.writers.saturating_add(groups::MOST))?,
            waiting: Arc::new(Semaphore::new(places)),
            places,
            turns: Arc::new(Semaphore::new(turns)),
            largest_group: plan.writes_per_commit.max(1),
        })
    }

    /// The connections.
    pub(super) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The places of those who wait, and of those whose turn it is.
    pub(super) fn places(&self) -> &Arc<Semaphore> {
        &self.waiting
    }

    /// The most writes that share one commit.
    pub(super) fn largest_group(&self) -> usize {
        self.largest_group
    }

    /// A place for one more write.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when there is none, [`StoreError::Unavailable`] once it has closed.
    pub(super) fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreError> {
        Arc::clone(places).try_acquire_owned().map_err(|refused| match refused {
            TryAcquireError::NoPermits => StoreError::Busy,
            TryAcquireError::Closed => StoreError::Unavailable,
        })
    }

    /// Runs `f` as one transaction that holds `lock`.
    ///
    /// # Errors
    /// What `f` returns, or the store's own failure as `E`.
    pub(super) async fn write<T, E>(
        &self,
        lock: Lock,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let place = Self::place(&self.waiting)?;
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| StoreError::Busy)?
            .map_err(|_| StoreError::Unavailable)?;
        let pool = self.pool.clone();
        let written = tokio::task::spawn_blocking(move || {
            // Place and turn end with the write, even when nobody waits for it any more.
            let _held = (place, turn);
            let hold = hold(lock);
            let mut conn = pool.begin(|conn| conn.begin_write_with(&hold))?;
            let result =
                catch_unwind(AssertUnwindSafe(|| f(&mut conn))).unwrap_or_else(|_| Err(StoreError::Panicked.into()));
            match result {
                Ok(value) => match conn.commit() {
                    Ok(()) => Ok(value),
                    Err(error) => {
                        tracing::error!(%error, "a write was not committed");
                        conn.abandon();
                        Err(StoreError::from(Uncommitted::at_last(error)).into())
                    }
                },
                Err(error) => {
                    conn.abandon();
                    Err(error)
                }
            }
        });
        let Ok(ended) = timeout(ANSWER, written).await else {
            tracing::error!(?lock, "a write was not answered in time");
            return Err(StoreError::Unconfirmed.into());
        };
        ended.map_err(|_| StoreError::Panicked)?
    }

    /// Accepts no more writes and waits for those it has accepted, a while at the most. Blocks.
    pub(super) fn close(&self) {
        self.waiting.close();
        let begun = Instant::now();
        while self.waiting.available_permits() < self.places {
            if begun.elapsed() > LAST_WRITES {
                tracing::error!("writes were still under way when the store closed");
                return;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}

/// What takes the lock for as long as the transaction lasts. Rows are held so that others may still refer to them:
/// whoever enters an act about a person holds the record, for which the one who holds that person may be waiting.
fn hold(lock: Lock) -> String {
    match lock {
        Lock::Account(AccountId(account)) => format!("SELECT id FROM accounts WHERE id = {account} FOR NO KEY UPDATE"),
        Lock::User(UserId(user)) | Lock::Presence(UserId(user)) => {
            format!("SELECT id FROM users WHERE id = {user} FOR NO KEY UPDATE")
        }
        Lock::Leaver(UserId(user)) => format!(
            "SELECT id FROM users WHERE id = {user} FOR NO KEY UPDATE; \
             SELECT id FROM accounts WHERE user_id = {user} ORDER BY id FOR NO KEY UPDATE"
        ),
        Lock::House => format!("SELECT pg_advisory_xact_lock({HOUSE})"),
        Lock::Nothing => String::new(),
    }
}

/// The number under which a server knows the lock of the house: `TFLR`.
const HOUSE: i64 = 1_413_893_202;
