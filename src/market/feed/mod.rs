//! What drives a market: one thread that posts quotes on the board until it is told to stop.
//!
//! A feed runs on a thread of its own, so that neither a slow disk nor a fast simulation is ever felt by the
//! web. If it fails, the board says so; nobody else falls.

mod pace;
mod process;
pub mod replay;
mod simulated;
mod speed;
mod tape;

pub use speed::{NotASpeed, Speed};
pub use tape::TapeError;

use super::board::{Board, Listed};
use super::day::Calendar;
use super::status::{FeedName, Phase};
use crate::domain::At;
use pace::{Pace, Stopping};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Where a market's quotes come from.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedPlan {
    /// Made up, the same from the same seed.
    Simulated {
        /// What all chance follows from.
        seed: u64,
        /// How fast its time runs.
        speed: Speed,
    },
    /// Read from a recording.
    Replay {
        /// A CSV of `time,symbol,open,high,low,close,volume,bid,ask`.
        tape: PathBuf,
        /// How fast its time runs.
        speed: Speed,
        /// Whether it begins again at the end.
        looping: bool,
    },
}

impl FeedPlan {
    pub(super) const fn name(&self) -> FeedName {
        match self {
            Self::Simulated { .. } => FeedName::Simulated,
            Self::Replay { .. } => FeedName::Replay,
        }
    }

    pub(super) fn calendar(&self) -> Calendar {
        match self {
            Self::Simulated { .. } => Calendar::Utc,
            Self::Replay { .. } => Calendar::new_york(),
        }
    }
}

/// Why a feed returned.
#[derive(Debug)]
enum End {
    /// It was told to.
    Told,
    /// The recording is over.
    Over,
    /// It cannot go on, and this is why.
    Failed(String),
}

impl From<Stopping> for End {
    fn from(Stopping: Stopping) -> Self {
        Self::Told
    }
}

/// Starts the feed on its own thread. The receiver ends once the thread has.
///
/// # Errors
/// When the system has no thread to give.
pub(super) fn spawn(
    plan: FeedPlan,
    listed: Vec<Listed>,
    begin: At,
    board: Arc<Board>,
    stop: CancellationToken,
) -> std::io::Result<oneshot::Receiver<()>> {
    let (going, told) = mpsc::channel::<()>();
    let (ending, ended) = oneshot::channel::<()>();
    std::thread::Builder::new().name("market-feed".to_owned()).spawn(move || {
        let mut guard = Guard { board: Arc::clone(&board), phase: Phase::Stopped, _ending: ending };
        let pace = Pace::new(told);
        let end = match plan {
            FeedPlan::Simulated { seed, speed } => simulated::run(seed, speed, &listed, begin, &board, &pace),
            FeedPlan::Replay { tape, speed, looping } => replay::run(&tape, speed, looping, &board, &pace),
        };
        match end {
            End::Told => {}
            End::Over => guard.phase = Phase::Ended,
            End::Failed(problem) => tracing::error!(%problem, "the market's feed stopped"),
        }
    })?;
    tokio::spawn(async move {
        stop.cancelled().await;
        drop(going);
    });
    Ok(ended)
}

/// Says on the board that the feed is over, even when it panicked.
struct Guard {
    board: Arc<Board>,
    phase: Phase,
    _ending: oneshot::Sender<()>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!("the market's feed panicked");
        }
        self.board.turn(self.phase);
    }
}
