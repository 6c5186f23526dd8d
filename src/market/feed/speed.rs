//! How fast a market's own time runs.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Market time against the time on the wall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// This many times as fast; at least 1.
    Times(f64),
    /// As fast as the machine can.
    Max,
}

/// The text is no speed. Displays as a sentence that says what is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a speed is a number from 1 to 100000, such as 10 or 2.5, or the word max")]
pub struct NotASpeed;

impl Speed {
    /// The fastest that is paced; beyond it is [`Speed::Max`].
    pub const FASTEST: f64 = 100_000.0;

    /// Whether market time passes as time on the wall does.
    #[must_use]
    pub fn is_real_time(self) -> bool {
        matches!(self, Self::Times(times) if times <= 1.0)
    }

    /// How long `span` of market time takes on the wall.
    #[must_use]
    pub fn wall(self, span: Duration) -> Duration {
        match self {
            Self::Times(times) => span.div_f64(times.max(1.0)),
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
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let times: f64 = text.parse().map_err(|_| NotASpeed)?;
        if plain && (1.0..=Self::FASTEST).contains(&times) { Ok(Self::Times(times)) } else { Err(NotASpeed) }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Times(times) => times.fmt(f),
            Self::Max => f.write_str("max"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_number_from_one_or_the_word_max() {
        assert_eq!("10".parse(), Ok(Speed::Times(10.0)));
        assert_eq!("2.5".parse(), Ok(Speed::Times(2.5)));
        assert_eq!("MAX".parse(), Ok(Speed::Max));
        for text in ["", "0", "0.5", "-1", "NaN", "inf", "1e3", "100001", "fast", "²", "+2"] {
            assert_eq!(text.parse::<Speed>(), Err(NotASpeed), "{text:?}");
        }
        assert_eq!(Speed::Times(60.0).wall(Duration::from_mins(1)), Duration::from_secs(1));
    }
}
