//! Real prices, recorded, from the `shared/data` folder beside the package.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use tradefloor::domain::{At, Price, Symbol};

/// Minute bars of SPY, IBM, BAC and AIG.
pub(crate) const MINUTES: &str = "us-equities-2013-10-minute.csv";
/// Daily bars of eight listings over nine years.
pub(crate) const DAYS: &str = "us-equities-daily.csv";

/// One minute of one listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Minute {
    /// The end of the minute.
    pub(crate) at: At,
    pub(crate) symbol: Symbol,
    pub(crate) open: Price,
    pub(crate) high: Price,
    pub(crate) low: Price,
    pub(crate) close: Price,
    /// Whole shares.
    pub(crate) volume: i64,
    /// The quote at the end of the minute, where one was recorded.
    pub(crate) bid: Option<Price>,
    pub(crate) ask: Option<Price>,
    line: String,
}

/// Where a recorded file lies.
///
/// # Panics
/// With what to do about it when it does not.
pub(crate) fn path(file: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let path = folder.join(file);
    assert!(
        path.is_file(),
        "The recorded prices are missing: {} does not exist. Put the folder shared/ beside the package.",
        path.display()
    );
    path
}

/// The whole minute tape, in its own order: by time, then by symbol.
pub(crate) fn minutes() -> Vec<Minute> {
    let path = path(MINUTES);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows = text.lines().enumerate().skip(1);
    rows.map(|(index, line)| minute(line).unwrap_or_else(|| panic!("{} line {}: {line}", path.display(), index + 1)))
        .collect()
}

fn minute(line: &str) -> Option<Minute> {
    let mut columns = line.split(',');
    let at = columns.next()?.parse().ok()?;
    let symbol = columns.next()?.parse().ok()?;
    let mut price = || columns.next()?.parse::<Price>().ok();
    let (open, high, low, close) = (price()?, price()?, price()?, price()?);
    let volume = columns.next()?.parse().ok()?;
    let mut quoted = || match columns.next()? {
        "" => Some(None),
        text => text.parse::<Price>().ok().map(Some),
    };
    let (bid, ask) = (quoted()?, quoted()?);
    Some(Minute { at, symbol, open, high, low, close, volume, bid, ask, line: line.to_owned() })
}

/// A tape of its own with the minutes from `from` (such as `2013-10-04T14:30:00Z`) on, `count` rows at most, of these
/// symbols alone. The file goes when the value is dropped.
pub(crate) fn slice(from: &str, symbols: &[&str], count: usize) -> NamedTempFile {
    let from: At = from.parse().unwrap_or_else(|error| panic!("{from:?} is no moment: {error}"));
    let mut text = String::from("time,symbol,open,high,low,close,volume,bid,ask\n");
    let wanted = minutes().into_iter().filter(|row| row.at >= from && symbols.contains(&row.symbol.as_str()));
    for row in wanted.take(count) {
        writeln!(text, "{}", row.line).expect("text grows");
    }
    let mut file = tempfile::Builder::new().prefix("tape-").suffix(".csv").tempfile().expect("a file for the tape");
    file.write_all(text.as_bytes()).expect("the tape is written");
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_minutes_are_read_whole() {
        let minutes = minutes();
        assert_eq!(minutes.len(), 13_429);
        assert_eq!(minutes.iter().filter(|row| row.bid.is_none() || row.ask.is_none()).count(), 286);
        assert!(minutes.is_sorted_by_key(|row| (row.at, row.symbol.clone())));
        let first = &minutes[0];
        assert_eq!((first.symbol.as_str(), first.volume), ("SPY", 20_000));
        assert_eq!((first.open, first.high, first.low, first.close), {
            let price = Price::from_units(1_676_500);
            (price, price, price, price)
        });
        assert_eq!((first.bid, first.ask), (Some(Price::from_units(1_676_100)), Some(Price::from_units(1_676_400))));
    }

    #[test]
    fn a_slice_begins_at_its_minute_and_holds_its_symbols_alone() {
        let tape = slice("2013-10-04T14:30:00Z", &["SPY", "IBM"], 4);
        let text = std::fs::read_to_string(tape.path()).unwrap();
        let starts: Vec<_> =
            text.lines().skip(1).map(|line| line.split(',').take(2).collect::<Vec<_>>().join(" ")).collect();
        let expected = [
            "2013-10-04T14:30:00Z IBM",
            "2013-10-04T14:30:00Z SPY",
            "2013-10-04T14:31:00Z IBM",
            "2013-10-04T14:31:00Z SPY",
        ];
        assert_eq!(starts, expected);
    }

    #[test]
    fn the_daily_prices_are_there_too() {
        assert!(path(DAYS).is_file());
    }
}
