//! Waiting that ends at once when the market stops.

use crate::market::board::Board;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

/// While it waits, a feed says this often that it is alive.
const BEAT: Duration = Duration::from_secs(1);

/// The market is stopping; the feed is to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopping;

/// A feed's sense of time. The market stops it by dropping the other end of its channel.
#[derive(Debug)]
pub(super) struct Pace {
    stop: Receiver<()>,
}

impl Pace {
    pub(super) const fn new(stop: Receiver<()>) -> Self {
        Self { stop }
    }

    /// Waits until `due`, telling `board` meanwhile that the feed is alive.
    pub(super) fn wait_until(&self, due: Instant, board: &Board) -> Result<(), Stopping> {
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return self.go_on();
            }
            match self.stop.recv_timeout(left.min(BEAT)) {
                Err(RecvTimeoutError::Timeout) => board.beat(),
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return Err(Stopping),
            }
        }
    }

    /// Lets others run, and looks whether to go on.
    pub(super) fn go_on(&self) -> Result<(), Stopping> {
        std::thread::yield_now();
        match self.stop.try_recv() {
            Err(TryRecvError::Empty) => Ok(()),
            Ok(()) | Err(TryRecvError::Disconnected) => Err(Stopping),
        }
    }
}
