//! Where quotes come from, and whether they are coming.

use std::time::{Duration, Instant};

/// A feed that neither quotes nor says that it is waiting for this long has stopped, whatever it claims.
const SILENCE: Duration = Duration::from_secs(4);

/// What kind of feed drives the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedName {
    /// Prices are made up.
    Simulated,
    /// Prices are a recording.
    Replay,
}

impl FeedName {
    /// The word it is sent as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Simulated => "simulated",
            Self::Replay => "replay",
        }
    }
}

/// Whether quotes are coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedState {
    /// Nothing has come yet.
    Starting,
    /// They are coming.
    Live,
    /// They stopped coming, and should not have.
    Stopped {
        /// When, by the clock that never jumps.
        since: Instant,
    },
    /// The recording is over.
    Ended {
        /// When, by the clock that never jumps.
        since: Instant,
    },
}

impl FeedState {
    /// The word it is sent as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Live => "live",
            Self::Stopped { .. } => "stopped",
            Self::Ended { .. } => "ended",
        }
    }

    /// How long ago it stopped or ended; nothing while it runs.
    #[must_use]
    pub fn over_for(self) -> Option<Duration> {
        match self {
            Self::Starting | Self::Live => None,
            Self::Stopped { since } | Self::Ended { since } => Some(since.elapsed()),
        }
    }
}

/// The feed as a page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedStatus {
    /// Its kind.
    pub name: FeedName,
    /// Whether quotes are coming.
    pub state: FeedState,
    /// How long ago the newest quote of any instrument arrived; nothing before the first.
    pub quote_age: Option<Duration>,
}

/// What the feed last said of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Starting,
    Live,
    Stopped,
    Ended,
}

/// The feed's signs of life.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pulse {
    phase: Phase,
    turned: Instant,
    beat: Instant,
    quoted: Option<Instant>,
}

impl Pulse {
    pub(super) const fn new(now: Instant) -> Self {
        Self { phase: Phase::Starting, turned: now, beat: now, quoted: None }
    }

    pub(super) fn turn(&mut self, phase: Phase) {
        let now = Instant::now();
        (self.phase, self.turned, self.beat) = (phase, now, now);
    }

    pub(super) const fn beat(&mut self, now: Instant) {
        self.beat = now;
    }

    pub(super) const fn quoted(&mut self, now: Instant) {
        self.beat = now;
        self.quoted = Some(now);
        if matches!(self.phase, Phase::Starting) {
            self.phase = Phase::Live;
        }
    }

    pub(super) fn status(&self, name: FeedName, now: Instant) -> FeedStatus {
        let silent = now.saturating_duration_since(self.beat) > SILENCE;
        let state = match self.phase {
            Phase::Live | Phase::Starting if silent => FeedState::Stopped { since: self.beat },
            Phase::Starting => FeedState::Starting,
            Phase::Live => FeedState::Live,
            Phase::Stopped => FeedState::Stopped { since: self.turned },
            Phase::Ended => FeedState::Ended { since: self.turned },
        };
        let quote_age = self.quoted.map(|quoted| now.saturating_duration_since(quoted));
        FeedStatus { name, state, quote_age }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_that_falls_silent_has_stopped_and_one_that_speaks_again_is_live() {
        let start = Instant::now();
        let mut pulse = Pulse::new(start);
        let state =
            |pulse: &Pulse, after: u64| pulse.status(FeedName::Simulated, start + Duration::from_secs(after)).state;
        assert_eq!(state(&pulse, 1), FeedState::Starting);
        pulse.quoted(start);
        assert_eq!(state(&pulse, 1), FeedState::Live);
        assert_eq!(state(&pulse, 5), FeedState::Stopped { since: start });
        pulse.beat(start + Duration::from_secs(5));
        assert_eq!(state(&pulse, 6), FeedState::Live);
        pulse.turn(Phase::Ended);
        assert!(matches!(state(&pulse, 600), FeedState::Ended { .. }));
    }
}
