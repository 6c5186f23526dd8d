//! A line of the board: what the market says of one instrument, and what it has said lately.

use super::roster::Traded;
use crate::domain::{At, Instrument, Price, Quote, TradingStatus};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many recent prices the board keeps of each instrument.
pub const RECENT_PRICES: usize = 40;

/// How far apart recent prices are, in market time.
pub const RECENT_EVERY: Duration = Duration::from_secs(15);

/// A quote as it stands on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandingQuote {
    /// The market's newest word.
    pub quote: Quote,
    /// The number of the change that brought it.
    pub sequence: u64,
    /// How long ago its bid and ask arrived here, by a clock that never jumps.
    pub age: Duration,
}

/// One line of the board.
#[derive(Debug, Clone)]
pub struct Rate {
    /// What is traded.
    pub instrument: Arc<Instrument>,
    /// Whether it may be.
    pub status: TradingStatus,
    /// Its quote, once there is one.
    pub standing: Option<StandingQuote>,
    /// Last prices about [`RECENT_EVERY`] apart in market time, oldest first, at most [`RECENT_PRICES`].
    pub recent: Vec<(At, Price)>,
    /// The lowest and the highest price of this market day.
    pub day_range: Option<(Price, Price)>,
}

/// What the board keeps of one instrument.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub(super) standing: Option<(Quote, Instant)>,
    pub(super) sequence: u64,
    pub(super) recent: VecDeque<(At, Price)>,
    pub(super) day_range: Option<(Price, Price)>,
}

impl Entry {
    pub(super) fn standing(&self, now: Instant) -> Option<StandingQuote> {
        let (quote, received) = self.standing?;
        Some(StandingQuote { quote, sequence: self.sequence, age: now.saturating_duration_since(received) })
    }

    pub(super) fn rate(self, traded: &Traded, now: Instant) -> Rate {
        Rate {
            instrument: Arc::clone(&traded.instrument),
            status: traded.status.clone(),
            standing: self.standing(now),
            recent: self.recent.into(),
            day_range: self.day_range,
        }
    }

    pub(super) fn trade(&mut self, last: Price, at: At) {
        let (low, high) = self.day_range.unwrap_or((last, last));
        self.day_range = Some((low.min(last), high.max(last)));
        let sampled = self.recent.back().map(|(sampled, _)| *sampled);
        if sampled.is_some_and(|before| at >= before && at.since(before) < RECENT_EVERY) {
            return;
        }
        if self.recent.len() == RECENT_PRICES {
            self.recent.pop_front();
        }
        self.recent.push_back((at, last));
    }
}
