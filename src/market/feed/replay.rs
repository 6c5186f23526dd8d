//! The replayed feed: a recorded tape, at a speed.
//!
//! As recorded, every wait is as long as it was. Faster than that, no wait is longer than five seconds, so that a
//! night or a weekend on the tape is not one on the wall. The first row is posted at once. After a failure it goes on
//! behind the row that it posted last; a tape that was mended meanwhile is simply read on.

use super::control::Stopping;
use super::pace::Pace;
use super::tape::{Row, Tape, TapeError};
use super::{End, ReplayPlan};
use crate::domain::{At, Listing, Quote, Symbol};
use crate::market::board::{Board, OffBoard, Trade};
use crate::market::day::Session;
use crate::market::listings::MOST_INSTRUMENTS;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

/// What passes before the first row, so that a paused market waits with it: the least there is.
const AT_ONCE: Duration = Duration::from_micros(1);
/// How long a tape that begins again pauses first, so that a short one does not spin.
const TURNAROUND: Duration = Duration::from_millis(100);
/// How many rows are passed over between two looks at whether to stop.
const LOOK_AFTER: u64 = 4_096;

/// Reads a tape to its end: every row is checked, and its instruments are listed in order of appearance at
/// their first price. Their names are their symbols; their sectors are unknown.
///
/// # Errors
/// The first mistake, as a sentence with the name of the file and the line.
pub fn survey(tape: &Path) -> Result<Vec<Listing>, TapeError> {
    let mut listings: Vec<Listing> = Vec::new();
    let mut seen = HashSet::new();
    let mut rows = Tape::open(tape)?;
    while let Some(row) = rows.next() {
        let Row { symbol, open, .. } = row?;
        if seen.contains(&symbol) {
            continue;
        }
        if seen.len() == MOST_INSTRUMENTS {
            return Err(rows.wrong_here(format!("a market holds at most {MOST_INSTRUMENTS} instruments")));
        }
        seen.insert(symbol.clone());
        let name = symbol.to_string();
        listings.push(Listing { symbol, name, sector: String::new(), starting_price: open });
    }
    Ok(listings)
}

/// A recording that is played, which can be run again after it failed.
#[derive(Debug)]
pub(super) struct Replay {
    plan: ReplayPlan,
    /// How many rows have been posted of this turn.
    played: u64,
    before: Option<At>,
    sessions: HashMap<Symbol, Session>,
}

impl Replay {
    pub(super) fn new(plan: ReplayPlan) -> Self {
        Self { plan, played: 0, before: None, sessions: HashMap::new() }
    }

    /// Runs until the tape ends, or until told to stop.
    pub(super) fn run(&mut self, board: &Board, pace: &mut Pace) -> End {
        loop {
            if let Err(end) = self.play(board, pace) {
                return end;
            }
            if !self.plan.looping {
                return End::Over;
            }
            (self.played, self.before) = (0, None);
            self.sessions.clear();
            if pace.rest(TURNAROUND).is_err() {
                return End::Told;
            }
        }
    }

    fn play(&mut self, board: &Board, pace: &mut Pace) -> Result<(), End> {
        let mut rows = Tape::open(&self.plan.tape).map_err(failed)?;
        for skipped in 0..self.played {
            if skipped % LOOK_AFTER == 0 {
                pace.rest(Duration::ZERO)?;
            }
            // A tape that has become shorter ends here.
            let Some(row) = rows.next() else { return Ok(()) };
            row.map_err(failed)?;
        }
        while let Some(row) = rows.next() {
            let row = row.map_err(failed)?;
            self.wait_for(row.time, board, pace)?;
            if let Err(refused) = post(&row, &mut self.sessions, board) {
                return Err(failed(rows.wrong_here(format!("{} at {}: {refused}", row.symbol, row.time))));
            }
            self.played += 1;
        }
        Ok(())
    }

    /// Waits as long as the row was recorded after the one before. Rows of one moment come together.
    fn wait_for(&mut self, time: At, board: &Board, pace: &mut Pace) -> Result<(), Stopping> {
        pace.pass(self.before.map_or(AT_ONCE, |before| time.since(before)), board)?;
        self.before = Some(time);
        Ok(())
    }
}

fn failed(error: TapeError) -> End {
    End::Failed(error.to_string())
}

fn post(row: &Row, sessions: &mut HashMap<Symbol, Session>, board: &Board) -> Result<u64, OffBoard> {
    let instrument = board.find(&row.symbol).ok_or(OffBoard::UnknownInstrument)?;
    let session = sessions.entry(row.symbol.clone()).or_default();
    session.turn_to(board.day_of(row.time), row.open);
    session.trade(row.close, row.volume);
    board.led(instrument.id, row.open, row.high, row.low);
    let (last, at, volume) = (row.close, row.time, session.volume());
    let previous_close = session.previous_close().unwrap_or(row.open);
    match row.quote {
        Some((bid, ask)) => board.post(instrument.id, Quote { bid, ask, last, previous_close, volume, at }),
        None => board.note(instrument.id, Trade { last, previous_close, volume, at }),
    }
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
