//! The threads that read.
//!
//! Reads arrive through a bounded queue; each thread takes the next one, runs it on a pooled connection against
//! one snapshot (a single query is one by itself), and answers. Threads are started as they are wanted and stay: handing a read over costs less than
//! most reads do, and no more of them run at once than there are connections.

use super::conn::Conn;
use super::error::StoreError;
use super::pool::Pool;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The most reads that wait at any time.
const LONGEST_QUEUE: usize = 4_096;

/// How long a read may take once it has its turn, which is longer than a server lets a statement take.
const LONGEST_READ: Duration = Duration::from_secs(40);

/// Runs once, and answers its owner itself.
type Job = Box<dyn FnOnce(&Pool) + Send>;

/// Threads that read, and the queue before them. Dropping it ends them once the queue is empty.
pub(super) struct Readers {
    desk: Arc<Desk>,
    most: usize,
    patience: Duration,
}

/// What threads and owners share.
struct Desk {
    pool: Pool,
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<(u64, Job)>,
    /// The number of the newest job.
    newest: u64,
    threads: usize,
    /// Threads that wait for work, those included which were woken and have not come yet.
    idle: usize,
    closed: bool,
}

impl Readers {
    /// Up to `most` threads on the connections of `pool`. A read whose turn does not come within `patience` is
    /// told that the store is busy.
    pub(super) fn new(pool: Pool, most: u32, patience: Duration) -> Self {
        let desk = Arc::new(Desk { pool, queue: Mutex::default(), changed: Condvar::new() });
        Self { desk, most: usize::try_from(most).unwrap_or(1).max(1), patience }
    }

    /// Runs `f` against one snapshot.
    ///
    /// # Errors
    /// What `f` returns, or the store's own failure as `E`.
    pub(super) async fn read<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.wait_for(|pool| look(pool, f)).await
    }

    /// Runs `f`, which is a single query and needs no snapshot around it. Where a connection turns out to be lost it is
    /// run again on another.
    ///
    /// # Errors
    /// What `f` returns, or the store's own failure.
    pub(super) async fn ask<T>(
        &self,
        f: impl Fn(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
    {
        self.wait_for(|pool| pool.ask(f)).await
    }

    /// Has a thread run `f`, and waits for it.
    async fn wait_for<T, E>(&self, f: impl FnOnce(&Pool) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (owner, mut answer) = oneshot::channel();
        let number = self.submit(Box::new(move |pool| {
            // Nobody listens any more when the visitor has gone away before the turn came.
            if !owner.is_closed() {
                let _ = owner.send(f(pool));
            }
        }))?;
        let answered = match timeout(self.patience, &mut answer).await {
            Ok(answered) => answered,
            Err(_) if self.withdraw(number) => return Err(StoreError::Busy.into()),
            Err(_) => timeout(LONGEST_READ, answer).await.map_err(|_| {
                tracing::error!("a read was not answered in time");
                StoreError::Unavailable
            })?,
        };
        answered.map_err(|_| StoreError::Panicked)?
    }

    /// Queues a job, and sees to it that a thread will come for it.
    fn submit(&self, job: Job) -> Result<u64, StoreError> {
        let mut queue = self.desk.lock();
        if queue.jobs.len() >= LONGEST_QUEUE {
            return Err(StoreError::Busy);
        }
        queue.newest += 1;
        let number = queue.newest;
        queue.jobs.push_back((number, job));
        let (waiting, idle) = (queue.jobs.len(), queue.idle);
        if waiting > idle && queue.threads < self.most {
            let desk = Arc::clone(&self.desk);
            match std::thread::Builder::new().name("store-reader".to_owned()).spawn(move || desk.serve()) {
                Ok(_) => queue.threads += 1,
                Err(error) => {
                    tracing::error!(%error, "no further thread to read with");
                    if queue.threads == 0 {
                        queue.jobs.clear();
                        return Err(StoreError::Unavailable);
                    }
                }
            }
        }
        drop(queue);
        // Where more wait than are idle, all who are idle have been woken already.
        if waiting <= idle {
            self.desk.changed.notify_one();
        }
        Ok(number)
    }

    /// Takes a job out of the queue; whether it was still there.
    fn withdraw(&self, number: u64) -> bool {
        let mut queue = self.desk.lock();
        let place = queue.jobs.iter().position(|(waiting, _)| *waiting == number);
        place.and_then(|place| queue.jobs.remove(place)).is_some()
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.desk.lock().closed = true;
        self.desk.changed.notify_all();
    }
}

impl Desk {
    /// What a thread does from beginning to end.
    fn serve(&self) {
        let mut queue = self.lock();
        loop {
            if let Some((_, job)) = queue.jobs.pop_front() {
                drop(queue);
                // The owner hears of a panic from the answer that does not come.
                let _ = catch_unwind(AssertUnwindSafe(|| job(&self.pool)));
                queue = self.lock();
            } else if queue.closed {
                return;
            } else {
                queue.idle += 1;
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
                queue.idle -= 1;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look<T, E>(pool: &Pool, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
where
    E: From<StoreError>,
{
    let mut pooled = pool.begin(Conn::begin_snapshot)?;
    let snapshot = Snapshot(&mut pooled);
    f(&mut *snapshot.0)
}

/// Ends a reader's snapshot when it goes out of scope, also when the reader panics.
struct Snapshot<'a>(&'a mut Conn);

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.commit() {
            tracing::warn!(%error, "a snapshot could not be closed");
            self.0.abandon();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conn::Purpose;
    use crate::store::database::Database;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::channel;

    #[tokio::test]
    async fn a_read_whose_turn_does_not_come_is_told_so_and_never_run_and_a_slow_one_is_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(directory.path().join("readers.db"));
        drop(crate::store::conn::connect(&database, Purpose::Write).unwrap());
        let pool = Pool::new(&database, Purpose::Read, 1).unwrap();
        let readers = Arc::new(Readers::new(pool, 1, Duration::from_millis(500)));
        let (release, released) = channel::<()>();
        let (report, running) = oneshot::channel();
        let slow = tokio::spawn({
            let readers = Arc::clone(&readers);
            async move {
                let waits = move |_: &mut Conn| {
                    let _ = report.send(());
                    released.recv().map_err(|_| StoreError::Panicked)
                };
                readers.read(waits).await
            }
        });
        running.await.unwrap();
        let ran = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&ran);
        let late = readers.read(move |_| Ok::<_, StoreError>(noted.swap(true, Ordering::SeqCst))).await;
        assert!(matches!(late, Err(StoreError::Busy)), "{late:?}");
        release.send(()).unwrap();
        slow.await.unwrap().unwrap();
        readers.read(|_| Ok::<_, StoreError>(())).await.unwrap();
        assert!(!ran.load(Ordering::SeqCst));
    }
}
