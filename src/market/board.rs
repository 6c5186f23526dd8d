//! The board: the newest quote of every instrument, and what has changed since when.
//!
//! Every change takes the next number of one market-wide sequence. Reads copy what they need and leave; no
//! caller ever holds the board up.

pub use super::entry::{RECENT_EVERY, RECENT_PRICES, Rate, StandingQuote};
pub use super::roster::{Roster, Traded};

use super::candles::{OpenCandles, Told};
use super::day::Calendar;
use super::entry::Entry;
use super::feed::Speed;
use super::status::{FeedName, FeedStatus, Phase, Pulse, Trouble};
use crate::domain::{At, Instrument, InstrumentId, Price, Quote, Symbol, TradingStatus};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

/// More days than any market lives through in one go.
const DAYS_OF_A_LAP: i64 = 10_000_000;

/// An instrument with what was known of its price before the market opened.
#[derive(Debug, Clone)]
pub struct Listed {
    /// What is traded.
    pub instrument: Instrument,
    /// The newest known price: its last trade, or its starting price when it was never traded.
    pub last: Option<Price>,
    /// The price its first day's change is measured from; nothing when it was never traded.
    pub previous_close: Option<Price>,
    /// Whole shares traded so far on the day that the market begins in.
    pub volume: i64,
    /// Whether it may be traded.
    pub status: TradingStatus,
}

impl Listed {
    /// An instrument that was never traded, and may be.
    #[must_use]
    pub fn untraded(instrument: Instrument) -> Self {
        Self { instrument, last: None, previous_close: None, volume: 0, status: TradingStatus::default() }
    }
}

/// A trade that came without a quote: it moves the last price and the volume, and leaves bid and ask as old as
/// they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trade {
    /// What was paid.
    pub last: Price,
    /// The price the day's change is measured from.
    pub previous_close: Price,
    /// Whole shares traded this market day.
    pub volume: i64,
    /// When, by the market's own clock.
    pub at: At,
}

/// Why something was kept off the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OffBoard {
    /// The market does not trade it.
    #[error("the market has no such instrument")]
    UnknownInstrument,
    /// A price at or below zero, a bid above the ask, or a negative volume.
    #[error("a quote has prices above zero, a bid not above the ask, and no negative volume")]
    Unsound,
}

/// The newest quote of every instrument. Share it as `Arc<Board>`.
#[derive(Debug)]
pub struct Board {
    /// Read far more often than it changes, so that readers share it and whoever changes it makes another.
    pub(super) roster: RwLock<Arc<Roster>>,
    feed: FeedName,
    calendar: Calendar,
    opened: Instant,
    state: RwLock<State>,
    pub(super) candles: Mutex<OpenCandles>,
}

#[derive(Debug)]
struct State {
    sequence: u64,
    /// How often the market's past has returned.
    lap: i64,
    day: Option<i64>,
    time: Option<At>,
    pulse: Pulse,
    entries: Vec<Entry>,
}

/// A line that changed: its place in market order, its quote and when that was received, once there is one.
pub(super) type Changed = (usize, Option<(Quote, Duration)>);

/// What changed on the board since an earlier look.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) sequence: u64,
    /// Not older than the lines.
    pub(super) roster: Arc<Roster>,
    pub(super) lines: Vec<Changed>,
}

impl Board {
    /// A board without quotes, in the order of `listed`. A symbol or id listed twice keeps its first line.
    #[must_use]
    pub fn new(listed: &[Listed], feed: FeedName, calendar: Calendar) -> Self {
        let roster = Roster::of(listed);
        let opened = Instant::now();
        let entries = vec![Entry::default(); listed.len()];
        let state = State { sequence: 0, lap: 0, day: None, time: None, pulse: Pulse::new(opened), entries };
        let candles = Mutex::new(OpenCandles::new(listed.iter().map(|one| one.instrument.id), feed));
        let roster = RwLock::new(Arc::new(roster));
        Self { roster, feed, calendar, opened, state: RwLock::new(state), candles }
    }

    /// The instrument with this symbol.
    #[must_use]
    pub fn find(&self, symbol: &Symbol) -> Option<Arc<Instrument>> {
        self.roster().find(symbol).map(|traded| Arc::clone(&traded.instrument))
    }

    /// The instrument with this id.
    #[must_use]
    pub fn instrument(&self, id: InstrumentId) -> Option<Arc<Instrument>> {
        self.roster().get(id).map(|traded| Arc::clone(&traded.instrument))
    }

    /// The newest quote of an instrument; nothing before its first.
    #[must_use]
    pub fn quote(&self, id: InstrumentId) -> Option<StandingQuote> {
        let place = self.place_of(id)?;
        self.read().entries.get(place)?.standing(Instant::now())
    }

    /// Every line, those of delisted instruments included, in market order.
    #[must_use]
    pub fn rates(&self) -> Vec<Rate> {
        let roster = self.roster();
        let entries = self.read().entries.clone();
        let now = Instant::now();
        roster.all().iter().zip(entries).map(|(traded, entry)| entry.rate(traded, now)).collect()
    }

    /// The line of one instrument.
    #[must_use]
    pub fn rate(&self, id: InstrumentId) -> Option<Rate> {
        let roster = self.roster();
        let place = roster.place_of(id)?;
        let entry = self.read().entries.get(place)?.clone();
        Some(entry.rate(roster.at(place)?, Instant::now()))
    }

    /// The number of the newest change; zero before the first.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.read().sequence
    }

    /// The current market day: whole days since 1970-01-01, or more where the market's past returns, so that a day that
    /// returns has another number. A tape of one day alone that begins again stays on that day. Zero before the first quote.
    #[must_use]
    pub fn market_day(&self) -> i64 {
        let state = self.read();
        state.day.map_or(0, |day| state.lap.saturating_mul(DAYS_OF_A_LAP).saturating_add(day))
    }

    /// The newest moment of the market's own clock; nothing before the first quote.
    #[must_use]
    pub fn market_time(&self) -> Option<At> {
        self.read().time
    }

    /// Which midnights end its days.
    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Where quotes come from and whether they are coming.
    #[must_use]
    pub fn status(&self) -> FeedStatus {
        self.read().pulse.status(self.feed, Instant::now())
    }

    /// What went wrong with the feed when it failed last; nothing when it never has.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.read().pulse.trouble()
    }

    /// Puts a quote on the board and returns the number of the change.
    ///
    /// # Errors
    /// When the market does not trade it or the quote is unsound; the board is as it was.
    pub fn post(&self, id: InstrumentId, quote: Quote) -> Result<u64, OffBoard> {
        let place = self.place_of(id).ok_or(OffBoard::UnknownInstrument)?;
        if !quote.is_sound() {
            return Err(OffBoard::Unsound);
        }
        let day = self.calendar.day(quote.at);
        self.tick(place, day, Told { last: quote.last, volume: quote.volume, at: quote.at });
        let now = Instant::now();
        let mut state = self.write();
        state.advance(day, quote.at);
        state.pulse.quoted(now);
        Ok(state.put(place, quote, now))
    }

    /// Notes a trade that came without a quote. Before the first quote only the market's clock moves.
    ///
    /// # Errors
    /// As [`Board::post`].
    pub fn note(&self, id: InstrumentId, trade: Trade) -> Result<u64, OffBoard> {
        let place = self.place_of(id).ok_or(OffBoard::UnknownInstrument)?;
        let day = self.calendar.day(trade.at);
        let told = Told { last: trade.last, volume: trade.volume, at: trade.at };
        let mut state = self.write();
        let standing = state.entries.get(place).and_then(|entry| entry.standing);
        let noted = standing.map(|(quote, received)| {
            let Trade { last, previous_close, volume, .. } = trade;
            (Quote { last, previous_close, volume, ..quote }, received)
        });
        if noted.is_some_and(|(quote, _)| !quote.is_sound()) {
            return Err(OffBoard::Unsound);
        }
        self.tick(place, day, told);
        state.advance(day, trade.at);
        state.pulse.beat(Instant::now());
        Ok(match noted {
            Some((quote, received)) => state.put(place, quote, received),
            None => state.sequence,
        })
    }

    /// Says that the feed is alive though it has nothing to say.
    pub(super) fn beat(&self) {
        self.write().pulse.beat(Instant::now());
    }

    /// Says what has become of the feed.
    pub(super) fn turn(&self, phase: Phase) {
        self.write().pulse.turn(phase);
    }

    /// Says that the feed has failed, and why.
    pub(super) fn fail(&self, problem: &str) {
        self.write().pulse.fail(problem);
    }

    /// Says how fast the market's time runs from now on.
    pub(super) fn paced(&self, speed: Speed) {
        self.write().pulse.paced(speed);
    }

    /// Counts laps from `lap` on if it has counted none: from now on its past may return.
    pub(super) fn leave_first_lap(&self, lap: i64) {
        let mut state = self.write();
        state.lap = if state.lap == 0 { lap } else { state.lap };
    }

    /// One more line, for whoever takes the next place.
    pub(super) fn append_line(&self, id: InstrumentId) {
        self.candles.lock().unwrap_or_else(PoisonError::into_inner).append(id);
        let mut state = self.write();
        let place = state.entries.len();
        state.entries.push(Entry::default());
        state.touch(place);
    }

    /// Says that the line at `place` has changed, whatever of it.
    pub(super) fn touch(&self, place: usize) {
        self.write().touch(place);
    }

    /// Which of its calendar's days a moment belongs to.
    pub(super) fn day_of(&self, at: At) -> i64 {
        self.calendar.day(at)
    }

    /// Since when [`Board`] times are counted.
    pub(super) const fn opened(&self) -> Instant {
        self.opened
    }

    /// What changed after `sequence`.
    pub(super) fn changes_since(&self, sequence: u64) -> Changes {
        // Held to the end, so that the lines know of nothing that the roster does not.
        let roster = self.roster.read().unwrap_or_else(PoisonError::into_inner);
        let state = self.read();
        let changed = state.entries.iter().enumerate().filter(|(_, entry)| entry.sequence > sequence);
        let received = |received: Instant| received.saturating_duration_since(self.opened);
        let lines = changed.map(|(place, entry)| (place, entry.standing.map(|(quote, at)| (quote, received(at)))));
        Changes { sequence: state.sequence, lines: lines.collect(), roster: Arc::clone(&roster) }
    }

    // A poisoned lock would mean that a copy or an addition panicked; what stands is still whole.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Moves the market's clock. A new day turns every line at once, traded yet or not: its change is measured
    /// from the last price of the day before. A clock that is set back only changes the day: the past returns.
    fn advance(&mut self, day: i64, at: At) {
        self.time = Some(at);
        let before = self.day.replace(day);
        if before.is_some_and(|before| before > day) {
            self.lap += 1;
        }
        if before == Some(day) {
            return;
        }
        for entry in &mut self.entries {
            entry.day_range = None;
            if before.is_some_and(|before| before < day)
                && let Some((quote, _)) = &mut entry.standing
            {
                self.sequence += 1;
                entry.sequence = self.sequence;
                quote.previous_close = quote.last;
                quote.volume = 0;
            }
        }
    }

    /// Says that the line at `place` has changed, whatever of it.
    fn touch(&mut self, place: usize) {
        self.sequence += 1;
        if let Some(entry) = self.entries.get_mut(place) {
            entry.sequence = self.sequence;
        }
    }

    fn put(&mut self, place: usize, quote: Quote, received: Instant) -> u64 {
        self.sequence += 1;
        if let Some(entry) = self.entries.get_mut(place) {
            entry.sequence = self.sequence;
            entry.standing = Some((quote, received));
            entry.trade(quote.last, self.time.unwrap_or(quote.at));
        }
        self.sequence
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
