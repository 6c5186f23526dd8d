//! The small lines beside prices: what today looked like so far, the same for everybody who looks.

use super::format::{DayChange as _, PriceChange};
use super::house::House;
use crate::domain::{At, InstrumentId, Price, Timeframe};
use crate::market::board::RECENT_EVERY;
use crate::market::{Board, Rate};
use crate::store::{StoreError, candles};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The most points of one line, the price of the moment included.
const MOST_POINTS: i64 = 40;
/// Fewer points than this make a line only while the board remembers no more.
const FEWEST_POINTS: usize = 8;
/// For how long today's lines are kept: within it the market has moved on by a fraction of a candle.
const KEPT_FOR: Duration = Duration::from_mins(1);
/// More five minutes than a market day has.
const CANDLES_OF_A_DAY: usize = 300;
/// Instruments whose day is read in one query.
const ASKED_AT_ONCE: usize = 500;

/// One small line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Oldest first; may be empty.
    pub prices: Vec<Price>,
    /// How far apart they are, in market time.
    pub every: Duration,
    /// The day's change, where known, which stands beside it.
    pub change: Option<PriceChange>,
}

/// What today looked like, for all instruments: read once a minute at the most, whoever looks. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Sparklines {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    /// When it was last attempted to read them.
    read: Option<Instant>,
    today: Arc<Today>,
}

/// Today's closes, some minutes apart.
#[derive(Debug, Default)]
pub struct Today {
    every: Duration,
    closes: HashMap<InstrumentId, Vec<Price>>,
}

impl Sparklines {
    /// Today's lines. They are decoration: when they cannot be read, the ones before stay, and the log says so.
    pub async fn today(&self, house: &House) -> Arc<Today> {
        // Before its first quote a market has no day.
        let Some(now) = house.market.board().market_time() else { return Arc::default() };
        let due = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let due = kept.read.is_none_or(|read| read.elapsed() >= KEPT_FOR);
            if due {
                // Whoever comes while they are being read is given the ones before.
                kept.read = Some(Instant::now());
            }
            due
        };
        if due {
            match read(house, now).await {
                Ok(today) => self.kept.lock().unwrap_or_else(PoisonError::into_inner).today = Arc::new(today),
                Err(error) => tracing::warn!(%error, "today's lines could not be read"),
            }
        }
        Arc::clone(&self.kept.lock().unwrap_or_else(PoisonError::into_inner).today)
    }
}

async fn read(house: &House, now: At) -> Result<Today, StoreError> {
    let board = house.market.board();
    let began = board.calendar().midnight(now);
    let ids: Vec<InstrumentId> = board.roster().all().iter().map(|traded| traded.instrument.id).collect();
    let closes: Result<_, StoreError> = house
        .store
        .read(move |conn| {
            let mut closes = Vec::new();
            for some in ids.chunks(ASKED_AT_ONCE) {
                let most = i64::try_from(some.len() * CANDLES_OF_A_DAY).unwrap_or(i64::MAX);
                let found = candles::of_many(conn, some, Timeframe::FiveMinutes, began, now, most)?;
                closes.extend(found.into_iter().map(|(id, candle)| (id, candle.start, candle.close)));
            }
            Ok(closes)
        })
        .await;
    Ok(Today::of(&closes?))
}

impl Today {
    /// Lines through closes, each instrument's oldest first: of every span the last, and as many spans as fit.
    fn of(closes: &[(InstrumentId, At, Price)]) -> Self {
        let starts = || closes.iter().map(|(_, start, _)| *start);
        let (Some(first), Some(last)) = (starts().min(), starts().max()) else { return Self::default() };
        let candle = Timeframe::FiveMinutes.seconds();
        let spanned = i64::try_from(last.since(first).as_secs()).unwrap_or(i64::MAX) / candle + 1;
        // One place is for the price of the moment, and spans need not begin with the day.
        let step = u64::try_from(spanned / (MOST_POINTS - 2) + 1).unwrap_or(1);
        let every = Timeframe::FiveMinutes.span().saturating_mul(u32::try_from(step).unwrap_or(u32::MAX));
        let mut lines: HashMap<InstrumentId, Vec<(At, Price)>> = HashMap::new();
        for (id, start, close) in closes {
            let line = lines.entry(*id).or_default();
            let span = start.beginning_of(every);
            match line.last_mut() {
                Some(last) if last.0 == span => last.1 = *close,
                _ => line.push((span, *close)),
            }
        }
        let prices = |line: Vec<(At, Price)>| line.into_iter().map(|(_, price)| price).collect();
        Self { every, closes: lines.into_iter().map(|(id, line)| (id, prices(line))).collect() }
    }

    /// The line of an instrument up to the price of the moment: today's, or what the board remembers of the last
    /// minutes while there is more of that.
    #[must_use]
    pub fn line(&self, rate: &Rate) -> Line {
        let change = rate.standing.and_then(|standing| standing.quote.day_change());
        let recent = || rate.recent.iter().map(|(_, price)| *price);
        match self.closes.get(&rate.instrument.id) {
            Some(closes) if closes.len() >= recent().len().min(FEWEST_POINTS) => {
                let last = rate.standing.map(|standing| standing.quote.last);
                Line { prices: closes.iter().copied().chain(last).collect(), every: self.every, change }
            }
            _ => Line { prices: recent().collect(), every: RECENT_EVERY, change },
        }
    }

    /// As [`Today::line`], for an instrument that the board may not have.
    #[must_use]
    pub fn line_of(&self, board: &Board, id: InstrumentId) -> Option<Line> {
        board.rate(id).map(|rate| self.line(&rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACME: InstrumentId = InstrumentId(1);

    /// Closes that follow each other every five minutes.
    fn day(minutes: std::ops::Range<i64>) -> Vec<(InstrumentId, At, Price)> {
        minutes
            .step_by(5)
            .map(|minute| (ACME, At::from_micros(minute * 60_000_000), Price::from_units(minute + 1)))
            .collect()
    }

    #[test]
    fn a_day_however_long_is_a_line_of_forty_points_that_ends_with_its_newest_close() {
        for hours in [1, 3, 4, 7, 12, 23, 24] {
            for began in [0, 5, 25, 300] {
                let closes = day(began..began + hours * 60);
                let today = Today::of(&closes);
                let line = &today.closes[&ACME];
                assert!(line.len() < 40, "{hours} hours: {} points", line.len());
                assert!(line.len() >= FEWEST_POINTS, "{hours} hours: {} points", line.len());
                assert_eq!(line.last(), closes.last().map(|(_, _, close)| close));
            }
        }
    }

    #[test]
    fn a_gap_in_the_day_is_no_price() {
        let closes: Vec<_> = day(0..30).into_iter().chain(day(600..630)).collect();
        let today = Today::of(&closes);
        assert_eq!(today.every, Duration::from_mins(20));
        assert_eq!(today.closes[&ACME].len(), 4);
        assert!(Today::of(&[]).closes.is_empty());
    }
}
