//! The listings a market opens with: a CSV of `symbol,name,sector,price`.

use super::lines::BoundedLines;
use crate::domain::instrument::{LONGEST_NAME, is_a_name};
use crate::domain::{Listing, Price, Symbol};
use std::collections::HashSet;
use std::io::Read;

/// The most instruments a market holds.
pub const MOST_INSTRUMENTS: usize = 10_000;

const COLUMNS: [&str; 4] = ["symbol", "name", "sector", "price"];

/// The listings that ship with Tradefloor.
const STARTER: &str = include_str!("starter.csv");

/// Why a file of listings was refused. Displays as one sentence that names the line.
#[derive(Debug, thiserror::Error)]
pub enum ListingsError {
    /// One line is wrong.
    #[error("line {line}: {problem}")]
    Line {
        /// Counted from 1, the heading included.
        line: u64,
        /// What is wrong, as the rest of a sentence.
        problem: String,
    },
    /// The heading stands alone, or nothing does.
    #[error("there are no listings; each line after \"symbol,name,sector,price\" is one")]
    Empty,
    /// The file could not be read.
    #[error("the listings could not be read: {0}")]
    Read(#[from] std::io::Error),
}

/// Reads up to [`MOST_INSTRUMENTS`] listings.
///
/// # Errors
/// The first line that is wrong, and why.
pub fn read(source: impl Read) -> Result<Vec<Listing>, ListingsError> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(BoundedLines::new(source));
    if reader.headers().map_err(refused)? != COLUMNS.as_slice() {
        return Err(wrong(1, format!("the columns are {}", COLUMNS.join(","))));
    }
    let mut listings = Vec::new();
    let mut seen = HashSet::new();
    for record in reader.into_records() {
        let record = record.map_err(refused)?;
        let line = record.position().map_or(0, csv::Position::line);
        let listing = listing(&record).map_err(|problem| wrong(line, problem))?;
        if !seen.insert(listing.symbol.clone()) {
            return Err(wrong(line, format!("{} is listed twice", listing.symbol)));
        }
        if listings.len() == MOST_INSTRUMENTS {
            return Err(wrong(line, format!("a market holds at most {MOST_INSTRUMENTS} instruments")));
        }
        listings.push(listing);
    }
    if listings.is_empty() { Err(ListingsError::Empty) } else { Ok(listings) }
}

/// About fifty well-known US companies and funds at plausible prices.
#[must_use]
pub fn starter() -> Vec<Listing> {
    // Its test parses it; nothing at run time can change it.
    read(STARTER.as_bytes()).unwrap_or_default()
}

fn listing(record: &csv::StringRecord) -> Result<Listing, String> {
    let fields: Vec<&str> = record.iter().collect();
    let [symbol, name, sector, price] = fields.as_slice() else {
        return Err(format!("there are {} fields instead of {}", fields.len(), COLUMNS.len()));
    };
    if name.is_empty() {
        return Err("the name is empty".to_owned());
    }
    for (column, text) in [("name", name), ("sector", sector)] {
        if !is_a_name(text) {
            return Err(format!("the {column} must be at most {LONGEST_NAME} printable characters"));
        }
    }
    let symbol: Symbol = symbol.parse().map_err(|error| format!("{symbol:?} is no symbol: {error}"))?;
    let starting_price = Price::parse_positive(price).map_err(|error| format!("the price {price:?}: {error}"))?;
    if starting_price < Price::LOWEST {
        return Err(format!("the price {starting_price} is below {}, the lowest there is", Price::LOWEST));
    }
    Ok(Listing { symbol, name: (*name).to_owned(), sector: (*sector).to_owned(), starting_price })
}

fn wrong(line: u64, problem: String) -> ListingsError {
    ListingsError::Line { line, problem }
}

fn refused(error: csv::Error) -> ListingsError {
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ListingsError::Read(error),
        csv::ErrorKind::Utf8 { err, .. } => wrong(line, err.to_string()),
        kind => wrong(line, format!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn the_starter_market_has_about_fifty_listings_with_a_sector_each() {
        let listings = read(STARTER.as_bytes()).unwrap();
        assert!((45..=60).contains(&listings.len()));
        assert!(listings.iter().all(|listing| !listing.sector.is_empty()));
        assert_eq!(starter(), listings);
    }

    #[test]
    fn each_mistake_is_named_with_its_line() {
        let heading = "symbol,name,sector,price\n";
        for (rows, expected) in [
            ("ACME,Acme,Tools", "line 2: there are 3 fields instead of 4"),
            ("ACME,Acme,Tools,1\nacme,Again,Tools,2", "line 3: ACME is listed twice"),
            ("ACME,,Tools,1", "line 2: the name is empty"),
            ("A B,Acme,Tools,1", "line 2: \"A B\" is no symbol: A symbol is 1 to 8"),
            ("ACME,Acme,Tools,-1", "line 2: the price \"-1\": Enter a number above zero."),
            ("ACME,Acme,Tools,0.001", "line 2: the price 0.001 is below 0.01, the lowest there is"),
            ("", "there are no listings"),
        ] {
            let refused = refusal(&format!("{heading}{rows}"));
            assert!(refused.starts_with(expected), "{refused}");
        }
        assert_eq!(refusal("ticker,price\nA,1"), "line 1: the columns are symbol,name,sector,price");
    }

    #[test]
    fn what_is_not_text_or_never_ends_a_line_is_refused() {
        assert!(read(b"symbol,name,sector,price\n\xff\xfe,a,b,1\n".as_slice()).is_err());
        assert!(refusal(&"x".repeat(200_000)).contains("line is longer"));
        let many = (0..=MOST_INSTRUMENTS).map(|n| format!("S{n},Name,Sector,1")).collect::<Vec<_>>().join("\n");
        assert!(refusal(&format!("symbol,name,sector,price\n{many}")).contains("at most 10000 instruments"));
    }
}
