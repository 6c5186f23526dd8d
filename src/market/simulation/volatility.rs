//! Where moves come from, and how wild they are: volatility that clusters.
//!
//! The variance of a move is that of a day on average, times three factors: a level that changes from day to day, one
//! that changes from minute to minute, and the shape of the day. It is the multiplicative component GARCH of Engle and
//! Sokalska, "Forecasting intraday volatility in the US equity market" (Journal of Financial Econometrics 10, 2012),
//! with both levels following Bollerslev's GARCH(1,1) (Journal of Econometrics 31, 1986), and jumps as in Merton's
//! "Option pricing when underlying stock returns are discontinuous" (Journal of Financial Economics 3, 1976).

use super::chance::Chance;

/// The part of a day's variance that falls between its close and the next opening.
const GAP_SHARE: f64 = 0.2;
/// The most that one surprise counts, in its own variances: one jump does not make a year wild.
const LARGEST_SURPRISE: f64 = 12.0;
/// The wildest a level becomes.
const HIGHEST_LEVEL: f64 = 12.0;
/// How many days and minutes a level is let run before it is used, so that it does not begin at rest.
const WARMING: u32 = 200;

const DAYS: Law = Law { surprise: 0.09, memory: 0.89 };
const MINUTES: Law = Law { surprise: 0.09, memory: 0.885 };

/// GARCH(1,1) with mean one: the next level is `1 - surprise - memory`, and `surprise` times what was met, and
/// `memory` times the level.
#[derive(Debug, Clone, Copy)]
struct Law {
    surprise: f64,
    memory: f64,
}

/// A level, and what has been met since it last changed.
#[derive(Debug, Clone)]
struct Level {
    law: Law,
    level: f64,
    moved: f64,
    expected: f64,
}

impl Level {
    fn warmed(law: Law, chance: &mut Chance) -> Self {
        let mut level = Self { law, level: 1.0, moved: 0.0, expected: 0.0 };
        for _ in 0..WARMING {
            level.meet(chance.normal(), 1.0);
            level.turn();
        }
        level
    }

    fn meet(&mut self, moved: f64, variance: f64) {
        self.moved += moved;
        self.expected += variance;
    }

    fn turn(&mut self) {
        if self.expected > 0.0 {
            let surprise = (self.moved * self.moved / self.expected).min(LARGEST_SURPRISE);
            let Law { surprise: weight, memory } = self.law;
            let next = 1.0 - weight - memory + self.level * (weight * surprise + memory);
            self.level = next.min(HIGHEST_LEVEL);
        }
        (self.moved, self.expected) = (0.0, 0.0);
    }
}

/// How often a source jumps, and how far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jumps {
    /// How many a day.
    pub(super) per_day: f64,
    /// The standard deviation of one, in that of a day.
    pub(super) size: f64,
}

/// One source of moves: the market, a sector, or what moves one instrument alone.
#[derive(Debug, Clone)]
pub(super) struct Source {
    chance: Chance,
    /// The variance of a whole day on average, jumps not counted.
    daily: f64,
    jumps: Jumps,
    day: Level,
    minute: Level,
}

impl Source {
    /// A source that moves with `deviation` in a day on average.
    pub(super) fn new(mut chance: Chance, deviation: f64, jumps: Jumps) -> Self {
        let day = Level::warmed(DAYS, &mut chance);
        let minute = Level::warmed(MINUTES, &mut chance);
        Self { chance, daily: deviation * deviation, jumps, day, minute }
    }

    /// The variance of a day at the present level.
    pub(super) fn variance(&self) -> f64 {
        self.daily * self.day.level * self.minute.level
    }

    /// How wild it is compared with its average.
    pub(super) fn level(&self) -> f64 {
        self.day.level * self.minute.level
    }

    /// What a whole day's variance is beyond its minutes: for a step that is a day, without the minutes' level.
    pub(super) fn day_variance(&self) -> f64 {
        self.daily * self.day.level
    }

    /// The move of `days` of open trading, at a time of day when variance is `shape` times its average.
    pub(super) fn step(&mut self, days: f64, shape: f64) -> f64 {
        let variance = self.variance() * (1.0 - GAP_SHARE) * shape * days;
        let mut moved = self.chance.normal() * variance.sqrt();
        if self.chance.happens(self.jumps.per_day * days) {
            moved += self.jump();
        }
        self.minute.meet(moved, variance);
        self.day.meet(moved, variance);
        moved
    }

    /// A minute is over.
    pub(super) fn turn_minute(&mut self) {
        self.minute.turn();
    }

    /// A day is over: the move until the next one opens.
    pub(super) fn turn_day(&mut self) -> f64 {
        self.day.turn();
        let variance = self.day_variance() * GAP_SHARE;
        let moved = self.chance.normal() * variance.sqrt();
        self.day.meet(moved, variance);
        moved
    }

    /// The move of a whole day of open trading in one step.
    pub(super) fn trade_day(&mut self) -> f64 {
        let variance = self.day_variance() * (1.0 - GAP_SHARE);
        let mut moved = self.chance.normal() * variance.sqrt();
        if self.chance.happens(self.jumps.per_day) {
            moved += self.jump();
        }
        self.day.meet(moved, variance);
        moved
    }

    fn jump(&mut self) -> f64 {
        self.chance.normal() * self.jumps.size * self.daily.sqrt()
    }
}
