//! The simulated market itself: a state, and a step from one moment to the next. No clock, no I/O.
//!
//! The logarithm of a price moves by what the market does, times the instrument's beta, by what its sector does, and by
//! what it does alone (a factor model as in Sharpe, 1963). It drifts nowhere, but for a weak pull to the price
//! at which it began, felt over years, so that a market that runs for centuries in a night does not run away.

use super::chance::{Chance, Purpose};
use super::character::{Character, MARKET_DEVIATION, Sector};
use super::prices::{RANGE, dollars, down_to_tick, nearest, real, units, up_to_tick, whole};
use super::shape;
use super::volatility::{Jumps, Source};
use crate::domain::{At, Price, Symbol};
use std::time::Duration;

/// How many ticks a second each instrument has.
const TICKS_PER_SECOND: f64 = 3.0;
/// How many shares the average tick has, when one lot counts 1: half of all have one, a quarter two, and so on.
const MEAN_LOTS: f64 = 2.0;
/// The pull to the price at which an instrument began: a quarter of the way in a year of 252 days.
const PULL_PER_DAY: f64 = 0.25 / 252.0;
/// The largest move of one step.
pub(super) const LARGEST_MOVE: f64 = 0.15;

pub(super) const MARKET_JUMPS: Jumps = Jumps { per_day: 0.01, size: 1.2 };
pub(super) const SECTOR_JUMPS: Jumps = Jumps { per_day: 0.01, size: 1.2 };
pub(super) const OWN_JUMPS: Jumps = Jumps { per_day: 0.03, size: 1.6 };

/// An instrument to simulate.
#[derive(Debug, Clone, Copy)]
pub(in crate::market) struct Seat<'a> {
    pub(in crate::market) symbol: &'a Symbol,
    /// Its sector; empty where unknown.
    pub(in crate::market) sector: &'a str,
    /// Where it begins.
    pub(in crate::market) price: Price,
}

/// What one instrument did in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::market) struct Tick {
    /// Its place among the instruments the process was made of.
    pub(in crate::market) place: usize,
    pub(in crate::market) bid: Price,
    pub(in crate::market) ask: Price,
    pub(in crate::market) last: Price,
    /// Whole shares traded.
    pub(in crate::market) shares: i64,
}

/// A market in motion.
#[derive(Debug)]
pub(in crate::market) struct Process {
    seed: u64,
    now: At,
    minute: i64,
    /// The length of a day's trading, in seconds.
    day: f64,
    market: Factor,
    sectors: Vec<(String, Factor)>,
    walks: Vec<Walk>,
}

/// A source that several instruments follow, and how far it has moved in all.
#[derive(Debug)]
struct Factor {
    source: Source,
    path: f64,
}

#[derive(Debug)]
struct Walk {
    ticks: Chance,
    own: Source,
    character: Character,
    sector: usize,
    value: f64,
    began: f64,
    moved: At,
    market_seen: f64,
    sector_seen: f64,
}

impl Process {
    /// A market of these instruments, at rest at `begin`, in which `day` of trading makes a day.
    pub(in crate::market) fn new<'a>(
        seed: u64,
        begin: At,
        day: Duration,
        seats: impl IntoIterator<Item = Seat<'a>>,
    ) -> Self {
        let chance = Chance::new(seed, begin, Purpose::Market, "");
        let mut process = Self {
            seed,
            now: begin,
            minute: minute_of(begin),
            day: day.as_secs_f64(),
            market: Factor { source: Source::new(chance, MARKET_DEVIATION, MARKET_JUMPS), path: 0.0 },
            sectors: Vec::new(),
            walks: Vec::new(),
        };
        for seat in seats {
            let walk = process.walk(seat);
            process.walks.push(walk);
        }
        process
    }

    /// One more instrument, at the next place.
    pub(in crate::market) fn seat(&mut self, seat: Seat<'_>) {
        let walk = self.walk(seat);
        self.walks.push(walk);
    }

    /// Lets the instrument at `place` begin anew where it stands, as a member of another sector.
    pub(in crate::market) fn move_to_sector(&mut self, place: usize, symbol: &Symbol, sector: &str) {
        let Some(value) = self.walks.get(place).map(|walk| walk.value) else { return };
        let mut anew = self.walk(Seat { symbol, sector, price: nearest(value) });
        if let Some(walk) = self.walks.get_mut(place) {
            anew.value = value;
            *walk = anew;
        }
    }

    /// Lets the instrument at `place` stand at `price`, and stay there as far as it ever does.
    pub(in crate::market) fn set(&mut self, place: usize, price: Price) {
        if let Some(walk) = self.walks.get_mut(place) {
            let (low, high) = RANGE;
            walk.value = dollars(price).clamp(low, high);
            walk.began = walk.value;
        }
    }

    /// The walk of an instrument that sits down now.
    fn walk(&mut self, seat: Seat<'_>) -> Walk {
        let (seed, now) = (self.seed, self.now);
        let known = self.sectors.iter().position(|(name, _)| name == seat.sector);
        let sector = known.unwrap_or_else(|| {
            let chance = Chance::new(seed, now, Purpose::Sector, seat.sector);
            let source = Source::new(chance, Sector::named(seat.sector).deviation, SECTOR_JUMPS);
            self.sectors.push((seat.sector.to_owned(), Factor { source, path: 0.0 }));
            self.sectors.len() - 1
        });
        let mut walk = Walk::new(seed, now, seat, sector);
        walk.market_seen = self.market.path;
        walk.sector_seen = self.sectors.get(sector).map_or(0.0, |(_, sector)| sector.path);
        walk
    }

    /// Where everything stands, without moving it; `time` is that of the day, from 0 to 1.
    pub(in crate::market) fn open(&mut self, time: f64, ticks: &mut Vec<Tick>) {
        let factors = (&self.market, self.sectors.as_slice());
        let wide = shape::variance(time);
        ticks.extend(self.walks.iter_mut().enumerate().map(|(place, walk)| walk.tick(place, 0, wide, factors)));
    }

    /// Where the instrument at `place` stands, quoted around `price`, which was traded at.
    pub(in crate::market) fn quote(&mut self, place: usize, price: Price, time: f64) -> Option<Tick> {
        let tick = self.walks.get_mut(place)?.tick(place, 0, shape::variance(time), (&self.market, &self.sectors));
        Some(Tick { last: price, bid: tick.bid.min(price), ask: tick.ask.max(price), ..tick })
    }

    /// A new day begins at `at`: everything moves by what happened while nobody traded.
    pub(in crate::market) fn turn_day(&mut self, at: At) {
        (self.now, self.minute) = (at, minute_of(at));
        self.market.path += self.market.source.turn_day();
        for (_, sector) in &mut self.sectors {
            sector.path += sector.source.turn_day();
        }
        for walk in &mut self.walks {
            let own = walk.own.turn_day();
            walk.follow(at, own, 0.0, (&self.market, &self.sectors));
        }
    }

    /// Moves on to `at`, which is at `time` of the day, from 0 to 1, and adds what happened to `ticks`.
    pub(in crate::market) fn step(&mut self, at: At, time: f64, ticks: &mut Vec<Tick>) {
        if self.minute != minute_of(at) {
            self.turn_minute(at);
        }
        let seconds = at.since(self.now).as_secs_f64();
        let (wide, busy) = (shape::variance(time), shape::volume(time));
        self.now = at;
        for factor in std::iter::once(&mut self.market).chain(self.sectors.iter_mut().map(|(_, sector)| sector)) {
            factor.path += factor.source.step(seconds / self.day, wide);
        }
        let factors = (&self.market, self.sectors.as_slice());
        for (place, walk) in self.walks.iter_mut().enumerate() {
            if walk.ticks.happens(seconds * TICKS_PER_SECOND) {
                let days = at.since(walk.moved).as_secs_f64() / self.day;
                let own = walk.own.step(days, wide);
                walk.follow(at, own, days, factors);
                let shares = walk.shares(busy, self.day);
                ticks.push(walk.tick(place, shares, wide, factors));
            }
        }
    }

    fn turn_minute(&mut self, at: At) {
        self.minute = minute_of(at);
        for factor in std::iter::once(&mut self.market).chain(self.sectors.iter_mut().map(|(_, sector)| sector)) {
            factor.source.turn_minute();
        }
        for walk in &mut self.walks {
            walk.own.turn_minute();
        }
    }
}

impl Walk {
    fn new(seed: u64, begin: At, Seat { symbol, sector: sector_name, price }: Seat<'_>, sector: usize) -> Self {
        let character = Character::of(seed, symbol, sector_name);
        let (low, high) = RANGE;
        let value = dollars(price).clamp(low, high);
        Self {
            ticks: Chance::new(seed, begin, Purpose::Ticks, symbol.as_str()),
            own: Source::new(Chance::new(seed, begin, Purpose::Own, symbol.as_str()), character.own, OWN_JUMPS),
            character,
            sector,
            value,
            began: value,
            moved: begin,
            market_seen: 0.0,
            sector_seen: 0.0,
        }
    }

    /// Moves by `own` and by what the factors have moved since it last did.
    fn follow(&mut self, at: At, own: f64, days: f64, (market, sectors): (&Factor, &[(String, Factor)])) {
        let sector = sectors.get(self.sector).map_or(0.0, |(_, sector)| sector.path);
        let Character { beta, follows, .. } = self.character;
        let pull = PULL_PER_DAY * days * (self.began - self.value) / self.began.max(self.value);
        let change = beta * (market.path - self.market_seen) + follows * (sector - self.sector_seen) + own + pull;
        let (low, high) = RANGE;
        self.value = (self.value * grown(change)).clamp(low, high);
        (self.moved, self.market_seen, self.sector_seen) = (at, market.path, sector);
    }

    /// The shares of one tick: more when the day is busy and when the instrument is wild, as volume and volatility
    /// go together.
    fn shares(&mut self, busy: f64, day: f64) -> i64 {
        let mean = self.character.turnover / self.value / (day * TICKS_PER_SECOND);
        let lots = real(i64::from(1 + self.ticks.tails())) / MEAN_LOTS;
        let shares = mean * lots * busy * (0.4 + 0.6 * self.own.level().sqrt());
        let lot = if shares >= 100.0 { 100.0 } else { 1.0 };
        whole((shares / lot).round() * lot).max(1)
    }

    fn tick(
        &mut self,
        place: usize,
        shares: i64,
        wide: f64,
        (market, sectors): (&Factor, &[(String, Factor)]),
    ) -> Tick {
        let Character { beta, follows, width, .. } = self.character;
        let sector = sectors.get(self.sector).map_or(0.0, |(_, sector)| sector.source.variance());
        let variance = beta * beta * market.source.variance() + follows * follows * sector + self.own.variance();
        let spread = self.value * width * (variance * wide).sqrt() * self.ticks.between(0.6, 1.4);
        let width = units(spread).max(1);
        let bid = down_to_tick(units(self.value) - width / 2).max(Price::LOWEST.units());
        let ask = up_to_tick(bid + width);
        let last = if self.ticks.coin() { bid } else { ask };
        let price = Price::from_units;
        Tick { place, bid: price(bid), ask: price(ask), last: price(last), shares }
    }
}

/// By what a price is multiplied when its logarithm moves by `change`: the exponential function to its second term,
/// whose logarithm has no drift either, and which is never below a half.
pub(super) fn grown(change: f64) -> f64 {
    let change = change.clamp(-LARGEST_MOVE, LARGEST_MOVE);
    1.0 + change + change * change / 2.0
}

fn minute_of(at: At) -> i64 {
    at.micros().div_euclid(60_000_000)
}

#[cfg(test)]
#[path = "process_tests.rs"]
mod tests;
