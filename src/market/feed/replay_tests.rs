use super::*;
use crate::domain::Price;
use crate::market::day::Calendar;
use crate::market::feed::{Controls, Speed};
use crate::market::fixture::starting;
use crate::market::status::FeedName;
use std::path::PathBuf;
use std::sync::Arc;

const HEADING: &str = "time,symbol,open,high,low,close,volume,bid,ask\n";

fn written(rows: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{HEADING}{rows}")).unwrap();
    file
}

fn board_of(listings: &[Listing]) -> Board {
    Board::new(&starting(listings), FeedName::Replay, Calendar::new_york())
}

fn played(tape: &Path) -> Board {
    let board = board_of(&survey(tape).unwrap());
    let mut feed = replay(tape, false);
    assert!(matches!(feed.run(&board, &mut pace(Speed::Max)), End::Over));
    board
}

fn replay(tape: &Path, looping: bool) -> Replay {
    Replay::new(ReplayPlan { tape: tape.to_owned(), speed: Speed::Max, looping })
}

fn pace(speed: Speed) -> Pace {
    Pace::new(Arc::new(Controls::new(speed)))
}

fn quote(board: &Board, symbol: &str) -> Option<Quote> {
    let id = board.find(&symbol.parse().unwrap()).unwrap().id;
    board.quote(id).map(|standing| standing.quote)
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

#[test]
fn a_row_without_a_quote_moves_last_and_volume_and_keeps_the_standing_quote() {
    let tape = written(
        "2013-10-04T14:00:00Z,SPY,10,10,10,10,100,9.99,10.01\n\
         2013-10-04T14:01:00Z,SPY,11,11,11,11,50,,\n\
         2013-10-04T14:01:00Z,IBM,20,20,20,20,50,,\n",
    );
    let board = played(tape.path());
    let spy = quote(&board, "SPY").unwrap();
    assert_eq!((spy.last, spy.volume, spy.bid, spy.ask), (price("11"), 150, price("9.99"), price("10.01")));
    assert_eq!(spy.at, "2013-10-04T14:00:00Z".parse().unwrap());
    assert_eq!(quote(&board, "IBM"), None);
    assert_eq!(board.market_time(), Some("2013-10-04T14:01:00Z".parse().unwrap()));
}

#[test]
fn a_new_york_day_measures_from_the_last_price_of_the_day_before_and_the_first_from_its_first_price() {
    let first = "2013-10-04T14:00:00Z,SPY,10,12,10,12,100,12,12.01\n2013-10-05T00:00:00Z,SPY,13,13,13,13,5,13,13\n";
    let spy = quote(&played(written(first).path()), "SPY").unwrap();
    assert_eq!((spy.previous_close, spy.volume), (price("10"), 105));
    let next = format!("{first}2013-10-07T14:00:00Z,SPY,14,14,14,14,7,14,14\n");
    let spy = quote(&played(written(&next).path()), "SPY").unwrap();
    assert_eq!((spy.previous_close, spy.volume), (price("13"), 7));
}

#[test]
fn a_waiting_tape_stops_at_once_and_a_looping_one_never_ends_by_itself() {
    let tape = written("2013-10-04T14:00:00Z,A,1,1,1,1,1,1,1\n2013-10-04T20:00:00Z,A,1,1,1,1,1,1,1\n");
    let board = board_of(&survey(tape.path()).unwrap());
    for (speed, looping) in [(Speed::Times(1.0), false), (Speed::Paused, false), (Speed::Max, true)] {
        let controls = Arc::new(Controls::new(speed));
        controls.stop();
        let mut pace = Pace::new(controls);
        assert!(matches!(replay(tape.path(), looping).run(&board, &mut pace), End::Told));
    }
}

#[test]
fn a_tape_that_is_damaged_after_it_was_surveyed_stops_the_feed_and_says_where() {
    let good = "2013-10-04T14:00:00Z,A,1,1,1,1,1,1,1\n";
    let tape = written(good);
    let board = board_of(&survey(tape.path()).unwrap());
    std::fs::write(tape.path(), format!("{HEADING}{good}nonsense\n")).unwrap();
    let mut feed = replay(tape.path(), false);
    let End::Failed(problem) = feed.run(&board, &mut pace(Speed::Max)) else {
        panic!("it went on");
    };
    assert!(problem.ends_with("line 3: there are 1 fields instead of 9"), "{problem}");

    let mended = "2013-10-04T14:01:00Z,A,3,3,3,3,5,3,3\n";
    std::fs::write(tape.path(), format!("{HEADING}{good}{mended}")).unwrap();
    assert!(matches!(feed.run(&board, &mut pace(Speed::Max)), End::Over));
    let quote = quote(&board, "A").unwrap();
    assert_eq!((quote.last, quote.volume), (price("3"), 6), "the row that was played is not played again");
}

#[test]
fn a_tape_that_is_not_there_is_one_sentence() {
    let refused = survey(Path::new("nowhere/missing.csv")).unwrap_err().to_string();
    assert!(refused.starts_with("missing.csv: it cannot be opened: "), "{refused}");
    assert_eq!(
        survey(&std::env::temp_dir()).unwrap_err().to_string().split(": ").nth(1),
        Some("it is a directory, not a tape")
    );
}

/// The recording of October 2013, kept beside the repository.
fn recording() -> PathBuf {
    let file = "shared/data/us-equities-2013-10-minute.csv";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(file);
    assert!(path.is_file(), "The recorded tape is missing: put {file} in the directory above the repository.");
    path
}

#[test]
fn the_recorded_tape_is_sound_and_lists_its_four_instruments() {
    let listings = survey(&recording()).unwrap();
    let symbols: Vec<_> = listings.iter().map(|listing| listing.symbol.as_str()).collect();
    assert_eq!(symbols, ["SPY", "AIG", "BAC", "IBM"]);
    assert_eq!(listings[0].starting_price, price("167.65"));
}

#[test]
fn the_recorded_tape_ends_where_the_recording_does() {
    let board = played(&recording());
    let spy = quote(&board, "SPY").unwrap();
    assert_eq!((spy.bid, spy.ask, spy.last), (price("170.41"), price("170.46"), price("170.41")));
    assert_eq!(spy.at, "2013-10-12T00:00:00Z".parse().unwrap());
    // Friday 11 October in New York, though the last minute ends on Saturday in UTC.
    assert_eq!(board.market_day(), 15_989);
    assert!(board.rates().iter().all(|rate| rate.standing.is_some()));
}
