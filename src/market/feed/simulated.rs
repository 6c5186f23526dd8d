//! The simulated feed: the simulation, driven by time, within trading hours.

use super::control::{Intervention, Stopping};
use super::pace::{Pace, Passed};
use super::{End, SimulatedPlan};
use crate::domain::{At, Instrument, InstrumentId, Price, Quote};
use crate::market::board::{Board, Traded};
use crate::market::day::Session;
use crate::market::hours::{Opening, TradingHours};
use crate::market::roster;
use crate::market::simulation::{Process, Seat, Tick};
use crate::market::status::Phase;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// The market time between two steps of the simulation.
const STEP: Duration = Duration::from_millis(100);
/// How many of them somebody makes by hand at a time: a minute.
const STEPS_BY_HAND: u32 = 600;
/// What an instrument starts at when nobody knows better.
const UNKNOWN: Price = Price::from_units(1_000_000);
/// The trading of a day in a market that never closes.
const WHOLE_DAY: Duration = Duration::from_hours(24);

/// A simulated market, which can be run again after it failed: it goes on from the prices on the board.
#[derive(Debug)]
pub(super) struct Simulated {
    plan: SimulatedPlan,
    begin: At,
    runs: u64,
    /// Dropped once the first prices are on the board.
    opening: Option<Sender<()>>,
}

impl Simulated {
    pub(super) const fn new(plan: SimulatedPlan, begin: At, opening: Sender<()>) -> Self {
        Self { plan, begin, runs: 0, opening: Some(opening) }
    }

    /// Runs until told to stop.
    pub(super) fn run(&mut self, board: &Board, pace: &mut Pace) -> End {
        // Whatever ended one run is not met again by the same chance in the next.
        let seed = self.plan.seed.wrapping_add(self.runs.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        self.runs += 1;
        let mut run = Run::begin(&self.plan, seed, self.begin, board);
        run.open_now(board);
        self.opening = None;
        let Err(stopping) = run.go(board, pace);
        stopping.into()
    }
}

struct Run<'a> {
    plan: &'a SimulatedPlan,
    /// Whoever sits at each place.
    seated: Vec<Arc<Instrument>>,
    process: Process,
    sessions: Vec<Session>,
    day: i64,
    now: At,
    ticks: Vec<Tick>,
}

/// The trading of the present day.
#[derive(Clone, Copy)]
struct Trading {
    since: At,
    until: At,
}

impl Trading {
    /// The time of the day, from 0 at its beginning to 1 at its end.
    fn time(self, at: At) -> f64 {
        let day = self.until.since(self.since);
        if day.is_zero() { 0.0 } else { at.since(self.since).div_duration_f64(day).min(1.0) }
    }
}

impl<'a> Run<'a> {
    fn begin(plan: &'a SimulatedPlan, seed: u64, begin: At, board: &Board) -> Self {
        let now = board.market_time().unwrap_or(begin);
        let day = board.day_of(now);
        let roster = board.roster();
        let (mut seats, mut sessions) = (Vec::new(), Vec::new());
        for Traded { instrument, opening, .. } in roster.all() {
            let (price, session) = stands(instrument, *opening, day, board);
            seats.push(Seat { symbol: &instrument.symbol, sector: &instrument.sector, price });
            sessions.push(session);
        }
        let length = plan.hours.as_ref().map_or(WHOLE_DAY, TradingHours::length);
        let process = Process::new(seed, now, length, seats);
        let seated = roster.all().iter().map(|traded| Arc::clone(&traded.instrument)).collect();
        Self { plan, seated, process, sessions, day, now, ticks: Vec::new() }
    }

    /// Shows where everything stands, whether the market is open or not.
    fn open_now(&mut self, board: &Board) {
        self.open(self.time(), board);
    }

    /// The time of the day.
    fn time(&self) -> f64 {
        match self.opening() {
            Opening::Open { since, until } => Trading { since, until }.time(self.now),
            Opening::Closed { .. } => 1.0,
        }
    }

    /// Lets `span` pass, and does meanwhile what somebody wants done in between. What that moves is quoted whatever the
    /// hour; `phase` is what the market is in afterwards, should it not be open.
    fn pass(
        &mut self,
        span: Duration,
        phase: Option<Phase>,
        board: &Board,
        pace: &mut Pace,
    ) -> Result<Passed, Stopping> {
        let mut left = span;
        loop {
            match pace.pass(left, board)? {
                Passed::Partly { left: rest } => left = rest,
                passed => return Ok(passed),
            }
            for intervention in pace.interventions() {
                match intervention {
                    Intervention::Look => self.look(board),
                    Intervention::Prices { prices, done } if !done.is_closed() => {
                        self.set(&prices, board);
                        // Whoever has gone meanwhile sees it on the board.
                        let _gone = done.send(());
                    }
                    Intervention::Prices { .. } => {}
                }
            }
            if let Some(phase) = phase {
                board.turn(phase);
            }
        }
    }

    /// Gives whoever is new on the board a seat, and shows where it stands.
    fn look(&mut self, board: &Board) {
        let roster = board.roster();
        for (place, (seated, traded)) in self.seated.iter_mut().zip(roster.all()).enumerate() {
            let Instrument { symbol, sector, .. } = traded.instrument.as_ref();
            if seated.sector != *sector {
                self.process.move_to_sector(place, symbol, sector);
                *seated = Arc::clone(&traded.instrument);
            }
        }
        for Traded { instrument, opening, .. } in roster.all().iter().skip(self.seated.len()) {
            let (price, session) = stands(instrument, *opening, self.day, board);
            self.process.seat(Seat { symbol: &instrument.symbol, sector: &instrument.sector, price });
            self.sessions.push(session);
            self.seated.push(Arc::clone(instrument));
            self.show(self.seated.len() - 1, price, board);
        }
    }

    fn set(&mut self, prices: &[(InstrumentId, Price)], board: &Board) {
        for (id, price) in prices {
            if let Some(place) = board.place_of(*id) {
                self.process.set(place, *price);
                self.show(place, *price, board);
            }
        }
    }

    fn show(&mut self, place: usize, price: Price, board: &Board) {
        let time = self.time();
        self.ticks.extend(self.process.quote(place, price, time));
        self.post(board);
    }

    fn go(&mut self, board: &Board, pace: &mut Pace) -> Result<std::convert::Infallible, Stopping> {
        loop {
            let opened = match self.opening() {
                Opening::Open { since, until } => {
                    self.trade(Trading { since, until }, board, pace)?;
                    matches!(self.opening(), Opening::Open { .. })
                }
                Opening::Closed { opens } => {
                    board.turn(Phase::Closed { opens });
                    self.pass(opens.since(self.now), Some(Phase::Closed { opens }), board, pace)?;
                    self.now = opens;
                    true
                }
            };
            if opened {
                self.day = board.day_of(self.now);
                self.process.turn_day(self.now);
                self.open(0.0, board);
            }
        }
    }

    /// Whether the market is open now. One that never closes begins a new day at midnight in UTC.
    fn opening(&self) -> Opening {
        if let Some(hours) = &self.plan.hours {
            return hours.opening(self.now);
        }
        let since = self.now.beginning_of(WHOLE_DAY);
        Opening::Open { since, until: since.plus(WHOLE_DAY) }
    }

    /// Trades to the end of the day.
    fn trade(&mut self, trading: Trading, board: &Board, pace: &mut Pace) -> Result<(), Stopping> {
        while self.now < trading.until {
            let steps = if self.pass(STEP, None, board, pace)? == Passed::Step { STEPS_BY_HAND } else { 1 };
            for _ in 0..steps {
                self.now = self.now.plus(STEP).min(trading.until);
                if self.now >= trading.until {
                    return Ok(());
                }
                self.process.step(self.now, trading.time(self.now), &mut self.ticks);
                self.post(board);
            }
        }
        Ok(())
    }

    fn open(&mut self, time: f64, board: &Board) {
        self.process.open(time, &mut self.ticks);
        self.post(board);
    }

    fn post(&mut self, board: &Board) {
        for tick in self.ticks.drain(..) {
            let (Some(seated), Some(session)) = (self.seated.get(tick.place), self.sessions.get_mut(tick.place)) else {
                continue;
            };
            session.turn_to(self.day, tick.last);
            session.trade(tick.last, tick.shares);
            let quote = Quote {
                bid: tick.bid,
                ask: tick.ask,
                last: tick.last,
                previous_close: session.previous_close().unwrap_or(tick.last),
                volume: session.volume(),
                at: self.now,
            };
            if let Err(refused) = board.post(seated.id, quote) {
                tracing::error!(symbol = %seated.symbol, %refused, "a simulated quote was refused");
            }
        }
    }
}

/// Where an instrument stands and what it has traded today: as on the board, or as it was left.
fn stands(instrument: &Instrument, opening: roster::Opening, day: i64, board: &Board) -> (Price, Session) {
    if let Some(standing) = board.quote(instrument.id) {
        let Quote { last, previous_close, volume, .. } = standing.quote;
        return (last, Session::within(day, last, previous_close, volume));
    }
    let price = opening.last.or(opening.previous_close).unwrap_or(UNKNOWN);
    let previous_close = opening.previous_close.unwrap_or(price);
    let session = match opening.volume {
        0 => Session::after(Some(previous_close)),
        volume => Session::within(day, price, previous_close, volume),
    };
    (price, session)
}
