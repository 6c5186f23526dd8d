//! What a simulated market would have done before it opened: a year of days, and five days of minutes.
//!
//! A price a year ago is nobody's choice, but where the market begins is. So the past is simulated forward from one, by
//! the same factors as the market itself, and then multiplied so that it ends where the market begins: moves are
//! relative, so every one of them stays what it was. Days are made in one step, the last five in minutes. The highest
//! and the lowest price of a span are those of a Brownian path between its two ends.

use super::chance::{Chance, Purpose};
use super::character::{Character, MARKET_DEVIATION, Sector};
use super::prices::{dollars, nearest, whole};
use super::process::{LARGEST_MOVE, MARKET_JUMPS, OWN_JUMPS, SECTOR_JUMPS, grown};
use super::shape;
use super::volatility::Source;
use crate::domain::{At, Candle, InstrumentId, Price, Symbol, Timeframe};
use crate::market::board::Listed;
use crate::market::day::Calendar;
use crate::market::hours::TradingHours;
use std::time::Duration;

/// How many days back it goes, weekends included.
const DAYS: i64 = 365;
/// How many days of trading before the present one are made of minutes.
const DAYS_OF_MINUTES: usize = 5;
const MINUTE: Duration = Duration::from_mins(1);
const WHOLE_DAY: Duration = Duration::from_hours(24);
/// Keeps the chance of the past apart from that of the market, which would otherwise live it again.
const PAST: u64 = 0x7061_7374;

/// What one instrument did before the market opened; each list in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Whose.
    pub instrument: InstrumentId,
    /// A year of daily candles. The last may be of the present day so far, which is not over.
    pub days: Vec<Candle>,
    /// The minutes of five days of trading and of the present day so far. The close of the last is the price at which
    /// the market begins.
    pub minutes: Vec<Candle>,
}

/// The past of a market: pure, and the same for the same seed, listings, hours and moment.
#[derive(Debug)]
pub struct Past {
    seed: u64,
    moment: At,
    calendar: Calendar,
    /// The minutes of a day of trading.
    minutes: f64,
    spans: Vec<Span>,
    market: Vec<Moved>,
    sectors: Vec<(String, Vec<Moved>)>,
    seats: Vec<(InstrumentId, Symbol, String, Price)>,
}

/// A span in which prices moved.
#[derive(Debug, Clone, Copy)]
enum Span {
    /// From the close of one day to the opening of the next.
    Gap,
    /// A whole day of trading.
    Day { start: At },
    /// A minute, and the time of day from 0 to 1.
    Minute { start: At, time: f64 },
}

/// How far a source moved in a span, and how far it was expected to, squared.
#[derive(Debug, Clone, Copy)]
struct Moved {
    by: f64,
    variance: f64,
}

impl Past {
    /// The past of the market that begins at `moment` with what is `listed` at its last price. What has no price has no
    /// past.
    #[must_use]
    pub fn new(seed: u64, listed: &[Listed], hours: Option<&TradingHours>, moment: At) -> Self {
        let calendar = hours.map_or(Calendar::Utc, TradingHours::calendar);
        let length = hours.map_or(WHOLE_DAY, TradingHours::length);
        let minutes = length.div_duration_f64(MINUTE).max(1.0);
        let spans = spans(hours, &calendar, moment);
        let seed = seed ^ PAST;
        let seats: Vec<_> = listed
            .iter()
            .filter_map(|one| {
                let instrument = &one.instrument;
                Some((instrument.id, instrument.symbol.clone(), instrument.sector.clone(), one.last?))
            })
            .collect();
        let market = Source::new(Chance::new(seed, moment, Purpose::Market, ""), MARKET_DEVIATION, MARKET_JUMPS);
        let market = path(market, &spans, minutes);
        let mut sectors: Vec<(String, Vec<Moved>)> = Vec::new();
        for (_, _, name, _) in &seats {
            if sectors.iter().all(|(known, _)| known != name) {
                let chance = Chance::new(seed, moment, Purpose::Sector, name);
                let sector = Source::new(chance, Sector::named(name).deviation, SECTOR_JUMPS);
                sectors.push((name.clone(), path(sector, &spans, minutes)));
            }
        }
        Self { seed, moment, calendar, minutes, spans, market, sectors, seats }
    }

    /// The history of every instrument that has one, made one after the other.
    pub fn histories(&self) -> impl Iterator<Item = History> {
        self.seats.iter().map(|(id, symbol, sector, price)| self.history(*id, symbol, sector, *price))
    }

    /// The history of one instrument; nothing when it is not listed or has no price.
    #[must_use]
    pub fn of(&self, instrument: InstrumentId) -> Option<History> {
        let (id, symbol, sector, price) = self.seats.iter().find(|(id, ..)| *id == instrument)?;
        Some(self.history(*id, symbol, sector, *price))
    }

    fn history(&self, instrument: InstrumentId, symbol: &Symbol, sector: &str, price: Price) -> History {
        let Character { beta, follows, own, turnover, .. } = Character::of(self.seed ^ PAST, symbol, sector);
        let chance = |purpose| Chance::new(self.seed, self.moment, purpose, symbol.as_str());
        let own = path(Source::new(chance(Purpose::Own), own, OWN_JUMPS), &self.spans, self.minutes);
        let sector = self.sectors.iter().find(|(known, _)| known == sector).map_or(&[][..], |(_, path)| path);
        let moves = self.market.iter().zip(sector).zip(&own).map(|((market, sector), own)| Moved {
            by: (beta * market.by + follows * sector.by + own.by).clamp(-LARGEST_MOVE, LARGEST_MOVE),
            variance: beta * beta * market.variance + follows * follows * sector.variance + own.variance,
        });
        let moves: Vec<Moved> = moves.collect();
        // What is one at the beginning is this at the end.
        let end: f64 = moves.iter().fold(1.0, |value, moved| value * grown(moved.by));
        let mut bars = Bars { ticks: chance(Purpose::Ticks), value: dollars(price) / end, turnover };
        let (mut days, mut minutes) = (Vec::new(), Vec::new());
        for (span, moved) in self.spans.iter().zip(moves) {
            match *span {
                Span::Gap => bars.value *= grown(moved.by),
                Span::Day { start } => days.push(bars.bar(start, moved, 1.0)),
                Span::Minute { start, time } => {
                    minutes.push(bars.bar(start, moved, shape::volume(time) / self.minutes));
                }
            }
        }
        if let Some(last) = minutes.last_mut() {
            (last.high, last.low, last.close) = (last.high.max(price), last.low.min(price), price);
        }
        days.extend(Timeframe::Day.fold(minutes.iter().copied(), |at| self.calendar.day(at)));
        History { instrument, days, minutes }
    }
}

/// Turns moves into candles, one after the other.
struct Bars {
    ticks: Chance,
    value: f64,
    turnover: f64,
}

impl Bars {
    /// The candle of a span that sees this part of a day's turnover.
    fn bar(&mut self, start: At, Moved { by, variance }: Moved, part: f64) -> Candle {
        let open = self.value;
        // The highest point of a Brownian path from 0 to x, whose variance is v, is (x + √(x² + 2vE)) / 2 where E is
        // exponential with mean 1; the lowest is so in the other direction.
        let mut reach = || (by * by + 2.0 * variance * self.ticks.exponential()).sqrt();
        let (high, low) = (f64::midpoint(by, reach()), f64::midpoint(by, -reach()));
        self.value = open * grown(by);
        let mean = self.turnover / open * part;
        let shares = whole((mean * (0.4 + 0.3 * (self.ticks.exponential() + self.ticks.exponential()))).round()).max(1);
        let (open, close) = (nearest(open), nearest(self.value));
        let ends = (open.max(close), open.min(close));
        Candle {
            start,
            open,
            high: nearest(self.value / grown(by) * grown(high)).max(ends.0),
            low: nearest(self.value / grown(by) * grown(low)).min(ends.1),
            close,
            volume: shares,
        }
    }
}

/// How a source moves through all spans.
fn path(mut source: Source, spans: &[Span], minutes: f64) -> Vec<Moved> {
    let moved = spans.iter().map(|span| match *span {
        Span::Gap => {
            let by = source.turn_day();
            Moved { by, variance: 0.0 }
        }
        Span::Day { .. } => {
            let variance = source.day_variance();
            Moved { by: source.trade_day(), variance }
        }
        Span::Minute { time, .. } => {
            let wide = shape::variance(time);
            let variance = source.variance() * wide / minutes;
            let by = source.step(1.0 / minutes, wide);
            source.turn_minute();
            Moved { by, variance }
        }
    });
    moved.collect()
}

/// The spans of the year before `moment`, in order of time.
fn spans(hours: Option<&TradingHours>, calendar: &Calendar, moment: At) -> Vec<Span> {
    let present = calendar.day(moment);
    let sessions: Vec<(i64, At, At)> = (present.saturating_sub(DAYS)..=present)
        .filter_map(|day| {
            let midnight = At::from_micros(day.saturating_mul(86_400_000_000));
            let (since, until) = match hours {
                Some(hours) => hours.session(Calendar::Utc.date(midnight))?,
                None => (midnight, midnight.plus(WHOLE_DAY)),
            };
            (since < moment).then_some((day, since, until))
        })
        .collect();
    // The present day is there as soon as it has begun.
    let begun = usize::from(sessions.last().is_some_and(|(day, ..)| *day == present));
    let whole = sessions.len().saturating_sub(DAYS_OF_MINUTES + begun);
    let mut spans = Vec::new();
    for (place, (day, since, until)) in sessions.into_iter().enumerate() {
        spans.push(Span::Gap);
        if place < whole {
            spans.push(Span::Day { start: At::from_micros(day.saturating_mul(86_400_000_000)) });
            continue;
        }
        let length = until.since(since);
        let mut start = since.beginning_of(MINUTE);
        // A minute that is not over belongs to the market itself.
        while start < until && start.plus(MINUTE) <= moment {
            spans.push(Span::Minute { start, time: start.since(since).div_duration_f64(length).min(1.0) });
            start = start.plus(MINUTE);
        }
    }
    spans
}

#[cfg(test)]
#[path = "past_tests.rs"]
mod tests;
