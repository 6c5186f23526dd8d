//! The tape: recorded bars, read one row at a time, in bounded memory.

use crate::domain::{At, Candle, Price, Symbol};
use crate::market::lines::BoundedLines;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The columns of a tape. They may stand in any order.
const COLUMNS: [&str; 9] = ["time", "symbol", "open", "high", "low", "close", "volume", "bid", "ask"];

/// Why a tape was refused. Displays as one sentence that names the file, and the line where there is one.
#[derive(Debug, thiserror::Error)]
#[error("{file}{}: {problem}", .line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct TapeError {
    file: String,
    line: Option<u64>,
    problem: String,
}

impl TapeError {
    /// The line it is about, counted from 1 with the heading; nothing when it is about the whole file.
    #[must_use]
    pub const fn line(&self) -> Option<u64> {
        self.line
    }
}

/// One bar: what one instrument did in the time that ended at `time`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) time: At,
    pub(super) symbol: Symbol,
    pub(super) open: Price,
    pub(super) high: Price,
    pub(super) low: Price,
    pub(super) close: Price,
    pub(super) volume: i64,
    /// Bid and ask at its end.
    pub(super) quote: Option<(Price, Price)>,
}

/// A tape that is being read. Ends after its first mistake.
pub(super) struct Tape<R> {
    file: String,
    places: [usize; COLUMNS.len()],
    width: usize,
    reader: csv::Reader<BoundedLines<R>>,
    record: csv::StringRecord,
    before: Option<At>,
    over: bool,
}

impl Tape<File> {
    pub(super) fn open(path: &Path) -> Result<Self, TapeError> {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let refused = |problem: String| TapeError { file: file.clone(), line: None, problem };
        let opened = File::open(path).map_err(|error| refused(format!("it cannot be opened: {error}")))?;
        if opened.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(refused("it is a directory, not a tape".to_owned()));
        }
        Self::new(file, opened)
    }
}

impl<R: Read> Tape<R> {
    pub(super) fn new(file: String, source: R) -> Result<Self, TapeError> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(BoundedLines::new(source));
        let tape_error = |line, problem| TapeError { file: file.clone(), line, problem };
        let headers = reader.headers().map_err(|error| broken(error, tape_error))?.clone();
        if headers.is_empty() || headers.iter().all(str::is_empty) {
            return Err(tape_error(None, format!("it is empty; its first line is {}", COLUMNS.join(","))));
        }
        if let Some(unknown) = headers.iter().find(|header| !COLUMNS.contains(header)) {
            let problem = format!("there is no column {unknown:?}; the columns are {}", COLUMNS.join(","));
            return Err(tape_error(Some(1), problem));
        }
        let mut places = [0; COLUMNS.len()];
        for (place, column) in places.iter_mut().zip(COLUMNS) {
            *place = headers
                .iter()
                .position(|header| header == column)
                .ok_or_else(|| tape_error(Some(1), format!("the column {column:?} is missing")))?;
        }
        if headers.len() != COLUMNS.len() {
            return Err(tape_error(Some(1), "a column is there twice".to_owned()));
        }
        let width = headers.len();
        Ok(Self { file, places, width, reader, record: csv::StringRecord::new(), before: None, over: false })
    }

    /// A refusal of the row that was read last.
    pub(super) fn wrong_here(&self, problem: String) -> TapeError {
        self.wrong(self.record.position().map(csv::Position::line), problem)
    }

    fn wrong(&self, line: Option<u64>, problem: String) -> TapeError {
        TapeError { file: self.file.clone(), line, problem }
    }

    fn row(&mut self) -> Result<Option<Row>, TapeError> {
        let read = self.reader.read_record(&mut self.record);
        let here = self.reader.position().line();
        if !read.map_err(|error| broken(error, |line, problem| self.wrong(line.or(Some(here)), problem)))? {
            return match self.before {
                None => Err(self.wrong(None, "it has a heading and no rows".to_owned())),
                Some(_) => Ok(None),
            };
        }
        let line = self.record.position().map(csv::Position::line);
        let row = self.parse().map_err(|problem| self.wrong(line, problem))?;
        if let Some(before) = self.before.filter(|before| row.time < *before) {
            let problem = format!("the time {} is before {before}, the row above; rows go forward", row.time);
            return Err(self.wrong(line, problem));
        }
        self.before = Some(row.time);
        Ok(Some(row))
    }

    fn parse(&self) -> Result<Row, String> {
        if self.record.len() != self.width {
            return Err(format!("there are {} fields instead of {}", self.record.len(), self.width));
        }
        let [time, symbol, open, high, low, close, volume, bid, ask] =
            self.places.map(|place| self.record.get(place).unwrap_or_default());
        let row = Row {
            time: time.parse().map_err(|_| format!("the time {time:?} is not like 2013-10-04T14:30:00Z"))?,
            symbol: symbol.parse().map_err(|error| format!("the symbol {symbol:?}: {error}"))?,
            open: price("open", open)?,
            high: price("high", high)?,
            low: price("low", low)?,
            close: price("close", close)?,
            volume: whole(volume)?,
            quote: match (bid, ask) {
                ("", "") => None,
                _ => Some((price("bid", bid)?, price("ask", ask)?)),
            },
        };
        Candle::new(row.time, [row.open, row.high, row.low, row.close], row.volume)
            .map_err(|wrong| wrong.to_string())?;
        match row.quote {
            Some((bid, ask)) if bid > ask => Err(format!("the bid {bid} is above the ask {ask}")),
            _ => Ok(row),
        }
    }
}

impl<R: Read> Iterator for Tape<R> {
    type Item = Result<Row, TapeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let row = self.row().transpose();
        self.over = !matches!(row, Some(Ok(_)));
        row
    }
}

fn price(column: &str, text: &str) -> Result<Price, String> {
    Price::parse_positive(text).map_err(|error| format!("the {column} {text:?}: {error}"))
}

fn whole(text: &str) -> Result<i64, String> {
    let volume = text.parse::<i64>().ok().filter(|volume| *volume >= 0);
    volume.ok_or_else(|| format!("the volume {text:?} is not a whole number of shares"))
}

fn broken(error: csv::Error, wrong: impl FnOnce(Option<u64>, String) -> TapeError) -> TapeError {
    let line = error.position().map(csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => wrong(line, format!("it cannot be read: {error}")),
        csv::ErrorKind::Utf8 { .. } => wrong(line, "it is not UTF-8 text".to_owned()),
        kind => wrong(line, format!("it is not CSV: {kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = "time,symbol,open,high,low,close,volume,bid,ask\n";
    const GOOD: &str = "2013-10-04T08:07:00Z,SPY,167.65,167.65,167.60,167.61,20000,167.61,167.64\n";

    fn read(text: &str) -> Result<Vec<Row>, String> {
        let tape = Tape::new("tape.csv".to_owned(), text.as_bytes()).map_err(|error| error.to_string())?;
        tape.collect::<Result<_, _>>().map_err(|error: TapeError| error.to_string())
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err()
    }

    #[test]
    fn a_row_is_read_as_it_stands() {
        let rows = read(&format!("{HEADING}{GOOD}2013-10-04T08:08:00Z,SPY,1,1,1,1,0,,\n")).unwrap();
        let quote = Some((Price::from_units(1_676_100), Price::from_units(1_676_400)));
        assert_eq!((rows[0].close.units(), rows[0].volume, rows[0].quote), (1_676_100, 20_000, quote));
        assert_eq!(rows[1].quote, None);
    }

    #[test]
    fn columns_may_stand_in_any_order() {
        let text = "ask,bid,volume,close,low,high,open,symbol,time\n2,1,5,1,1,1,1,A,2013-10-04T08:07:00Z\n";
        assert_eq!(read(text).unwrap()[0].quote, Some((Price::from_units(10_000), Price::from_units(20_000))));
    }

    #[test]
    fn each_mistake_is_one_sentence_that_names_the_file_and_the_line() {
        for (row, expected) in [
            ("x,SPY,1,1,1,1,1,1,1", "the time \"x\" is not like 2013-10-04T14:30:00Z"),
            ("2013-10-04T08:07:00Z,S P Y,1,1,1,1,1,1,1", "the symbol \"S P Y\": A symbol is 1 to 8"),
            ("2013-10-04T08:07:00Z,SPY,,1,1,1,1,1,1", "the open \"\": Enter a number."),
            ("2013-10-04T08:07:00Z,SPY,1,1,1,1e9,1,1,1", "the close \"1e9\": Enter a plain number"),
            ("2013-10-04T08:07:00Z,SPY,1,1,1,NaN,1,1,1", "the close \"NaN\""),
            ("2013-10-04T08:07:00Z,SPY,1,1,1,1,-5,1,1", "the volume \"-5\" is not a whole number of shares"),
            ("2013-10-04T08:07:00Z,SPY,1,1,1,1,1.5,1,1", "the volume \"1.5\" is not a whole number of shares"),
            ("2013-10-04T08:07:00Z,SPY,1,1,2,1,1,1,1", "the low 2.00 is above the high 1.00"),
            ("2013-10-04T08:07:00Z,SPY,1,2,1,3,1,1,1", "the close 3.00 is not between the low 1.00 and the high 2.00"),
            ("2013-10-04T08:07:00Z,SPY,1,1,1,1,1,10.20,10.10", "the bid 10.20 is above the ask 10.10"),
            ("2013-10-04T08:07:00Z,SPY,1,1,1,1,1,1,", "the ask \"\": Enter a number."),
            ("2013-10-04T08:07:00Z,SPY,1,1,1,1,1,0,1", "the bid \"0\": Enter a number above zero."),
            ("2013-10-04T08:06:00Z,SPY,1,1,1,1,1,1,1", "the time 2013-10-04T08:06:00Z is before 2013-10-04T08:07:00Z"),
            ("2013-10-04T08:07:00Z,SPY", "there are 2 fields instead of 9"),
        ] {
            let refused = refusal(&format!("{HEADING}{GOOD}{row}\n{GOOD}"));
            assert!(refused.starts_with(&format!("tape.csv, line 3: {expected}")), "{refused}");
        }
    }

    #[test]
    fn a_tape_without_rows_or_with_other_columns_is_refused() {
        assert!(refusal("").starts_with("tape.csv: it is empty; its first line is time,symbol,"));
        assert_eq!(refusal(HEADING), "tape.csv: it has a heading and no rows");
        let unknown = refusal("time,symbol,open,high,low,close,volume,bid,ask,vwap\n");
        assert!(unknown.starts_with("tape.csv, line 1: there is no column \"vwap\""), "{unknown}");
        let missing = refusal("time,symbol,open,high,low,close,volume,bid\n");
        assert_eq!(missing, "tape.csv, line 1: the column \"ask\" is missing");
        assert!(refusal(&"9".repeat(1_000_000)).contains("a line is longer than 65536 bytes"));
        assert!(read(&HEADING.replace("bid", "bid,bid")).is_err());
    }

    /// So many good rows, then one that is not; made as they are read.
    struct Long {
        rows: u64,
        ready: Vec<u8>,
        given: usize,
    }

    impl Read for &mut Long {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            while self.ready.len() < buffer.len() && self.rows > 0 {
                self.rows -= 1;
                self.ready.extend_from_slice(if self.rows == 0 { b"and so on" } else { GOOD.as_bytes() });
            }
            let length = buffer.len().min(self.ready.len());
            buffer[..length].copy_from_slice(&self.ready[..length]);
            self.ready.drain(..length);
            self.given += length;
            Ok(length)
        }
    }

    #[test]
    fn a_tape_is_read_no_further_than_needed_however_long_it_is_and_its_lines_are_counted_to_the_end() {
        let mut source = Long { rows: 40_001, ready: HEADING.as_bytes().to_vec(), given: 0 };
        let mut tape = Tape::new("tape.csv".to_owned(), &mut source).unwrap();
        assert!(tape.next().unwrap().is_ok());
        drop(tape);
        assert!(source.given < 100_000, "a row costs a buffer, not the tape");
        let mut source = Long { rows: 40_001, ready: HEADING.as_bytes().to_vec(), given: 0 };
        let mut tape = Tape::new("tape.csv".to_owned(), &mut source).unwrap();
        let refused = tape.find_map(Result::err).unwrap().to_string();
        assert_eq!(refused, "tape.csv, line 40002: there are 1 fields instead of 9");
    }

    #[test]
    fn a_file_of_gigabytes_that_is_no_tape_is_refused_where_it_ceases_to_be_one() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{HEADING}{GOOD}")).unwrap();
        file.as_file().set_len(3 << 30).unwrap();
        let refused = Tape::open(file.path()).unwrap().find_map(Result::err).unwrap();
        assert!(refused.to_string().contains("a line is longer than 65536 bytes"), "{refused}");
        assert_eq!(refused.line(), Some(3));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let bytes = [HEADING.as_bytes(), b"\xff\xfe,SPY,1,1,1,1,1,1,1\n"].concat();
        let mut tape = Tape::new("tape.csv".to_owned(), bytes.as_slice()).unwrap();
        let refused = tape.next().unwrap().unwrap_err();
        assert_eq!((refused.line(), tape.next().is_none()), (Some(2), true));
        assert_eq!(refused.to_string(), "tape.csv, line 2: it is not UTF-8 text");
    }
}
