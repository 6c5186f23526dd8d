//! The market: a feed posts quotes on the board, and the hub shows the board to all who watch.
//!
//! It knows no HTTP, and no database but for its recorder, which keeps candles. Whoever opens it says what is listed and
//! what is remembered of it.

mod bars;
pub mod board;
mod candles;
pub mod day;
mod entry;
pub mod feed;
#[cfg(test)]
mod fixture;
pub mod hours;
pub mod hub;
mod lines;
pub mod listings;
pub mod message;
pub mod recorder;
mod simulation;
pub mod status;
mod wire;

pub use board::{Board, Listed, OffBoard, Rate, Standing, Trade};
pub use feed::{FeedPlan, NotASpeed, ReplayPlan, SimulatedPlan, Speed, TapeError, replay};
pub use hours::{NotTradingHours, TradingHours};
pub use hub::{Frame, Hub};
pub use message::Message;
pub use simulation::past::{History, Past};
pub use status::{FeedName, FeedState, FeedStatus, Trouble};

use crate::domain::At;
use day::Calendar;
use feed::Controls;
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
    controls: Arc<Controls>,
    /// The lap to count from once its days may return.
    next_lap: i64,
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
        let next_lap = plan.begin.micros() / 1_000_000;
        let market = Self::around(Arc::new(board), plan.cadence, plan.feed.speed(), next_lap);
        let (board, controls) = (Arc::clone(&market.board), Arc::clone(&market.controls));
        let stop = market.stop.child_token();
        let ended = feed::spawn(plan.feed, plan.listed, plan.begin, board, controls, stop)?;
        *market.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        Ok(market)
    }

    /// A market without a feed: only what is posted on its board by hand moves it.
    #[must_use]
    pub fn by_hand(listed: &[Listed], cadence: Duration) -> Self {
        let board = Board::new(listed, FeedName::Simulated, Calendar::Utc);
        Self::around(Arc::new(board), cadence, Speed::REAL_TIME, 0)
    }

    fn around(board: Arc<Board>, cadence: Duration, speed: Speed, next_lap: i64) -> Self {
        let stop = CancellationToken::new();
        let hub = Hub::start(Arc::clone(&board), cadence, stop.child_token());
        let controls = Arc::new(Controls::new(speed));
        let market = Self { board, hub, controls, next_lap, stop, ended: Arc::default() };
        market.paced(speed);
        market
    }

    /// How fast its clock runs.
    #[must_use]
    pub fn speed(&self) -> Speed {
        self.controls.speed()
    }

    /// Lets its clock run at another speed, at once. Outside a pause, steps that were asked for and not made are
    /// forgotten.
    pub fn set_speed(&self, speed: Speed) {
        self.paced(self.controls.set_speed(speed));
    }

    /// Stops its clock. Quotes grow old, so that soon orders are refused; every page says that it is paused.
    pub fn pause(&self) {
        self.set_speed(Speed::Paused);
    }

    /// Lets its clock go on as fast as before the pause; as time on the wall when it began paused.
    pub fn resume(&self) {
        self.paced(self.controls.resume());
    }

    /// Lets a paused clock make one step: a minute of a simulated market, or to its opening when that is closed; on a
    /// tape, to the next moment that was recorded. Says whether it is paused; otherwise nothing happens.
    #[must_use]
    pub fn step(&self) -> bool {
        self.controls.step()
    }

    fn paced(&self, speed: Speed) {
        // A simulated market at the pace of the clock lives each day once. Any other meets days again that it has had
        // before, and is told apart by the second in which it opened.
        if !speed.is_real_time() || self.board.status().name == FeedName::Replay {
            self.board.leave_first_lap(self.next_lap);
        }
        self.board.paced(speed);
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

#[cfg(test)]
#[path = "market_tests.rs"]
mod tests;
