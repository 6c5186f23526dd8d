//! The simulated feed: the process, driven by time.

use super::pace::{Pace, Stopping};
use super::process::{Process, Tick};
use super::{End, Speed};
use crate::domain::{At, Price, Quote};
use crate::market::board::{Board, Listed};
use crate::market::day::Session;
use crate::market::status::Phase;
use std::time::{Duration, Instant};

/// The market time of one step.
const STEP: Duration = Duration::from_millis(100);
/// How often a market faster than that wakes up.
const WAKE: Duration = Duration::from_millis(100);
/// How far market time may fall behind before it gives the rest up.
const LAG: Duration = Duration::from_secs(2);
/// How many steps are made between two looks at whether to stop.
const BURST: u32 = 64;
/// What an instrument starts at when nobody knows better.
const UNKNOWN: Price = Price::from_units(1_000_000);

/// Runs until told to stop.
pub(super) fn run(seed: u64, tempo: Speed, listed: &[Listed], begin: At, board: &Board, pace: &Pace) -> End {
    let mut market = Simulated::new(seed, listed, begin);
    market.open(board);
    board.turn(Phase::Live);
    let Err(stopping) = market.go(tempo, board, pace);
    stopping.into()
}

struct Simulated<'a> {
    process: Process,
    listed: &'a [Listed],
    sessions: Vec<Session>,
    now: At,
    ticks: Vec<Tick>,
}

impl<'a> Simulated<'a> {
    fn new(seed: u64, listed: &'a [Listed], begin: At) -> Self {
        let start = |listed: &Listed| listed.last.or(listed.previous_close).unwrap_or(UNKNOWN);
        let process = Process::new(seed, begin, listed.iter().map(|one| (&one.instrument.symbol, start(one))));
        let sessions = listed.iter().map(|one| Session::after(one.previous_close.or_else(|| Some(start(one)))));
        Self { process, listed, sessions: sessions.collect(), now: begin, ticks: Vec::new() }
    }

    fn go(&mut self, speed: Speed, board: &Board, pace: &Pace) -> Result<std::convert::Infallible, Stopping> {
        let step = speed.wall(STEP);
        let mut due = Instant::now();
        let mut wake = due;
        loop {
            if step.is_zero() {
                self.steps(BURST, board);
                pace.go_on()?;
                continue;
            }
            wake = (wake + WAKE.max(step)).max(Instant::now());
            pace.wait_until(wake, board)?;
            if wake.saturating_duration_since(due) > LAG {
                due = wake;
            }
            while due < wake {
                self.steps(1, board);
                due += step;
                pace.go_on()?;
            }
        }
    }

    fn open(&mut self, board: &Board) {
        self.process.open(&mut self.ticks);
        self.post(board);
    }

    fn steps(&mut self, count: u32, board: &Board) {
        for _ in 0..count {
            self.now = self.now.plus(STEP);
            self.process.step(self.now, &mut self.ticks);
            self.post(board);
        }
    }

    fn post(&mut self, board: &Board) {
        let day = board.day_of(self.now);
        for tick in self.ticks.drain(..) {
            let (Some(listed), Some(session)) = (self.listed.get(tick.place), self.sessions.get_mut(tick.place)) else {
                continue;
            };
            session.turn_to(day, tick.last);
            session.trade(tick.last, tick.shares);
            let quote = Quote {
                bid: tick.bid,
                ask: tick.ask,
                last: tick.last,
                previous_close: session.previous_close().unwrap_or(tick.last),
                volume: session.volume(),
                at: self.now,
            };
            if let Err(refused) = board.post(listed.instrument.id, quote) {
                tracing::error!(symbol = %listed.instrument.symbol, %refused, "a simulated quote was refused");
            }
        }
    }
}
