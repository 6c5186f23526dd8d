//! The market: a feed posts quotes on the board, and the hub shows the board to all who watch.
//!
//! It knows no database and no HTTP. Whoever opens it says what is listed and what is remembered of it.

pub mod board;
pub mod day;
pub mod feed;
pub mod hub;
mod lines;
pub mod listings;
pub mod message;
pub mod status;
mod wire;

pub use board::{Board, Listed, OffBoard, Rate, Standing, Trade};
pub use feed::{FeedPlan, NotASpeed, Speed, TapeError, replay};
pub use hub::{Frame, Hub};
pub use message::Message;
pub use status::{FeedName, FeedState, FeedStatus};

use crate::domain::At;
use day::Calendar;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How often the hub looks at the board unless a setting says otherwise.
pub const CADENCE: Duration = Duration::from_millis(250);

/// How long a feed may take to stop.
const STOP_WITHIN: Duration = Duration::from_secs(2);

/// What a market is opened with.
#[derive(Debug, Clone)]
pub struct MarketPlan {
    /// Everything it trades, in market order.
    pub listed: Vec<Listed>,
    /// Where quotes come from.
    pub feed: FeedPlan,
    /// How often live rates are pushed; [`CADENCE`] is a good choice.
    pub cadence: Duration,
    /// Where a simulated market's own clock begins: the present. A tape brings its own.
    pub begin: At,
}

/// An open market. Cheap to clone; all clones are one market.
#[derive(Debug, Clone)]
pub struct Market {
    board: Arc<Board>,
    hub: Hub,
    stop: CancellationToken,
    ended: Arc<Mutex<Option<oneshot::Receiver<()>>>>,
}

impl Market {
    /// Opens the market on the current tokio runtime: the feed begins and the hub publishes.
    ///
    /// # Errors
    /// When the system has no thread for the feed.
    pub fn open(plan: MarketPlan) -> std::io::Result<Self> {
        let board = Board::new(&plan.listed, plan.feed.name(), plan.feed.calendar());
        let board = Arc::new(board.from_lap(first_lap(&plan)));
        let market = Self::around(board, plan.cadence);
        let ended =
            feed::spawn(plan.feed, plan.listed, plan.begin, Arc::clone(&market.board), market.stop.child_token())?;
        *market.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        Ok(market)
    }

    /// A market without a feed: only what is posted on its board by hand moves it.
    #[must_use]
    pub fn by_hand(listed: &[Listed], cadence: Duration) -> Self {
        Self::around(Arc::new(Board::new(listed, FeedName::Simulated, Calendar::Utc)), cadence)
    }

    fn around(board: Arc<Board>, cadence: Duration) -> Self {
        let stop = CancellationToken::new();
        let hub = Hub::start(Arc::clone(&board), cadence, stop.child_token());
        Self { board, hub, stop, ended: Arc::default() }
    }

    /// Its quotes.
    #[must_use]
    pub const fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// Its live rates.
    #[must_use]
    pub const fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Stops the feed and the hub, and waits for the feed to be gone, two seconds at most. The board stands.
    pub async fn stop(&self) {
        self.stop.cancel();
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(ended) = ended
            && tokio::time::timeout(STOP_WITHIN, ended).await.is_err()
        {
            tracing::warn!("the market's feed did not stop in time");
        }
    }
}

/// Where laps begin: a simulated market at the pace of the clock lives each day once; any other meets days again that
/// it has had before, and is told apart by the second in which it opened.
fn first_lap(plan: &MarketPlan) -> i64 {
    match &plan.feed {
        FeedPlan::Simulated { speed, .. } if speed.is_real_time() => 0,
        _ => plan.begin.micros() / 1_000_000,
    }
}

#[cfg(test)]
#[path = "market_tests.rs"]
mod tests;
