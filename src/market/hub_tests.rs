use super::*;
use crate::domain::{At, Halt, InstrumentId, Price, Quote, TradingStatus};
use crate::market::day::Calendar;
use crate::market::fixture::untraded;
use crate::market::status::{FeedName, Phase};
use serde_json::Value;

fn board() -> Arc<Board> {
    Arc::new(Board::new(&untraded(&["ACME", "BOLT", "CRUX"]), FeedName::Simulated, Calendar::Utc))
}

fn post(board: &Board, id: i64, last: i64) {
    let last = Price::from_units(last);
    let quote = Quote { bid: last, ask: last, last, previous_close: last, volume: 0, at: At::from_micros(0) };
    board.post(InstrumentId(id), quote).unwrap();
}

/// The text of a message that is longer than a head holds in its second byte, and shorter than one of eight.
fn text(message: &Message) -> &str {
    let bytes = message.bytes();
    assert_eq!((bytes[0], usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))), (0x81, bytes.len() - 4));
    std::str::from_utf8(&bytes[4..]).unwrap()
}

fn snapshot_of(frame: &Frame, places: &[usize]) -> String {
    let mut text = String::new();
    frame.snapshot_of(places, &mut text);
    text
}

fn changes_of(frame: &Frame, places: &[usize], previous: u64) -> Option<String> {
    let mut text = String::new();
    frame.changes_of(places, previous, &mut text).then_some(text)
}

fn symbols(text: &str) -> Vec<String> {
    let message: Value = serde_json::from_str(text).unwrap();
    let rates = message["rates"].as_array().unwrap();
    rates.iter().map(|rate| rate["symbol"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_frame_holds_what_changed_since_the_frame_before_and_a_snapshot_of_all() {
    let board = board();
    let first = Frame::first(Arc::clone(&board));
    assert_eq!(symbols(text(first.snapshot())), ["ACME", "BOLT", "CRUX"]);
    post(&board, 1, 10_000);
    post(&board, 3, 20_000);
    let second = first.next().unwrap();
    assert_eq!((second.previous(), second.sequence(), second.number()), (0, 2, first.number() + 1));
    assert_eq!(symbols(text(second.changes())), ["ACME", "CRUX"]);
    post(&board, 2, 30_000);
    let third = second.next().unwrap();
    assert_eq!(symbols(text(third.changes())), ["BOLT"]);
    let snapshot: Value = serde_json::from_str(text(third.snapshot())).unwrap();
    let last: Vec<_> = snapshot["rates"].as_array().unwrap().iter().map(|rate| rate["last"].as_str()).collect();
    assert_eq!(last, [Some("1.00"), Some("3.00"), Some("2.00")]);
}

#[test]
fn what_all_watch_is_encoded_and_framed_once_and_shared() {
    let board = board();
    post(&board, 1, 10_000);
    let frame = Frame::first(board);
    assert_eq!(frame.changes().bytes().as_ptr(), frame.changes().bytes().as_ptr());
    assert_eq!(frame.snapshot().bytes().as_ptr(), frame.snapshot().bytes().as_ptr());
}

#[test]
fn nothing_new_makes_no_frame_and_a_feed_that_turns_makes_one() {
    let board = board();
    post(&board, 1, 10_000);
    let frame = Frame::first(Arc::clone(&board));
    assert!(frame.next().is_none());
    board.turn(Phase::Ended);
    let ended = frame.next().unwrap();
    assert!(ended.turned() && symbols(text(ended.changes())).is_empty());
    assert!(text(ended.changes()).contains("\"state\":\"ended\""));
    assert!(ended.next().is_none());
}

#[test]
fn a_choice_of_symbols_sees_only_its_own_and_nothing_when_none_of_them_changed() {
    let board = board();
    let first = Frame::first(Arc::clone(&board));
    assert_eq!(symbols(&snapshot_of(&first, &[0, 2])), ["ACME", "CRUX"]);
    post(&board, 2, 10_000);
    let second = first.next().unwrap();
    assert!(second.turned());
    assert_eq!(symbols(&changes_of(&second, &[0, 2], 0).unwrap()), Vec::<String>::new());
    post(&board, 2, 11_000);
    let third = second.next().unwrap();
    assert_eq!(changes_of(&third, &[0, 2], 1), None);
    assert_eq!(symbols(&changes_of(&third, &[1], 1).unwrap()), ["BOLT"]);
}

#[tokio::test]
async fn whoever_was_away_finds_the_newest_frame_alone() {
    let board = board();
    let stop = CancellationToken::new();
    let hub = Hub::start(Arc::clone(&board), Duration::from_millis(1), stop.clone());
    let mut frames = hub.watch();
    let before = frames.borrow_and_update().number();
    for last in 1..=5 {
        post(&board, 1, last * 10_000);
        frames.changed().await.unwrap();
    }
    let mut last = frames.borrow_and_update().clone();
    while last.sequence() < 5 {
        frames.changed().await.unwrap();
        last = frames.borrow_and_update().clone();
    }
    assert!(last.number() > before + 1);
    assert!(text(last.snapshot()).contains("\"last\":\"5.00\""));
    stop.cancel();
    assert!(frames.changed().await.is_err());
}

#[test]
fn a_frame_says_when_the_list_has_changed_and_shows_only_what_is_on_it() {
    let board = board();
    let first = Frame::first(Arc::clone(&board));
    let roster = board.roster();
    let bolt = roster.at(1).unwrap();
    board.revise(&bolt.instrument, &TradingStatus { delisted: true, halt: None });
    let second = first.next().unwrap();
    assert!(second.relisted());
    assert_eq!(symbols(text(second.snapshot())), ["ACME", "CRUX"]);
    let own: Value = serde_json::from_str(&snapshot_of(&second, &[1])).unwrap();
    assert_eq!((&own["watching"], &own["rates"][0]["listed"]), (&serde_json::json!(["BOLT"]), &false.into()));
    post(&board, 2, 10_000);
    let third = second.next().unwrap();
    assert!(!third.relisted() && symbols(text(third.changes())).is_empty());
    assert_eq!(symbols(&changes_of(&third, &[1], 1).unwrap()), ["BOLT"]);

    board.list(&untraded(&["ACME", "BOLT", "CRUX", "DUNE"]).remove(3));
    let fourth = third.next().unwrap();
    assert!(fourth.relisted());
    assert_eq!(symbols(text(fourth.snapshot())), ["ACME", "CRUX", "DUNE"]);
}

#[test]
fn a_halt_is_a_change_of_its_line_alone() {
    let board = board();
    let first = Frame::first(Arc::clone(&board));
    let halt = Halt { since: At::from_micros(0), because: "News is coming".to_owned() };
    let status = TradingStatus { delisted: false, halt: Some(Arc::new(halt)) };
    board.revise(&board.roster().at(0).unwrap().instrument, &status);
    let halted = first.next().unwrap();
    assert!(!halted.relisted());
    let changes: Value = serde_json::from_str(text(halted.changes())).unwrap();
    assert_eq!(changes["rates"].as_array().map(Vec::len), Some(1));
    assert_eq!(changes["rates"][0]["halted"], "News is coming");
}
