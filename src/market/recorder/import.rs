//! Bars out of a file: all of them or none, and the same however often.
//!
//! The file is read twice. The first time everything that is wrong with it is found, and nothing is written; the second
//! time it is written in one transaction. Coarser candles are derived a day at a time from all minutes that are stored
//! of that day, so that memory is bounded by the number of symbols.

use crate::domain::{At, Candle, InstrumentId, Recorded, Symbol, Timeframe};
use crate::market::bars::{Bar, Bars, WrongLine};
use crate::market::day::Calendar;
use crate::store::{Conn, Database, OpenError, StoreError, candles, instruments, transfer};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// Wrong lines that are told; the rest is counted.
const MOST_TOLD: usize = 20;
/// Candles written at a time.
const PIECE: usize = 4_000;
/// Lines between two words on the progress.
const OFTEN: u64 = 2_000;
/// Around the UTC day of a date lies every moment of that date in any time zone.
const AROUND: Duration = Duration::from_hours(15);
/// More minutes than a market day has with all around it.
const MINUTES_AROUND: i64 = 4_000;

/// What is told of the way: what is being done, and bytes of the file behind it and in all.
pub type Watch<'a> = &'a mut dyn FnMut(&'static str, u64, u64);

/// What was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// What the lines of the file are candles of.
    pub timeframe: Timeframe,
    /// Lines.
    pub bars: u64,
    /// Instruments.
    pub instruments: usize,
}

/// As part of a sentence: `18608 candles of 1d, of 8 instruments`.
impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} candles of {}, of {} instruments", self.bars, self.timeframe, self.instruments)
    }
}

/// Why nothing was imported. Displays as a sentence, with a line below for each line that is wrong.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is none of ours.
    #[error("{file} cannot be imported: {problem}.")]
    File {
        /// Its name.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Some of its lines are wrong.
    #[error("Nothing was imported from {file}, because of {count} of its lines:{}", told(.wrong, *.count))]
    Lines {
        /// Its name.
        file: String,
        /// The first of them.
        wrong: Vec<WrongLine>,
        /// How many there are.
        count: u64,
    },
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database failed.
    #[error("{}", of_database(.0))]
    Store(#[from] StoreError),
}

fn of_database(error: &StoreError) -> String {
    match error {
        StoreError::Unconfirmed => {
            "The database did not confirm the import. It has all of it or nothing; to import it again does no harm."
                .to_owned()
        }
        other => format!("Nothing was imported: {other}."),
    }
}

fn told(wrong: &[WrongLine], count: u64) -> String {
    let more = count.saturating_sub(u64::try_from(wrong.len()).unwrap_or(count));
    let more = (more > 0).then(|| format!("and {more} more"));
    let lines: Vec<String> = wrong.iter().map(ToString::to_string).chain(more).collect();
    format!("\n  {}", lines.join("\n  "))
}

/// Reads a file of bars into `database`: daily ones (`date,symbol,open,high,low,close,volume`), or those of minutes
/// (`time` instead of `date`, the end of the minute), of which candles of five minutes, hours and days in New York are
/// derived. What was there of the same spans is replaced. Blocks.
///
/// # Errors
/// Why nothing was imported.
pub fn import(database: &Database, file: &Path, watch: Watch<'_>) -> Result<Imported, ImportError> {
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    let known = transfer::look(database, known)?;
    let reading = Reading { file, name, known };
    let mut seen = HashSet::new();
    let (timeframe, bars) = reading.each("reading", watch, |bar, instrument| {
        seen.insert(instrument);
        drop(bar);
        Ok(())
    })?;
    let imported = Imported { timeframe, bars, instruments: seen.len() };
    transfer::change(database, |conn| {
        let mut writing =
            Writing { conn, timeframe, waiting: Vec::new(), days: HashMap::new(), calendar: Calendar::new_york() };
        let (_, written) = reading.each("importing", watch, |bar, instrument| writing.bar(instrument, bar.candle))?;
        writing.end()?;
        if written == bars { Ok(imported) } else { Err(reading.unfit("it changed while it was read")) }
    })
}

fn known(conn: &mut Conn) -> Result<HashMap<Symbol, InstrumentId>, ImportError> {
    let all = instruments::all(conn)?.into_iter().map(|standing| standing.instrument);
    Ok(all.map(|instrument| (instrument.symbol, instrument.id)).collect())
}

struct Reading<'a> {
    file: &'a Path,
    name: String,
    known: HashMap<Symbol, InstrumentId>,
}

impl Reading<'_> {
    fn unfit(&self, problem: impl Into<String>) -> ImportError {
        ImportError::File { file: self.name.clone(), problem: problem.into() }
    }

    /// Reads the file from end to end, and gives each bar to `take` as long as nothing is wrong. Returns what its lines
    /// are candles of, and how many there are.
    fn each(
        &self,
        doing: &'static str,
        watch: &mut dyn FnMut(&'static str, u64, u64),
        mut take: impl FnMut(Bar, InstrumentId) -> Result<(), StoreError>,
    ) -> Result<(Timeframe, u64), ImportError> {
        let (mut bars, bytes) = Bars::open(self.file).map_err(|problem| self.unfit(problem))?;
        let mut wrong = Wrong::default();
        let mut read = 0;
        while let Some(bar) = bars.next() {
            match bar {
                Ok(bar) => match self.known.get(&bar.symbol) {
                    Some(instrument) if wrong.count == 0 => take(bar, *instrument)?,
                    Some(_) => {}
                    None => wrong.unknown(&bar),
                },
                Err(line) => wrong.line(line),
            }
            read += 1;
            if read % OFTEN == 0 {
                watch(doing, bars.done(), bytes);
            }
        }
        if wrong.count > 0 {
            return Err(ImportError::Lines { file: self.name.clone(), wrong: wrong.told, count: wrong.count });
        }
        if read == 0 {
            return Err(self.unfit("it has a heading and no lines"));
        }
        Ok((bars.timeframe(), read))
    }
}

/// What is wrong with a file.
#[derive(Default)]
struct Wrong {
    told: Vec<WrongLine>,
    count: u64,
    unknown: HashSet<Symbol>,
}

impl Wrong {
    fn line(&mut self, line: WrongLine) {
        self.count += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push(line);
        }
    }

    /// A symbol that nobody knows is told once, and each of its lines counted.
    fn unknown(&mut self, bar: &Bar) {
        if self.told.len() == MOST_TOLD || self.unknown.contains(&bar.symbol) {
            self.count += 1;
            return;
        }
        let symbol = &bar.symbol;
        let problem = format!(
            "{symbol} is not listed; serve once with --instruments and a file that names it, or with a --tape that has it"
        );
        self.unknown.insert(symbol.clone());
        self.line(WrongLine { line: bar.line, problem });
    }
}

struct Writing<'a> {
    conn: &'a mut Conn,
    timeframe: Timeframe,
    waiting: Vec<Recorded>,
    /// The market day that each instrument has come to, when days are derived.
    days: HashMap<InstrumentId, i64>,
    calendar: Calendar,
}

impl Writing<'_> {
    fn bar(&mut self, instrument: InstrumentId, candle: Candle) -> Result<(), StoreError> {
        if self.timeframe == Timeframe::Minute {
            let day = self.calendar.day(candle.start);
            if let Some(over) = self.days.insert(instrument, day).filter(|over| *over != day) {
                self.derive(instrument, over)?;
            }
        }
        self.waiting.push(Recorded { instrument, timeframe: self.timeframe, candle });
        if self.waiting.len() < PIECE { Ok(()) } else { self.save() }
    }

    fn end(mut self) -> Result<(), StoreError> {
        for (instrument, day) in std::mem::take(&mut self.days) {
            self.derive(instrument, day)?;
        }
        self.save()
    }

    fn save(&mut self) -> Result<(), StoreError> {
        candles::save(self.conn, &self.waiting)?;
        self.waiting.clear();
        Ok(())
    }

    /// Folds the minutes of a market day into coarser candles.
    fn derive(&mut self, instrument: InstrumentId, day: i64) -> Result<(), StoreError> {
        self.save()?;
        let date = Timeframe::Day.start(At::from_micros(0), day);
        let (from, until) = (date.minus(AROUND), date.plus(Timeframe::Day.span()).plus(AROUND));
        let around = candles::range(self.conn, instrument, Timeframe::Minute, from, until, MINUTES_AROUND)?;
        let day_of = |at| self.calendar.day(at);
        let minutes: Vec<Candle> = around.into_iter().filter(|minute| day_of(minute.start) == day).collect();
        for timeframe in [Timeframe::FiveMinutes, Timeframe::Hour, Timeframe::Day] {
            let folded = timeframe.fold(minutes.iter().copied(), day_of);
            self.waiting.extend(folded.into_iter().map(|candle| Recorded { instrument, timeframe, candle }));
        }
        Ok(())
    }
}
