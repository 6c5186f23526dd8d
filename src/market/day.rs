//! The market day: when it turns, and what one instrument has done in it.

use crate::domain::{At, Price};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::time::Duration;

/// Which midnight ends a market day.
#[derive(Debug, Clone)]
pub enum Calendar {
    /// Midnight in UTC.
    Utc,
    /// Midnight in the time zone of an exchange.
    Exchange(TimeZone),
}

impl Calendar {
    /// The calendar of the exchanges in New York; UTC should the time-zone database lack it.
    #[must_use]
    pub fn new_york() -> Self {
        TimeZone::get("America/New_York").map_or(Self::Utc, Self::Exchange)
    }

    /// The name of its time zone, as the time-zone database knows it.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Exchange(zone) => zone.iana_name().unwrap_or("UTC"),
        }
    }

    /// The date `at` belongs to.
    #[must_use]
    pub fn date(&self, at: At) -> Date {
        match self {
            Self::Utc => at.timestamp().to_zoned(TimeZone::UTC).date(),
            Self::Exchange(zone) => at.timestamp().to_zoned(zone.clone()).date(),
        }
    }

    /// The day `at` belongs to, as whole days since 1970-01-01.
    #[must_use]
    pub fn day(&self, at: At) -> i64 {
        match self {
            Self::Utc => at.utc_day(),
            Self::Exchange(_) => {
                let since = self.date(at).since(Date::constant(1970, 1, 1));
                since.map_or(at.utc_day(), |span| i64::from(span.get_days()))
            }
        }
    }

    /// Where the day begins that `at` belongs to.
    #[must_use]
    pub fn midnight(&self, at: At) -> At {
        let utc = || at.beginning_of(Duration::from_hours(24));
        match self {
            Self::Utc => utc(),
            Self::Exchange(zone) => at
                .timestamp()
                .to_zoned(zone.clone())
                .start_of_day()
                .map_or_else(|_| utc(), |day| day.timestamp().into()),
        }
    }
}

/// What one instrument has traded so far this market day, as its feed saw it.
#[derive(Debug, Clone, Default)]
pub(super) struct Session {
    day: Option<i64>,
    last: Option<Price>,
    previous_close: Option<Price>,
    volume: i64,
}

impl Session {
    /// Begins with what is remembered from before: the price the first day's change is measured from.
    pub(super) const fn after(previous_close: Option<Price>) -> Self {
        Self { day: None, last: None, previous_close, volume: 0 }
    }

    /// Goes on in the middle of `day`.
    pub(super) const fn within(day: i64, last: Price, previous_close: Price, volume: i64) -> Self {
        Self { day: Some(day), last: Some(last), previous_close: Some(previous_close), volume }
    }

    /// Turns to `day`. An instrument without any past measures its change from `first`, the day's first price.
    pub(super) fn turn_to(&mut self, day: i64, first: Price) {
        if self.day != Some(day) {
            self.day = Some(day);
            self.previous_close = self.last.or(self.previous_close);
            self.volume = 0;
        }
        self.previous_close.get_or_insert(first);
    }

    /// Records a trade of `shares` at `price`.
    pub(super) fn trade(&mut self, price: Price, shares: i64) {
        self.last = Some(price);
        self.volume = self.volume.saturating_add(shares.max(0));
    }

    /// The price the day's change is measured from.
    pub(super) const fn previous_close(&self) -> Option<Price> {
        self.previous_close
    }

    /// Whole shares traded this market day.
    pub(super) const fn volume(&self) -> i64 {
        self.volume
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(calendar: &Calendar, at: &str) -> i64 {
        calendar.day(at.parse().unwrap())
    }

    #[test]
    fn an_evening_in_new_york_belongs_to_that_day_although_utc_has_turned() {
        let friday = 15_982;
        let new_york = Calendar::new_york();
        assert_eq!(day(&new_york, "2013-10-04T14:30:00Z"), friday);
        assert_eq!(day(&new_york, "2013-10-05T00:00:00Z"), friday);
        assert_eq!(day(&new_york, "2013-10-05T03:59:59Z"), friday);
        assert_eq!(day(&new_york, "2013-10-05T04:00:00Z"), friday + 1);
        assert_eq!(day(&Calendar::Utc, "2013-10-05T00:00:00Z"), friday + 1);
        assert_eq!(day(&new_york, "1969-12-31T12:00:00Z"), -1);
    }

    #[test]
    fn a_day_begins_at_the_midnight_of_its_zone() {
        let began = |calendar: &Calendar, at: &str| calendar.midnight(at.parse().unwrap()).to_string();
        let new_york = Calendar::new_york();
        assert_eq!(began(&new_york, "2013-10-05T00:00:00Z"), "2013-10-04T04:00:00Z");
        assert_eq!(began(&new_york, "2013-12-05T04:59:59Z"), "2013-12-04T05:00:00Z");
        assert_eq!(began(&Calendar::Utc, "2013-10-05T00:00:00Z"), "2013-10-05T00:00:00Z");
        assert_eq!((new_york.zone_name(), Calendar::Utc.zone_name()), ("America/New_York", "UTC"));
    }

    #[test]
    fn a_new_day_starts_from_the_last_price_of_the_day_before_with_no_volume() {
        let price = Price::from_units;
        let mut session = Session::default();
        session.turn_to(1, price(500));
        session.trade(price(700), 10);
        session.trade(price(900), 5);
        assert_eq!((session.previous_close(), session.volume()), (Some(price(500)), 15));
        session.turn_to(2, price(100));
        assert_eq!((session.previous_close(), session.volume()), (Some(price(900)), 0));
    }
}
