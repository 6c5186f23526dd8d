//! The one thread that writes.
//!
//! Work arrives through a bounded queue. The thread takes what waits, as much as is worth a commit (`pace.rs`), runs the
//! jobs one after the other inside one transaction, commits once, and only then answers everybody: while one commit
//! reaches the disk, the next batch gathers by itself. A job that fails or panics is undone alone; a commit that fails is
//! everybody's failure, and nobody is told "done".
//!
//! A savepoint costs a copy of every page that a job changes, and hardly a job is ever undone. So they run without;
//! when one is to be undone, all of the batch is, and runs again, each job in a savepoint of its own.

use super::Lock;
use super::answers::Answers;
use super::conn::Conn;
use super::editions::{Edition, Editions};
use super::error::{StoreError, Uncommitted};
use super::folding::Folding;
use super::pace::Pace;
use diesel::connection::SimpleConnection;
use diesel::result::Error as DieselError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::oneshot;

/// A piece of work on its way through the thread: run, perhaps again, then answered once.
pub(super) trait Job: Send {
    /// Does the work, and says whether to keep what it did. Nothing is left of an earlier run by then.
    fn run(&mut self, conn: &mut Conn) -> Verdict;

    /// Tells the owner how it ended, once it is known whether the commit held.
    fn answer(self: Box<Self>, committed: Result<(), Uncommitted>);
}

/// Whether what a job did is to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Undo,
}

/// The work, then what came of it, and who waits for that.
struct Task<F, T, E> {
    work: F,
    result: Option<Result<T, E>>,
    lock: Lock,
    editions: Arc<Editions>,
    owner: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Task<F, T, E>
where
    F: Fn(&mut Conn) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> Verdict {
        let result =
            catch_unwind(AssertUnwindSafe(|| (self.work)(conn))).unwrap_or_else(|_| Err(E::from(StoreError::Panicked)));
        let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Undo };
        self.result = Some(result);
        verdict
    }

    fn answer(self: Box<Self>, committed: Result<(), Uncommitted>) {
        let result = match committed {
            Ok(()) => self.result.unwrap_or_else(|| Err(E::from(StoreError::Unavailable))),
            Err(why) => Err(E::from(why.into())),
        };
        self.editions.written(self.lock);
        // Nobody listens any more when the visitor has gone away; what was done stays done.
        let _ = self.owner.send(result);
    }
}

/// The queue's end that accepts work.
pub(super) struct Writer {
    queue: Mutex<Option<SyncSender<Box<dyn Job>>>>,
    editions: Arc<Editions>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread on `conn`; at most `waiting` jobs wait at any time, and at most `largest_batch` share a commit.
    ///
    /// # Errors
    /// When the operating system refuses a thread.
    pub(super) fn start(conn: Conn, folding: Folding, waiting: usize, largest_batch: usize) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(waiting);
        let answers = Answers::start()?;
        let builder = std::thread::Builder::new().name("store-writer".to_owned());
        let thread = builder.spawn(move || work(conn, folding, &answers, &jobs, largest_batch))?;
        Ok(Self { queue: Mutex::new(Some(queue)), editions: Arc::default(), thread: Mutex::new(Some(thread)) })
    }

    /// How things stand with people.
    pub(super) fn edition(&self) -> Edition {
        self.editions.now()
    }

    /// Queues `f`, which is to hold `lock`; the receiver hears its result once it is durable.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the queue is full, [`StoreError::Unavailable`] once it has closed.
    pub(super) fn submit<T, E>(
        &self,
        lock: Lock,
        f: impl Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, E>>, StoreError>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (owner, receiver) = oneshot::channel();
        let job = Box::new(Task { work: f, result: None, lock, editions: Arc::clone(&self.editions), owner });
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref().ok_or(StoreError::Unavailable)?.try_send(job) {
            Ok(()) => Ok(receiver),
            Err(TrySendError::Full(_)) => Err(StoreError::Busy),
            Err(TrySendError::Disconnected(_)) => Err(StoreError::Unavailable),
        }
    }

    /// Accepts no more work, finishes what was accepted, and waits for the thread to end. Blocks.
    pub(super) fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the store's writing thread panicked");
        }
    }
}

fn work(mut conn: Conn, folding: Folding, answers: &Answers, jobs: &Receiver<Box<dyn Job>>, largest_batch: usize) {
    let mut pace = Pace::default();
    while let Ok(first) = jobs.recv() {
        let end = pace.end_of_batch();
        let waiting = std::iter::from_fn(|| if Instant::now() < end { jobs.try_recv().ok() } else { None });
        let mut batch = Vec::new();
        let taken = std::iter::once(first).chain(waiting).take(largest_batch);
        let committed = commit(&mut conn, taken, &mut pace, &mut batch);
        if committed.is_err() {
            conn.abandon();
        }
        answers.give(batch, committed);
        folding.written(&mut conn);
    }
    drop(folding);
    // Folds the log into the database file, so that a copy of the file alone is complete.
    if let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the write-ahead log was not folded in on closing");
    }
}

/// Runs jobs in one transaction as they come; `batch` holds each that was taken, however it ended.
fn commit(
    conn: &mut Conn,
    jobs: impl Iterator<Item = Box<dyn Job>>,
    pace: &mut Pace,
    batch: &mut Vec<Box<dyn Job>>,
) -> Result<(), Uncommitted> {
    let mut standing = conn.begin_write();
    let mut apart = false;
    for mut job in jobs {
        // Once the transaction is lost the rest of the batch is not run, only told so.
        if standing.is_ok() {
            let kept = if apart { run_apart(conn, job.as_mut()).map(|()| true) } else { run(conn, job.as_mut()) };
            apart |= matches!(kept, Ok(false));
            batch.push(job);
            standing = match kept {
                Ok(true) => Ok(()),
                Ok(false) => run_again(conn, batch),
                Err(error) => Err(error),
            };
        } else {
            batch.push(job);
        }
    }
    let committed = match standing {
        Ok(()) => pace.timed(|| conn.commit()).map_err(|error| (error.to_string(), Uncommitted::at_last(error))),
        Err(error) => Err((error.to_string(), Uncommitted::before(error))),
    };
    committed.map_err(|(error, why)| {
        tracing::error!(%error, jobs = batch.len(), "a batch of writes was not committed");
        why
    })
}

/// Runs one job; whether to keep what it did. An error means that the transaction around it is lost.
fn run(conn: &mut Conn, job: &mut dyn Job) -> Result<bool, DieselError> {
    let outside = conn.depth()?;
    match job.run(conn) {
        Verdict::Keep if conn.depth()? == outside => Ok(true),
        Verdict::Keep => Err(DieselError::BrokenTransactionManager),
        Verdict::Undo => Ok(false),
    }
}

/// Undoes all that was done since the beginning, begins again, and runs each job apart from the others.
fn run_again(conn: &mut Conn, batch: &mut [Box<dyn Job>]) -> Result<(), DieselError> {
    roll_back_to(conn, 0)?;
    conn.begin_write()?;
    batch.iter_mut().try_for_each(|job| run_apart(conn, job.as_mut()))
}

/// Runs one job in a savepoint of its own, so that it can be undone alone. An error means that the transaction around
/// it is lost.
fn run_apart(conn: &mut Conn, job: &mut dyn Job) -> Result<(), DieselError> {
    let outside = conn.depth()?;
    conn.begin_savepoint()?;
    if run(conn, job)? { conn.commit() } else { roll_back_to(conn, outside) }
}

/// A job that panicked inside a transaction of its own has left that one open too.
fn roll_back_to(conn: &mut Conn, depth: u32) -> Result<(), DieselError> {
    while conn.depth()? > depth {
        conn.roll_back()?;
    }
    Ok(())
}
