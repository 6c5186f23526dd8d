//! Trading hours: when a simulated market is open, and when it opens next.

use super::day::Calendar;
use crate::domain::At;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// More days than lie between any moment and the next opening.
const LONGEST_CLOSURE: usize = 10;

/// From when to when a market trades, Monday to Friday, by the clock of its time zone. It knows no holidays.
#[derive(Debug, Clone, PartialEq)]
pub struct TradingHours {
    opens: Time,
    closes: Time,
    zone: TimeZone,
}

/// The text names no trading hours. Displays as a sentence that says what does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "trading hours are two times of one day, such as 09:30-16:00, in UTC unless a time zone follows, such as 09:30-16:00 America/New_York"
)]
pub struct NotTradingHours;

/// Whether a market is open at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// It is.
    Open {
        /// Since when.
        since: At,
        /// Until when, exclusively.
        until: At,
    },
    /// It is not.
    Closed {
        /// When it will be.
        opens: At,
    },
}

impl TradingHours {
    /// The calendar of its time zone.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        if self.zone == TimeZone::UTC { Calendar::Utc } else { Calendar::Exchange(self.zone.clone()) }
    }

    /// How long a trading day is.
    #[must_use]
    pub fn length(&self) -> Duration {
        Duration::try_from(self.opens.duration_until(self.closes)).unwrap_or_default()
    }

    /// Whether it is open at `at`, and until when or from when.
    pub(super) fn opening(&self, at: At) -> Opening {
        let mut date = at.timestamp().to_zoned(self.zone.clone()).date();
        for _ in 0..LONGEST_CLOSURE {
            if let Some((since, until)) = self.session(date) {
                if at < since {
                    return Opening::Closed { opens: since };
                }
                if at < until {
                    return Opening::Open { since, until };
                }
            }
            let Ok(tomorrow) = date.tomorrow() else { break };
            date = tomorrow;
        }
        // Only the end of time has no next opening.
        Opening::Closed { opens: At::from_micros(i64::MAX) }
    }

    /// The session of a date; nothing on a weekend.
    pub(super) fn session(&self, date: Date) -> Option<(At, At)> {
        if matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            return None;
        }
        let moment = |time: Time| Some(At::from(date.to_datetime(time).to_zoned(self.zone.clone()).ok()?.timestamp()));
        Some((moment(self.opens)?, moment(self.closes)?))
    }
}

impl FromStr for TradingHours {
    type Err = NotTradingHours;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (times, zone) = text.trim().split_once(' ').unwrap_or((text.trim(), "UTC"));
        let (opens, closes) = times.split_once('-').ok_or(NotTradingHours)?;
        let (opens, closes) = (time(opens)?, time(closes)?);
        let zone = match zone.trim() {
            "UTC" => TimeZone::UTC,
            name => TimeZone::get(name).map_err(|_| NotTradingHours)?,
        };
        if opens < closes { Ok(Self { opens, closes, zone }) } else { Err(NotTradingHours) }
    }
}

/// As it is written in a setting.
impl fmt::Display for TradingHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (opens, closes) = (self.opens.strftime("%H:%M"), self.closes.strftime("%H:%M"));
        write!(f, "{opens}-{closes} {}", self.zone.iana_name().unwrap_or("UTC"))
    }
}

fn time(text: &str) -> Result<Time, NotTradingHours> {
    let (hour, minute) = text.split_once(':').ok_or(NotTradingHours)?;
    let number = |text: &str| {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse::<i8>().map_err(|_| NotTradingHours) } else { Err(NotTradingHours) }
    };
    Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| NotTradingHours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    #[test]
    fn a_market_opens_on_weekdays_by_the_clock_of_its_zone_in_summer_and_winter() {
        let hours: TradingHours = "09:30-16:00 America/New_York".parse().unwrap();
        let opens = |moment: &str| match hours.opening(at(moment)) {
            Opening::Closed { opens } => opens.to_string(),
            Opening::Open { since, until } => format!("{since} to {until}"),
        };
        let friday = "2026-11-20T14:30:00Z to 2026-11-20T21:00:00Z";
        assert_eq!(opens("2026-11-20T14:29:59.999999Z"), "2026-11-20T14:30:00Z");
        assert_eq!(opens("2026-11-20T14:30:00Z"), friday);
        assert_eq!(opens("2026-11-20T20:59:59.999999Z"), friday);
        assert_eq!(opens("2026-11-20T21:00:00Z"), "2026-11-23T14:30:00Z");
        assert_eq!(opens("2026-07-01T12:00:00Z"), "2026-07-01T13:30:00Z");
        assert_eq!(hours.length(), Duration::from_mins(390));
    }

    #[test]
    fn hours_are_read_as_they_are_written() {
        for text in ["09:30-16:00 UTC", "08:00-16:30 Europe/London"] {
            assert_eq!(text.parse::<TradingHours>().unwrap().to_string(), text);
        }
        assert_eq!("09:30-16:00".parse::<TradingHours>(), "09:30-16:00 UTC".parse());
        for text in ["", "9:30-16:00", "16:00-09:30", "09:30", "09:30-25:00", "09:30-16:00 Nowhere/Land", "a-b", "9-17"]
        {
            assert_eq!(text.parse::<TradingHours>(), Err(NotTradingHours), "{text:?}");
        }
    }
}
