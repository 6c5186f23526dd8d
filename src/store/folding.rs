//! The thread that folds a file's log of writes into the file, so that writes do not wait for that.
//!
//! The log begins anew once all of it is folded in, which under load never happens: writes arrive while the thread is
//! at it. What it leaves over, which is little, the thread that writes folds in when it is told to.

use super::conn::{Conn, Purpose, to_file};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel::{ConnectionError, QueryResult, sql_query};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long writes gather in the log before it is folded in: that costs two syncs, and a page that was written often
/// is folded in once.
const GATHER: Duration = Duration::from_secs(1);
/// How many pages a log may have that is left to grow on, though some of it was not folded in.
const SHORT: i32 = 2_048;

/// The thread, the bell that wakes it, and what it asks for.
pub(super) struct Folding {
    bell: Option<SyncSender<()>>,
    rest: Arc<AtomicBool>,
    /// As long as it is there, writes gather.
    goes_on: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What `PRAGMA wal_checkpoint` says.
#[derive(QueryableByName)]
struct Folded {
    /// Pages in the log.
    #[diesel(sql_type = Integer)]
    log: i32,
    /// Those of them that are folded in.
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

impl Folding {
    /// Starts it, on a connection of its own to the file at `path`.
    ///
    /// # Errors
    /// When the file or a thread is not to be had.
    pub(super) fn start(path: &Path) -> Result<Self, ConnectionError> {
        let conn = Conn::Sqlite(to_file(path, Purpose::Write)?);
        let (bell, rung) = sync_channel(1);
        let (goes_on, end) = channel();
        let rest = Arc::new(AtomicBool::new(false));
        let asks = Arc::clone(&rest);
        let builder = std::thread::Builder::new().name("store-folder".to_owned());
        let thread = builder
            .spawn(move || fold(conn, &rung, &end, &asks))
            .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        Ok(Self { bell: Some(bell), rest, goes_on: Some(goes_on), thread: Some(thread) })
    }

    /// Says that something was written through `conn`, and folds in through it what the thread has left over.
    pub(super) fn written(&self, conn: &mut Conn) {
        if self.rest.swap(false, Ordering::Relaxed)
            && let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")
        {
            tracing::debug!(%error, "the rest of the write-ahead log was not folded in");
        }
        if let Some(bell) = &self.bell {
            // Rung already: it will come.
            let _ = bell.try_send(());
        }
    }
}

impl Drop for Folding {
    fn drop(&mut self) {
        drop((self.bell.take(), self.goes_on.take()));
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the store's folding thread panicked");
        }
    }
}

/// Folds until the `end`; what is in the log then is folded in when the last connection closes.
fn fold(mut conn: Conn, rung: &Receiver<()>, end: &Receiver<()>, rest: &AtomicBool) {
    while rung.recv().is_ok() && end.recv_timeout(GATHER) == Err(RecvTimeoutError::Timeout) {
        match checkpoint(&mut conn) {
            Ok(Folded { log, checkpointed }) => rest.store(log > SHORT && checkpointed < log, Ordering::Relaxed),
            // The log keeps what is not folded in, and the next folding finds it there.
            Err(error) => tracing::debug!(%error, "the write-ahead log was not folded in"),
        }
    }
}

fn checkpoint(conn: &mut Conn) -> QueryResult<Folded> {
    sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result(conn)
}
