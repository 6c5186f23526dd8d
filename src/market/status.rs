//! Where quotes come from, and whether they are coming.

use super::feed::Speed;
use crate::domain::At;
use std::sync::Arc;
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
    /// The market's clock stands still because somebody paused it.
    Paused,
    /// It is outside trading hours.
    Closed {
        /// When they begin again, by the market's own clock.
        opens: At,
    },
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
            Self::Paused => "paused",
            Self::Closed { .. } => "closed",
            Self::Stopped { .. } => "stopped",
            Self::Ended { .. } => "ended",
        }
    }

    /// Whether all is as it should be: quotes come, or there is a good reason why not.
    #[must_use]
    pub const fn is_well(self) -> bool {
        matches!(self, Self::Live | Self::Paused | Self::Closed { .. })
    }

    /// When trading begins again, by the market's own clock; nothing unless it is closed.
    #[must_use]
    pub const fn opens(self) -> Option<At> {
        if let Self::Closed { opens } = self { Some(opens) } else { None }
    }

    /// How long ago it stopped or ended; nothing while it runs.
    #[must_use]
    pub fn over_for(self) -> Option<Duration> {
        match self {
            Self::Starting | Self::Live | Self::Paused | Self::Closed { .. } => None,
            Self::Stopped { since } | Self::Ended { since } => Some(since.elapsed()),
        }
    }
}

/// The feed as a page shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FeedStatus {
    /// Its kind.
    pub name: FeedName,
    /// Whether quotes are coming.
    pub state: FeedState,
    /// How long ago the newest quote of any instrument arrived; nothing before the first.
    pub quote_age: Option<Duration>,
    /// How fast the market's own time runs.
    pub speed: Speed,
}

impl FeedStatus {
    /// Whether somebody stopped the market's clock, also when its feed has failed meanwhile.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.speed == Speed::Paused && !matches!(self.state, FeedState::Ended { .. })
    }
}

/// What went wrong with the feed when it failed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// One sentence without its full stop.
    pub problem: Arc<str>,
    /// How often it has failed since the market opened.
    pub failures: u32,
    /// Whether it has quoted since.
    pub recovered: bool,
}

/// What the feed last said of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Starting,
    Live,
    Closed { opens: At },
    Stopped,
    Ended,
}

/// The feed's signs of life.
#[derive(Debug, Clone)]
pub(super) struct Pulse {
    phase: Phase,
    turned: Instant,
    beat: Instant,
    quoted: Option<Instant>,
    speed: Speed,
    trouble: Option<Trouble>,
}

impl Pulse {
    pub(super) const fn new(now: Instant) -> Self {
        Self { phase: Phase::Starting, turned: now, beat: now, quoted: None, speed: Speed::REAL_TIME, trouble: None }
    }

    pub(super) fn turn(&mut self, phase: Phase) {
        let now = Instant::now();
        self.beat = now;
        // A feed that fails again before it has quoted has been stopped all the while.
        if self.phase != phase {
            (self.phase, self.turned) = (phase, now);
        }
    }

    pub(super) fn fail(&mut self, problem: &str) {
        let failures = self.trouble.as_ref().map_or(0, |trouble| trouble.failures).saturating_add(1);
        self.trouble = Some(Trouble { problem: problem.into(), failures, recovered: false });
        self.turn(Phase::Stopped);
    }

    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.trouble.clone()
    }

    pub(super) const fn paced(&mut self, speed: Speed) {
        self.speed = speed;
    }

    pub(super) const fn beat(&mut self, now: Instant) {
        self.beat = now;
    }

    pub(super) const fn quoted(&mut self, now: Instant) {
        self.beat = now;
        self.quoted = Some(now);
        if !matches!(self.phase, Phase::Live) {
            (self.phase, self.turned) = (Phase::Live, now);
            if let Some(trouble) = &mut self.trouble {
                trouble.recovered = true;
            }
        }
    }

    pub(super) fn status(&self, name: FeedName, now: Instant) -> FeedStatus {
        let silent = now.saturating_duration_since(self.beat) > SILENCE;
        let state = match self.phase {
            Phase::Stopped => FeedState::Stopped { since: self.turned },
            Phase::Ended => FeedState::Ended { since: self.turned },
            _ if silent => FeedState::Stopped { since: self.beat },
            _ if self.speed == Speed::Paused => FeedState::Paused,
            Phase::Starting => FeedState::Starting,
            Phase::Live => FeedState::Live,
            Phase::Closed { opens } => FeedState::Closed { opens },
        };
        let quote_age = self.quoted.map(|quoted| now.saturating_duration_since(quoted));
        FeedStatus { name, state, quote_age, speed: self.speed }
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

    #[test]
    fn a_paused_feed_and_a_closed_market_say_so_as_long_as_they_are_alive() {
        let start = Instant::now();
        let mut pulse = Pulse::new(start);
        let state =
            |pulse: &Pulse, after: u64| pulse.status(FeedName::Simulated, start + Duration::from_secs(after)).state;
        pulse.quoted(start);
        let opens = At::from_micros(7);
        pulse.turn(Phase::Closed { opens });
        assert_eq!(state(&pulse, 1), FeedState::Closed { opens });
        pulse.paced(Speed::Paused);
        assert_eq!(state(&pulse, 1), FeedState::Paused);
        assert!(matches!(state(&pulse, 60), FeedState::Stopped { .. }));
        let status = pulse.status(FeedName::Simulated, start + Duration::from_mins(1));
        assert!(status.is_paused(), "a pause holds though the feed has failed");
        pulse.paced(Speed::Max);
        pulse.quoted(start);
        assert_eq!(state(&pulse, 1), FeedState::Live);
    }

    #[test]
    fn a_feed_that_fails_again_and_again_has_been_stopped_since_the_first_time_and_recovers_with_a_quote() {
        let mut pulse = Pulse::new(Instant::now());
        pulse.quoted(Instant::now());
        pulse.fail("the line was cut");
        let first = pulse.status(FeedName::Replay, Instant::now()).state;
        pulse.fail("the line is still cut");
        assert_eq!(pulse.status(FeedName::Replay, Instant::now()).state, first);
        let problem = "the line is still cut".into();
        assert_eq!(pulse.trouble(), Some(Trouble { problem, failures: 2, recovered: false }));
        pulse.quoted(Instant::now());
        assert_eq!(pulse.status(FeedName::Replay, Instant::now()).state, FeedState::Live);
        assert!(pulse.trouble().unwrap().recovered);
    }
}
