//! What drives a market: one thread that posts quotes on the board until it is told to stop.
//!
//! A feed runs on a thread of its own, so that neither a slow disk nor a fast simulation is ever felt by the
//! web. If it fails, the board says so, and it is run again; nobody else falls.

mod control;
mod pace;
pub mod replay;
mod simulated;
mod speed;
mod supervisor;
mod tape;

pub(super) use control::{Controls, Intervention};
pub use speed::{NotASpeed, Speed};
pub use tape::TapeError;

use super::board::Board;
use super::day::Calendar;
use super::hours::TradingHours;
use super::status::FeedName;
use crate::domain::At;
use control::Stopping;
use pace::Pace;
use replay::Replay;
use simulated::Simulated;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use supervisor::supervise;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Where a market's quotes come from.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedPlan {
    /// Made up, the same from the same seed.
    Simulated(SimulatedPlan),
    /// Read from a recording.
    Replay(ReplayPlan),
}

/// How a market is made up.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedPlan {
    /// What all chance follows from.
    pub seed: u64,
    /// How fast its time runs at first.
    pub speed: Speed,
    /// When it trades; always, unless given.
    pub hours: Option<TradingHours>,
}

/// How a recording is played.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayPlan {
    /// A CSV of `time,symbol,open,high,low,close,volume,bid,ask`.
    pub tape: PathBuf,
    /// How fast its time runs at first.
    pub speed: Speed,
    /// Whether it begins again at the end.
    pub looping: bool,
}

impl FeedPlan {
    /// How fast its time runs at first.
    #[must_use]
    pub const fn speed(&self) -> Speed {
        match self {
            Self::Simulated(SimulatedPlan { speed, .. }) | Self::Replay(ReplayPlan { speed, .. }) => *speed,
        }
    }

    /// Which midnight ends its days.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        match self {
            Self::Simulated(plan) => plan.hours.as_ref().map_or(Calendar::Utc, TradingHours::calendar),
            Self::Replay(_) => Calendar::new_york(),
        }
    }

    pub(super) const fn name(&self) -> FeedName {
        match self {
            Self::Simulated(_) => FeedName::Simulated,
            Self::Replay(_) => FeedName::Replay,
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

/// How long a simulated market may take to show its first prices and still be waited for.
const OPENS_WITHIN: Duration = Duration::from_secs(2);

/// Starts the feed on its own thread, and waits for the first prices of a simulated market. The receiver ends once the thread has.
///
/// # Errors
/// When the system has no thread to give.
pub(super) fn spawn(
    plan: FeedPlan,
    begin: At,
    board: Arc<Board>,
    controls: Arc<Controls>,
    stop: CancellationToken,
) -> std::io::Result<oneshot::Receiver<()>> {
    let (ending, ended) = oneshot::channel::<()>();
    let (opening, opened) = mpsc::channel();
    let mut pace = Pace::new(Arc::clone(&controls));
    std::thread::Builder::new().name("market-feed".to_owned()).spawn(move || {
        let phase = match plan {
            FeedPlan::Simulated(plan) => {
                let mut feed = Simulated::new(plan, begin, opening);
                supervise(&board, &mut pace, |board, pace| feed.run(board, pace))
            }
            FeedPlan::Replay(plan) => {
                drop(opening);
                let mut feed = Replay::new(plan);
                supervise(&board, &mut pace, |board, pace| feed.run(board, pace))
            }
        };
        board.turn(phase);
        drop(ending);
    })?;
    // The first visitor finds prices; a feed that is not even able to open is told of otherwise.
    let _opened = opened.recv_timeout(OPENS_WITHIN);
    let stopping = StopsWhenDropped(controls);
    tokio::spawn(async move {
        stop.cancelled().await;
        drop(stopping);
    });
    Ok(ended)
}

/// Stops the feed, also when the runtime goes without a word.
struct StopsWhenDropped(Arc<Controls>);

impl Drop for StopsWhenDropped {
    fn drop(&mut self) {
        self.0.stop();
    }
}
