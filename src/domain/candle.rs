//! Candles: what one instrument's price did in a span of time.
//!
//! Whoever makes a candle, out of ticks as they come or out of finer candles later, does it here, so that both are
//! the same.

use super::{At, InstrumentId, Price};
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::BigInt;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The prices of one span. None is above the high, none below the low, and all are above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candle {
    /// Where the span begins; see [`Timeframe::start`].
    pub start: At,
    /// The first price.
    pub open: Price,
    /// The highest.
    pub high: Price,
    /// The lowest.
    pub low: Price,
    /// The last price.
    pub close: Price,
    /// Whole shares that changed hands.
    pub volume: i64,
}

/// A candle, and of what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Whose prices.
    pub instrument: InstrumentId,
    /// How long its span is.
    pub timeframe: Timeframe,
    /// The prices.
    pub candle: Candle,
}

/// Prices that no span can have had. Displays as the rest of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotACandle {
    /// The low is zero or less.
    #[error("the low {0} is not above zero")]
    NotPositive(Price),
    /// The low is above the high.
    #[error("the low {low} is above the high {high}")]
    Crossed {
        /// The lowest price.
        low: Price,
        /// The highest.
        high: Price,
    },
    /// The first or the last price is above the high or below the low.
    #[error("the {which} {price} is not between the low {low} and the high {high}")]
    Outside {
        /// Which of the two.
        which: &'static str,
        /// What it is.
        price: Price,
        /// The lowest price.
        low: Price,
        /// The highest.
        high: Price,
    },
    /// Less than no shares changed hands.
    #[error("the volume {0} is below zero")]
    NegativeVolume(i64),
}

impl Candle {
    /// A candle of known prices.
    ///
    /// # Errors
    /// The first rule that they break.
    pub fn new(start: At, [open, high, low, close]: [Price; 4], volume: i64) -> Result<Self, NotACandle> {
        let candle = Self { start, open, high, low, close, volume };
        candle.check().map(|()| candle)
    }

    /// Whether its prices could be those of a span.
    ///
    /// # Errors
    /// The first rule that they break.
    pub fn check(&self) -> Result<(), NotACandle> {
        let Self { low, high, volume, .. } = *self;
        if low.units() <= 0 {
            return Err(NotACandle::NotPositive(low));
        }
        if low > high {
            return Err(NotACandle::Crossed { low, high });
        }
        for (which, price) in [("open", self.open), ("close", self.close)] {
            if price < low || price > high {
                return Err(NotACandle::Outside { which, price, low, high });
            }
        }
        if volume < 0 { Err(NotACandle::NegativeVolume(volume)) } else { Ok(()) }
    }

    /// The span that begins `start` once its first trade has been made, of `shares` at `price`.
    #[must_use]
    pub const fn opened(start: At, price: Price, shares: i64) -> Self {
        Self { start, open: price, high: price, low: price, close: price, volume: shares }
    }

    /// Adds the next trade: `shares` at `price`.
    pub fn trade(&mut self, price: Price, shares: i64) {
        self.join(&Self::opened(self.start, price, shares));
    }

    /// Adds what came right after it.
    pub fn join(&mut self, next: &Self) {
        self.high = self.high.max(next.high);
        self.low = self.low.min(next.low);
        self.close = next.close;
        self.volume = self.volume.saturating_add(next.volume);
    }
}

/// How long the spans of candles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub enum Timeframe {
    /// A minute.
    Minute,
    /// Five minutes.
    FiveMinutes,
    /// An hour.
    Hour,
    /// A market day.
    Day,
}

/// The text names no timeframe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A timeframe is one of 1m, 5m, 1h and 1d.")]
pub struct NotATimeframe;

impl Timeframe {
    /// All of them, the finest first.
    pub const ALL: [Self; 4] = [Self::Minute, Self::FiveMinutes, Self::Hour, Self::Day];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "1m",
            Self::FiveMinutes => "5m",
            Self::Hour => "1h",
            Self::Day => "1d",
        }
    }

    /// Its length in seconds, by which it is stored.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        *self.stored()
    }

    const fn stored(self) -> &'static i64 {
        match self {
            Self::Minute => &60,
            Self::FiveMinutes => &300,
            Self::Hour => &3_600,
            Self::Day => &86_400,
        }
    }

    /// The timeframe of so many seconds.
    #[must_use]
    pub fn of_seconds(seconds: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|timeframe| timeframe.seconds() == seconds)
    }

    /// Its length.
    #[must_use]
    pub const fn span(self) -> Duration {
        Duration::from_secs(self.seconds().unsigned_abs())
    }

    /// Where the span begins that `at` falls in, on the market day `day` (whole days since 1970-01-01): spans of up to
    /// an hour are those of the clock in UTC; that of a day begins at midnight UTC of its market date.
    #[must_use]
    pub fn start(self, at: At, day: i64) -> At {
        match self {
            Self::Day => At::from_micros(day.saturating_mul(86_400_000_000)),
            Self::Minute | Self::FiveMinutes | Self::Hour => at.beginning_of(self.span()),
        }
    }

    /// Whether a span may begin there.
    #[must_use]
    pub fn begins(self, start: At) -> bool {
        start.beginning_of(self.span()) == start
    }

    /// Folds finer candles, oldest first, into candles of this timeframe; `day` says which market day a moment
    /// belongs to.
    pub fn fold(self, finer: impl IntoIterator<Item = Candle>, day: impl Fn(At) -> i64) -> Vec<Candle> {
        let mut folded: Vec<Candle> = Vec::new();
        for candle in finer {
            let start = self.start(candle.start, day(candle.start));
            match folded.last_mut() {
                Some(last) if last.start == start => last.join(&candle),
                _ => folded.push(Candle { start, ..candle }),
            }
        }
        folded
    }
}

impl fmt::Display for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Timeframe {
    type Err = NotATimeframe;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|timeframe| timeframe.as_str() == text).ok_or(NotATimeframe)
    }
}

impl<DB> diesel::serialize::ToSql<BigInt, DB> for Timeframe
where
    DB: diesel::backend::Backend,
    i64: diesel::serialize::ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
        self.stored().to_sql(out)
    }
}

impl<DB> diesel::deserialize::FromSql<BigInt, DB> for Timeframe
where
    DB: diesel::backend::Backend,
    i64: diesel::deserialize::FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        let seconds = i64::from_sql(bytes)?;
        Self::of_seconds(seconds).ok_or_else(|| format!("{seconds} seconds are no stored timeframe").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    fn candle(start: At, prices: [i64; 4], volume: i64) -> Result<Candle, NotACandle> {
        Candle::new(start, prices.map(Price::from_units), volume)
    }

    #[test]
    fn every_rule_that_prices_break_is_a_sentence() {
        let start = At::from_micros(0);
        assert!(candle(start, [20, 40, 10, 30], 0).is_ok());
        for (prices, volume, why) in [
            ([20_000, 40_000, 0, 30_000], 1, "the low 0.00 is not above zero"),
            ([20_000, 10_000, 30_000, 20_000], 1, "the low 3.00 is above the high 1.00"),
            ([50_000, 40_000, 10_000, 30_000], 1, "the open 5.00 is not between the low 1.00 and the high 4.00"),
            ([20_000, 40_000, 10_000, 9_999], 1, "the close 0.9999 is not between the low 1.00 and the high 4.00"),
            ([20_000, 40_000, 10_000, 30_000], -1, "the volume -1 is below zero"),
        ] {
            assert_eq!(candle(start, prices, volume).unwrap_err().to_string(), why);
        }
    }

    #[test]
    fn spans_are_those_of_the_clock_and_a_day_is_that_of_its_market_date() {
        let moment = at("2013-10-12T00:07:59.999Z");
        let eleventh = 15_989;
        for (timeframe, start) in [
            (Timeframe::Minute, "2013-10-12T00:07:00Z"),
            (Timeframe::FiveMinutes, "2013-10-12T00:05:00Z"),
            (Timeframe::Hour, "2013-10-12T00:00:00Z"),
            (Timeframe::Day, "2013-10-11T00:00:00Z"),
        ] {
            assert_eq!(timeframe.start(moment, eleventh), at(start), "{timeframe}");
            assert!(timeframe.begins(at(start)) && !timeframe.begins(moment));
        }
        assert_eq!(Timeframe::Minute.start(at("1969-12-31T23:59:59Z"), -1), at("1969-12-31T23:59:00Z"));
    }

    #[test]
    fn timeframes_are_read_as_they_are_shown() {
        for timeframe in Timeframe::ALL {
            assert_eq!(timeframe.to_string().parse(), Ok(timeframe));
            assert_eq!(Timeframe::of_seconds(timeframe.seconds()), Some(timeframe));
        }
        for wrong in ["", "1M", "2m", "60"] {
            assert_eq!(wrong.parse::<Timeframe>(), Err(NotATimeframe));
        }
        assert_eq!(Timeframe::of_seconds(61), None);
    }

    /// Ticks folded one by one into spans of `timeframe`.
    fn ticked(timeframe: Timeframe, ticks: &[(At, Price, i64)]) -> Vec<Candle> {
        let single = ticks.iter().map(|(at, price, shares)| Candle::opened(*at, *price, *shares));
        timeframe.fold(single, At::utc_day)
    }

    proptest! {
        #[test]
        fn coarse_candles_are_the_same_whether_made_of_ticks_or_of_finer_candles(
            steps in prop::collection::vec((0_i64..40_000_000_000, 1_i64..1_000_000, 0_i64..1_000), 1..60),
        ) {
            let mut now = 0;
            let ticks: Vec<_> = steps.into_iter().map(|(step, price, shares)| {
                now += step;
                (At::from_micros(now), Price::from_units(price), shares)
            }).collect();
            let minutes = ticked(Timeframe::Minute, &ticks);
            for timeframe in Timeframe::ALL {
                let coarse = ticked(timeframe, &ticks);
                prop_assert_eq!(&timeframe.fold(minutes.iter().copied(), At::utc_day), &coarse);
                prop_assert!(coarse.iter().all(|candle| candle.check().is_ok() && timeframe.begins(candle.start)));
                prop_assert!(coarse.windows(2).all(|pair| pair[0].start < pair[1].start));
                let shares: i64 = ticks.iter().map(|tick| tick.2).sum();
                prop_assert_eq!(coarse.iter().map(|candle| candle.volume).sum::<i64>(), shares);
            }
        }
    }
}
