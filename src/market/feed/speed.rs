//! How fast a market's own time runs.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Market time against the time on the wall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// It stands still.
    Paused,
    /// This many times as fast; at least [`Speed::SLOWEST`].
    Times(f64),
    /// As fast as the machine can.
    Max,
}

/// The text is no speed. Displays as a sentence that says what is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a speed is a number from 0.1 to 100000, such as 10 or 2.5, or one of the words pause and max")]
pub struct NotASpeed;

impl Speed {
    /// As time on the wall.
    pub const REAL_TIME: Self = Self::Times(1.0);
    /// The slowest that is not a pause.
    pub const SLOWEST: f64 = 0.1;
    /// The fastest that is paced; beyond it is [`Speed::Max`].
    pub const FASTEST: f64 = 100_000.0;

    /// Whether market time passes no faster than time on the wall does.
    #[must_use]
    pub fn is_at_most_real_time(self) -> bool {
        match self {
            Self::Paused => true,
            Self::Times(times) => times <= 1.0,
            Self::Max => false,
        }
    }

    /// How long `span` of market time takes on the wall; for ever while it is paused.
    #[must_use]
    pub fn wall(self, span: Duration) -> Duration {
        match self {
            Self::Paused => Duration::MAX,
            Self::Times(times) => span.div_f64(times.max(Self::SLOWEST)),
            Self::Max => Duration::ZERO,
        }
    }
}

impl FromStr for Speed {
    type Err = NotASpeed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("max") {
            return Ok(Self::Max);
        }
        if text.eq_ignore_ascii_case("pause") {
            return Ok(Self::Paused);
        }
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let times: f64 = text.parse().map_err(|_| NotASpeed)?;
        match times {
            _ if !plain => Err(NotASpeed),
            0.0 => Ok(Self::Paused),
            Self::SLOWEST..=Self::FASTEST => Ok(Self::Times(times)),
            _ => Err(NotASpeed),
        }
    }
}

/// As it is written in a setting: `pause`, `2.5`, `max`.
impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paused => f.write_str("pause"),
            Self::Times(times) => times.fmt(f),
            Self::Max => f.write_str("max"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_number_or_the_word_pause_or_the_word_max() {
        assert_eq!("10".parse(), Ok(Speed::Times(10.0)));
        assert_eq!("2.5".parse(), Ok(Speed::Times(2.5)));
        assert_eq!("0.1".parse(), Ok(Speed::Times(0.1)));
        assert_eq!("MAX".parse(), Ok(Speed::Max));
        assert_eq!("0".parse(), Ok(Speed::Paused));
        assert_eq!("Pause".parse(), Ok(Speed::Paused));
        for text in ["", "0.05", "-1", "-0", "NaN", "inf", "1e3", "100001", "fast", "²", "+2", "."] {
            assert_eq!(text.parse::<Speed>(), Err(NotASpeed), "{text:?}");
        }
        assert_eq!(Speed::Times(60.0).wall(Duration::from_mins(1)), Duration::from_secs(1));
    }

    #[test]
    fn a_speed_is_shown_as_it_is_written() {
        for text in ["pause", "2.5", "10", "max"] {
            assert_eq!(text.parse::<Speed>().unwrap().to_string(), text);
        }
    }
}
