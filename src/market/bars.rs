//! Files of recorded bars: daily ones by their date, or those of a minute by its end. Read one line at a time, in
//! bounded memory; a line that is wrong is told and the next one read.

use super::lines::BoundedLines;
use crate::domain::{At, Candle, Price, Symbol, Timeframe};
use jiff::civil::Date;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

const DAILY: [&str; 7] = ["date", "symbol", "open", "high", "low", "close", "volume"];
const BY_MINUTE: [&str; 9] = ["time", "symbol", "open", "high", "low", "close", "volume", "bid", "ask"];
/// How many of the columns of a minute have to be there.
const NEEDED: usize = 7;
/// More shares than ever changed hands in a day; so that those of any span add up.
const MOST_SHARES: i64 = 1_000_000_000_000_000;
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 86_400_000_000;

/// One line that is wrong, and why. Displays as `line 7: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct WrongLine {
    /// Counted from 1, the heading included.
    pub line: u64,
    /// What is wrong, as the rest of a sentence.
    pub problem: String,
}

/// What one instrument did in one span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) line: u64,
    pub(super) symbol: Symbol,
    pub(super) candle: Candle,
}

/// A file that is being read.
pub(super) struct Bars<R> {
    timeframe: Timeframe,
    /// Where the columns stand, in our order.
    places: Vec<usize>,
    width: usize,
    reader: csv::Reader<BoundedLines<R>>,
    record: csv::StringRecord,
    before: HashMap<Symbol, At>,
    over: bool,
}

impl Bars<File> {
    /// Opens a file, and says how many bytes it has.
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence.
    pub(super) fn open(path: &Path) -> Result<(Self, u64), String> {
        let file = File::open(path).map_err(|error| format!("it cannot be opened: {error}"))?;
        let metadata = file.metadata().map_err(|error| format!("it cannot be opened: {error}"))?;
        if !metadata.is_file() {
            return Err("it is not a file that can be read twice".to_owned());
        }
        Self::new(file).map(|bars| (bars, metadata.len()))
    }
}

impl<R: Read> Bars<R> {
    fn new(source: R) -> Result<Self, String> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(BoundedLines::new(source));
        let headers = reader.headers().map_err(|error| broken(error).1)?.clone();
        let has = |column: &str| headers.iter().any(|header| header == column);
        let columns = match (has("date"), has("time")) {
            (true, false) => DAILY.as_slice(),
            (false, true) => BY_MINUTE.as_slice(),
            _ => {
                let (daily, minutes) = (DAILY.join(","), BY_MINUTE.join(","));
                return Err(format!("its first line is neither {daily} nor {minutes}"));
            }
        };
        if let Some(unknown) = headers.iter().find(|header| !columns.contains(header)) {
            return Err(format!("there is no column {unknown:?}; the columns are {}", columns.join(",")));
        }
        let place = |column: &&str| headers.iter().position(|header| header == *column);
        let places: Vec<usize> = columns.iter().map_while(place).collect();
        if places.len() < NEEDED || (places.len() < columns.len() && headers.len() != NEEDED) {
            let missing = columns.get(places.len()).copied().unwrap_or_default();
            return Err(format!("the column {missing:?} is missing"));
        }
        let width = headers.len();
        if width != places.len() {
            return Err("a column is there twice".to_owned());
        }
        let timeframe = if columns.len() == DAILY.len() { Timeframe::Day } else { Timeframe::Minute };
        let (record, before) = (csv::StringRecord::new(), HashMap::new());
        Ok(Self { timeframe, places, width, reader, record, before, over: false })
    }

    /// What its lines are candles of.
    pub(super) const fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    /// Bytes behind it.
    pub(super) fn done(&self) -> u64 {
        self.reader.position().byte()
    }

    fn bar(&mut self, line: u64) -> Result<Bar, String> {
        if self.record.len() != self.width {
            return Err(format!("there are {} fields instead of {}", self.record.len(), self.width));
        }
        let mut fields = self.places.iter().map(|place| self.record.get(*place).unwrap_or_default());
        let mut field = || fields.next().unwrap_or_default();
        let start = match self.timeframe {
            Timeframe::Day => date(field())?,
            _ => minute(field())?,
        };
        let symbol: Symbol = parsed("symbol", field())?;
        let (open, high, low, close) =
            (price("open", field())?, price("high", field())?, price("low", field())?, price("close", field())?);
        let volume = whole(field())?;
        let quote = (field(), field());
        if quote != ("", "") && price("bid", quote.0)? > price("ask", quote.1)? {
            return Err(format!("the bid {} is above the ask {}", quote.0, quote.1));
        }
        let candle = Candle::new(start, [open, high, low, close], volume).map_err(|broken| broken.to_string())?;
        if let Some(before) = self.before.get(&symbol).filter(|before| **before >= start) {
            let moment = if start == *before { "has been there already" } else { "is before that of a line above" };
            return Err(format!("the time of {symbol} {moment}; the lines of one symbol go forward"));
        }
        self.before.insert(symbol.clone(), start);
        Ok(Bar { line, symbol, candle })
    }
}

impl<R: Read> Iterator for Bars<R> {
    type Item = Result<Bar, WrongLine>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {
                let line = self.record.position().map_or(0, csv::Position::line);
                Some(self.bar(line).map_err(|problem| WrongLine { line, problem }))
            }
            Ok(false) => {
                self.over = true;
                None
            }
            Err(error) => {
                // What is not text ends with its line; what cannot be read, or never ends a line, ends it all.
                self.over = !matches!(error.kind(), csv::ErrorKind::Utf8 { .. });
                let (line, problem) = broken(error);
                Some(Err(WrongLine { line: line.unwrap_or_else(|| self.reader.position().line()), problem }))
            }
        }
    }
}

/// Where the span of a daily bar begins.
fn date(text: &str) -> Result<At, String> {
    let date: Date = text.parse().map_err(|_| format!("the date {text:?} is not like 2013-10-04"))?;
    let days = date.since(Date::constant(1970, 1, 1)).map_or(0, |span| i64::from(span.get_days()));
    Ok(At::from_micros(days.saturating_mul(DAY)))
}

/// Where the minute begins that a bar marks the end of.
fn minute(text: &str) -> Result<At, String> {
    let end: At = text.parse().map_err(|_| format!("the time {text:?} is not like 2013-10-04T14:30:00Z"))?;
    if !Timeframe::Minute.begins(end) {
        return Err(format!("the time {end} is not the end of a minute"));
    }
    Ok(At::from_micros(end.micros().saturating_sub(MINUTE)))
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(column: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("the {column} {text:?}: {error}"))
}

fn price(column: &str, text: &str) -> Result<Price, String> {
    parsed(column, text)
}

fn whole(text: &str) -> Result<i64, String> {
    let volume = text.parse::<i64>().ok().filter(|volume| (0..=MOST_SHARES).contains(volume));
    volume.ok_or_else(|| format!("the volume {text:?} is not a whole number of shares, at most {MOST_SHARES}"))
}

/// A line that cannot be read, and why.
fn broken(error: csv::Error) -> (Option<u64>, String) {
    let line = error.position().map(csv::Position::line);
    let problem = match error.into_kind() {
        csv::ErrorKind::Io(error) => format!("it cannot be read: {error}"),
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text".to_owned(),
        kind => format!("it is not CSV: {kind:?}"),
    };
    (line, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTES: &str = "time,symbol,open,high,low,close,volume,bid,ask\n";
    const DAYS: &str = "date,symbol,open,high,low,close,volume\n";

    fn refusal(text: &str) -> String {
        Bars::new(text.as_bytes()).map(|_| ()).unwrap_err()
    }

    fn read(text: &str) -> Vec<Result<(String, i64), String>> {
        let bars = Bars::new(text.as_bytes()).unwrap();
        bars.map(|bar| {
            bar.map(|bar| (format!("{} {}", bar.candle.start, bar.symbol), bar.candle.volume))
                .map_err(|wrong| wrong.to_string())
        })
        .collect()
    }

    #[test]
    fn a_minute_is_marked_by_its_end_and_a_day_by_its_date() {
        let minutes = read(&format!(
            "{MINUTES}2013-10-04T08:07:00Z,spy,2,3,1,2,20,1.5,2.5\n2013-10-04T08:09:00Z,SPY,2,3,1,2,0,,\n"
        ));
        assert_eq!(minutes[0], Ok(("2013-10-04T08:06:00Z SPY".to_owned(), 20)));
        assert_eq!(minutes[1], Ok(("2013-10-04T08:08:00Z SPY".to_owned(), 0)));
        let short = read("volume,time,symbol,open,high,low,close\n7,1970-01-01T00:00:00Z,A,2,3,1,2\n");
        assert_eq!(short, [Ok(("1969-12-31T23:59:00Z A".to_owned(), 7))]);
        let days = read(&format!("{DAYS}2012-01-03,AAPL,409.5000,412.5000,409.0000,411.2300,10355371\n"));
        assert_eq!(days, [Ok(("2012-01-03T00:00:00Z AAPL".to_owned(), 10_355_371))]);
    }

    #[test]
    fn a_wrong_line_is_told_and_the_next_one_read() {
        let good = "2012-01-03,A,2,3,1,2,5\n";
        for (line, problem) in [
            ("2012-13-03,A,2,3,1,2,5", "the date \"2012-13-03\" is not like 2013-10-04"),
            ("2012-01-04,,2,3,1,2,5", "the symbol \"\": A symbol is"),
            ("2012-01-04,A,2,3,1,-2,5", "the close \"-2\": Enter a number above zero."),
            ("2012-01-04,A,2,3,1,NaN,5", "the close \"NaN\": Enter a plain number"),
            ("2012-01-04,A,2,3,1,2.00001,5", "the close \"2.00001\": Use at most 4 decimals."),
            ("2012-01-04,A,2,1,3,2,5", "the low 3.00 is above the high 1.00"),
            ("2012-01-04,A,4,3,1,2,5", "the open 4.00 is not between"),
            ("2012-01-04,A,2,3,1,2,1e3", "the volume \"1e3\" is not a whole number"),
            ("2012-01-04,A,2,3,1,2,9999999999999999", "the volume \"9999999999999999\" is not"),
            ("2012-01-03,A,2,3,1,2,5", "the time of A has been there already"),
            ("2012-01-02,A,2,3,1,2,5", "the time of A is before that of a line above"),
            ("2012-01-04,A", "there are 2 fields instead of 7"),
        ] {
            let lines = read(&format!("{DAYS}{good}{line}\n2012-01-05,A,2,3,1,2,5\n"));
            let wrong = lines[1].clone().unwrap_err();
            assert!(wrong.starts_with(&format!("line 3: {problem}")), "{wrong}");
            assert!(lines.len() == 3 && lines[2].is_ok(), "{lines:?}");
        }
        for (line, problem) in [
            ("2013-10-04T08:07:30Z,A,2,3,1,2,5,,", "line 2: the time 2013-10-04T08:07:30Z is not the end of a minute"),
            ("soon,A,2,3,1,2,5,,", "line 2: the time \"soon\" is not like"),
            ("2013-10-04T08:07:00Z,A,2,3,1,2,5,2,1", "line 2: the bid 2 is above the ask 1"),
            ("2013-10-04T08:07:00Z,A,2,3,1,2,5,2,", "line 2: the ask \"\": Enter a number."),
        ] {
            let wrong = read(&format!("{MINUTES}{line}\n")).remove(0).unwrap_err();
            assert!(wrong.starts_with(problem), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_file_of_bars_is_refused_whole() {
        assert!(refusal("").starts_with("its first line is neither date,symbol,"));
        assert!(refusal("time,date,symbol\n").starts_with("its first line is neither"));
        assert_eq!(refusal("date,symbol,open,high,low,close\n"), "the column \"volume\" is missing");
        assert_eq!(refusal(&MINUTES.replace(",ask", "")), "the column \"ask\" is missing");
        assert!(refusal(&DAYS.replace("volume", "volume,vwap")).starts_with("there is no column \"vwap\""));
        assert_eq!(refusal(&DAYS.replace("volume", "volume,open")), "a column is there twice");
        assert!(refusal(&"9".repeat(200_000)).contains("a line is longer than"));
    }

    #[test]
    fn bytes_that_are_no_text_and_lines_that_never_end_are_told() {
        let bytes = [DAYS.as_bytes(), b"\xff\xfe,A,1,1,1,1,1\n2012-01-03,A,2,3,1,2,5\n"].concat();
        let lines: Vec<_> = Bars::new(bytes.as_slice()).unwrap().collect();
        assert_eq!(lines[0].clone().unwrap_err().to_string(), "line 2: it is not UTF-8 text");
        assert!(lines.len() == 2 && lines[1].is_ok(), "{lines:?}");
        let endless = format!("{DAYS}{}", "9".repeat(200_000));
        let lines: Vec<_> = Bars::new(endless.as_bytes()).unwrap().collect();
        assert!(lines.len() == 1 && lines[0].clone().unwrap_err().problem.contains("a line is longer"), "{lines:?}");
    }
}
