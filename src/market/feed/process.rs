//! The simulated market itself: a state, and a step from one moment to the next. No clock, no I/O.
//!
//! Every symbol follows a random walk made of a factor all share and one of its own, with a rare jump. Each has
//! its own stream of the generator, named by the symbol, so that listing one more changes no other's path. Only
//! addition, multiplication and square roots touch a price, which every machine rounds alike.
#![expect(clippy::float_arithmetic, reason = "a simulation is made of floats; prices leave it as integers")]

use crate::domain::{At, Price, Symbol};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use rand_distr::{Distribution, StandardNormal};

/// Ten-thousandths in a dollar, the price from which whole cents are quoted.
const DOLLAR: i64 = 10_000;
const CENT: i64 = 100;
/// The highest price it simulates, in dollars.
const HIGHEST: f64 = 100_000_000.0;
const DAY_SECONDS: f64 = 86_400.0;
/// The market factor's volatility in a day.
const MARKET_VOLATILITY: f64 = 0.008;
/// How many ticks a second each symbol has.
const TICKS_PER_SECOND: f64 = 3.0;
/// How many jumps a day each symbol has.
const JUMPS_PER_DAY: f64 = 0.2;
/// The largest move of one tick.
const LARGEST_MOVE: f64 = 0.15;

/// What one symbol did in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tick {
    /// Its place among the symbols the process was made of.
    pub(super) place: usize,
    pub(super) bid: Price,
    pub(super) ask: Price,
    pub(super) last: Price,
    /// Whole shares traded.
    pub(super) shares: i64,
}

/// A market of random walks.
#[derive(Debug)]
pub(super) struct Process {
    chance: ChaCha12Rng,
    now: At,
    factor: f64,
    walks: Vec<Walk>,
}

#[derive(Debug)]
struct Walk {
    chance: ChaCha12Rng,
    value: f64,
    /// Its own volatility in a day.
    volatility: f64,
    /// How much of the market's move it follows.
    beta: f64,
    /// The width of its spread as a part of its price.
    spread: f64,
    moved: At,
    factor_seen: f64,
}

impl Process {
    /// A market of these symbols at these prices, at rest at `begin`.
    pub(super) fn new<'a>(seed: u64, begin: At, prices: impl IntoIterator<Item = (&'a Symbol, Price)>) -> Self {
        let walks = prices.into_iter().map(|(symbol, price)| Walk::new(seed, begin, symbol, price)).collect();
        Self { chance: ChaCha12Rng::seed_from_u64(seed), now: begin, factor: 0.0, walks }
    }

    /// Where everything stands, without moving it.
    pub(super) fn open(&mut self, ticks: &mut Vec<Tick>) {
        ticks.extend(self.walks.iter_mut().enumerate().map(|(place, walk)| walk.tick(place, 0)));
    }

    /// Moves on to `at` and adds what happened to `ticks`.
    pub(super) fn step(&mut self, at: At, ticks: &mut Vec<Tick>) {
        let seconds = at.since(self.now).as_secs_f64();
        self.now = at;
        self.factor += normal(&mut self.chance) * MARKET_VOLATILITY * (seconds / DAY_SECONDS).sqrt();
        let moving = (seconds * TICKS_PER_SECOND).clamp(0.0, 1.0);
        for (place, walk) in self.walks.iter_mut().enumerate() {
            if walk.chance.random_bool(moving) {
                let shares = walk.step(at, self.factor);
                ticks.push(walk.tick(place, shares));
            }
        }
    }
}

impl Walk {
    fn new(seed: u64, begin: At, symbol: &Symbol, price: Price) -> Self {
        let mut chance = ChaCha12Rng::seed_from_u64(seed);
        // At most eight bytes make a symbol, so no two share a stream, and none has stream 0, the market's.
        chance.set_stream(symbol.as_str().bytes().fold(0, |stream, byte| (stream << 8) | u64::from(byte)));
        let mut between = |low: f64, high: f64| low + (high - low) * chance.random::<f64>();
        let (volatility, beta, spread) = (between(0.009, 0.024), between(0.6, 1.5), between(0.000_02, 0.000_15));
        let value = dollars(price.units().max(Price::LOWEST.units()));
        Self { chance, value, volatility, beta, spread, moved: begin, factor_seen: 0.0 }
    }

    /// Moves the value and returns the shares that traded.
    fn step(&mut self, at: At, factor: f64) -> i64 {
        let days = at.since(self.moved).as_secs_f64() / DAY_SECONDS;
        let shared = self.beta * (factor - self.factor_seen);
        let own = normal(&mut self.chance) * self.volatility * days.sqrt();
        let jump = if self.chance.random_bool((days * JUMPS_PER_DAY).clamp(0.0, 1.0)) {
            normal(&mut self.chance) * self.volatility * 2.0
        } else {
            0.0
        };
        let change = (shared + own + jump).clamp(-LARGEST_MOVE, LARGEST_MOVE);
        self.value = (self.value * (1.0 + change)).clamp(dollars(CENT), HIGHEST);
        (self.moved, self.factor_seen) = (at, factor);
        // Half of all trades are one lot, a quarter two, and so on.
        100 * i64::from(1 + self.chance.random::<u32>().leading_zeros())
    }

    fn tick(&mut self, place: usize, shares: i64) -> Tick {
        let width = units(self.value * self.spread);
        let bid = down_to_tick(units(self.value) - width / 2).max(Price::LOWEST.units());
        let ask = up_to_tick(bid + width.max(1));
        let last = if self.chance.random() { bid } else { ask };
        let price = Price::from_units;
        Tick { place, bid: price(bid), ask: price(ask), last: price(last), shares }
    }
}

fn normal(chance: &mut ChaCha12Rng) -> f64 {
    StandardNormal.sample(chance)
}

/// The highest quotable price not above `units`: whole cents from a dollar on.
fn down_to_tick(units: i64) -> i64 {
    if units >= DOLLAR { units - units.rem_euclid(CENT) } else { units }
}

/// The lowest quotable price not below `units`.
fn up_to_tick(units: i64) -> i64 {
    if units > DOLLAR { down_to_tick(units + CENT - 1) } else { units }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "callers keep values between a cent and HIGHEST, which i64 holds with room to spare"
)]
fn units(dollars: f64) -> i64 {
    (dollars * 10_000.0).round() as i64
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "prices below HIGHEST are exact in a float; a higher one starts a walk that clamps it"
)]
fn dollars(units: i64) -> f64 {
    units as f64 / 10_000.0
}

#[cfg(test)]
#[path = "process_tests.rs"]
mod tests;
