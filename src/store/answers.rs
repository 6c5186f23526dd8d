//! Telling those who wait that what they asked for is durable, or that it is not.
//!
//! To wake somebody is a call into the system, a hundred of them after a large batch, and the one thread that writes
//! has the next batch to write by then. So another thread tells them, unless they are so few that to wake that one would
//! take longer.

use super::error::Uncommitted;
use super::writer::Job;
use std::sync::mpsc::{SendError, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// As many are told by the thread that writes.
const FEW: usize = 8;
/// Batches that may wait to be told. More wait for these.
const WAITING: usize = 4;

/// A batch, and whether its commit held.
type Ended = (Vec<Box<dyn Job>>, Result<(), Uncommitted>);

/// The thread that tells. Dropping it waits until everybody has been told.
pub(super) struct Answers {
    queue: Option<SyncSender<Ended>>,
    thread: Option<JoinHandle<()>>,
}

impl Answers {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the operating system refuses a thread.
    pub(super) fn start() -> std::io::Result<Self> {
        let (queue, ended) = sync_channel(WAITING);
        let builder = std::thread::Builder::new().name("store-answers".to_owned());
        let thread = builder.spawn(move || ended.into_iter().for_each(tell))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Has everybody in `batch` told.
    pub(super) fn give(&self, batch: Vec<Box<dyn Job>>, committed: Result<(), Uncommitted>) {
        let ended = (batch, committed);
        match &self.queue {
            Some(queue) if ended.0.len() > FEW => {
                if let Err(SendError(ended)) = queue.send(ended) {
                    tell(ended);
                }
            }
            _ => tell(ended),
        }
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's answering thread panicked");
        }
    }
}

fn tell((batch, committed): Ended) {
    for job in batch {
        job.answer(committed);
    }
}
