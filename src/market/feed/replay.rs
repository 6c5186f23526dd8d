//! The replayed feed: a recorded tape, at a speed.
//!
//! At speed 1 every wait is as long as it was. Faster than that, no wait is longer than five seconds, so that a
//! night or a weekend on the tape is not one on the wall. The first row is posted at once.

use super::pace::{Pace, Stopping};
use super::tape::{Row, Tape, TapeError};
use super::{End, Speed};
use crate::domain::{At, Listing, Quote, Symbol};
use crate::market::board::{Board, OffBoard, Trade};
use crate::market::day::Session;
use crate::market::listings::MOST_INSTRUMENTS;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

/// The longest wait between two rows when time runs faster than it did.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long a tape that begins again pauses first, so that a short one does not spin.
const TURNAROUND: Duration = Duration::from_millis(100);
/// How many rows that need no wait are read between two looks at whether to stop.
const BURST: u32 = 256;

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

/// Runs until the tape ends, or until told to stop.
pub(super) fn run(tape: &Path, speed: Speed, looping: bool, board: &Board, pace: &Pace) -> End {
    loop {
        match play(tape, speed, board, pace) {
            Ok(()) if looping => {
                if pace.wait_until(Instant::now() + TURNAROUND, board).is_err() {
                    return End::Told;
                }
            }
            Ok(()) => return End::Over,
            Err(end) => return end,
        }
    }
}

fn play(path: &Path, speed: Speed, board: &Board, pace: &Pace) -> Result<(), End> {
    let mut sessions = HashMap::new();
    let mut clock = Clock { speed, before: None, due: Instant::now(), burst: 0 };
    for row in Tape::open(path).map_err(|error| End::Failed(error.to_string()))? {
        let row = row.map_err(|error| End::Failed(error.to_string()))?;
        clock.wait_for(row.time, board, pace)?;
        if let Err(refused) = post(&row, &mut sessions, board) {
            return Err(End::Failed(format!("{} at {}: {refused}", row.symbol, row.time)));
        }
    }
    Ok(())
}

/// When the next row is due.
struct Clock {
    speed: Speed,
    before: Option<At>,
    due: Instant,
    burst: u32,
}

impl Clock {
    fn wait_for(&mut self, time: At, board: &Board, pace: &Pace) -> Result<(), Stopping> {
        let gap = self.speed.wall(self.before.map_or(Duration::ZERO, |before| time.since(before)));
        self.before = Some(time);
        let as_recorded = self.speed == Speed::Times(1.0);
        self.due += if as_recorded { gap } else { gap.min(LONGEST_WAIT) };
        self.burst = (self.burst + 1) % BURST;
        if self.due > Instant::now() {
            pace.wait_until(self.due, board)
        } else if self.burst == 0 {
            pace.go_on()
        } else {
            Ok(())
        }
    }
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
