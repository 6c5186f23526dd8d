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
mod roster;
mod simulation;
pub mod status;
mod wire;

pub use board::{Board, Listed, OffBoard, Rate, Roster, StandingQuote, Trade, Traded};
pub use feed::{FeedPlan, NotASpeed, ReplayPlan, SimulatedPlan, Speed, TapeError, replay};
pub use hours::{NotTradingHours, TradingHours};
pub use hub::{Frame, Hub};
pub use message::Message;
pub use simulation::past::{History, Past};
pub use status::{FeedName, FeedState, FeedStatus, Trouble};

use crate::domain::{At, Instrument, InstrumentId, Price, TradingStatus};
use feed::{Controls, Intervention};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How often the hub looks at the board unless a setting says otherwise.
pub const CADENCE: Duration = Duration::from_millis(250);

/// How long a feed may take to stop.
const STOP_WITHIN: Duration = Duration::from_secs(2);

/// How long a feed may take to do what it is told in between.
const HEARD_WITHIN: Duration = Duration::from_secs(2);

/// Why the market's prices were not set. Each displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSet {
    /// They are a recording.
    #[error("This market replays a recording; its prices are what was recorded.")]
    Recording,
    /// The feed has not done it, and will not: it has failed, or has too much to do.
    #[error("The market's feed does not answer just now, so no price was set.")]
    NotHeard,
}

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
        let mut market = Self::around(Arc::new(board), plan.cadence);
        market.next_lap = plan.begin.micros() / 1_000_000;
        market.controls = Arc::new(Controls::new(plan.feed.speed()));
        market.paced(plan.feed.speed());
        let (board, controls) = (Arc::clone(&market.board), Arc::clone(&market.controls));
        let stop = market.stop.child_token();
        let ended = feed::spawn(plan.feed, plan.begin, board, controls, stop)?;
        *market.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        Ok(market)
    }

    /// A market around `board` on the current tokio runtime, whose hub publishes and which no feed moves yet.
    #[must_use]
    pub fn around(board: Arc<Board>, cadence: Duration) -> Self {
        let stop = CancellationToken::new();
        let hub = Hub::start(Arc::clone(&board), cadence, stop.child_token());
        let controls = Arc::new(Controls::new(Speed::REAL_TIME));
        Self { board, hub, controls, next_lap: 0, stop, ended: Arc::default() }
    }

    /// Lets it trade one more instrument at once: a simulated market from the price it is listed with. One that it has
    /// already is revised.
    pub fn list(&self, listed: &Listed) {
        self.board.list(listed);
        self.look();
    }

    /// Names an instrument as `instrument` says, and lets it be traded as `status` says. Says whether the market has it.
    pub fn revise(&self, instrument: &Instrument, status: &TradingStatus) -> bool {
        let before = self.board.instrument(instrument.id);
        let known = self.board.revise(instrument, status);
        if before.is_some_and(|before| before.sector != instrument.sector) {
            self.look();
        }
        known
    }

    fn look(&self) {
        if !self.is_recording() && !self.controls.intervene(Intervention::Look) {
            tracing::error!("the market's feed has too much to do to hear of a change of its list");
        }
    }

    /// Whether its prices are a recording, which nobody can add to or change.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.board.status().name == FeedName::Replay
    }

    /// Lets instruments of a simulated market stand at these prices from now on, whether its clock runs or not, and
    /// waits until they do. What the market does not have is passed over.
    ///
    /// # Errors
    /// Why it cannot be done; then nothing has changed, nor will it.
    pub async fn set_prices(&self, prices: Vec<(InstrumentId, Price)>) -> Result<(), NotSet> {
        if self.is_recording() {
            return Err(NotSet::Recording);
        }
        let (done, heard) = oneshot::channel();
        if !self.controls.intervene(Intervention::Prices { prices, done }) {
            return Err(NotSet::NotHeard);
        }
        match tokio::time::timeout(HEARD_WITHIN, heard).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(NotSet::NotHeard),
        }
    }

    /// Whether it was a recording that has been played to its end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.board.status().state, FeedState::Ended { .. })
    }

    /// How fast its clock runs.
    #[must_use]
    pub fn speed(&self) -> Speed {
        self.controls.speed()
    }

    /// How fast its clock goes on after a pause.
    #[must_use]
    pub fn resumed_speed(&self) -> Speed {
        self.controls.resumed_speed()
    }

    /// Lets its clock run at another speed, at once. Outside a pause, steps that were asked for and not made are
    /// forgotten.
    pub fn set_speed(&self, speed: Speed) {
        self.paced(self.controls.set_speed(speed));
    }

    /// Stops its clock. Orders are refused from now on, and every page says that it is paused.
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
        if !speed.is_at_most_real_time() || self.board.status().name == FeedName::Replay {
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
