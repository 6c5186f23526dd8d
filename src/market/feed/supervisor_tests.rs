use super::*;
use crate::domain::{At, InstrumentId, Price, Quote};
use crate::market::day::Calendar;
use crate::market::feed::{Controls, Speed};
use crate::market::fixture::untraded;
use crate::market::status::{FeedName, FeedState};
use std::sync::Arc;

const ACME: InstrumentId = InstrumentId(1);

fn board() -> Board {
    Board::new(&untraded(&["ACME"]), FeedName::Simulated, Calendar::Utc)
}

fn quote() -> Quote {
    let price = Price::from_units(10_000);
    Quote { bid: price, ask: price, last: price, previous_close: price, volume: 0, at: At::from_micros(0) }
}

#[test]
fn a_feed_that_panics_is_seen_to_stop_runs_again_by_itself_and_is_seen_to_recover() {
    let board = board();
    let controls = Arc::new(Controls::new(Speed::REAL_TIME));
    let mut runs = 0;
    let phase = supervise(&board, &mut Pace::new(controls), |board, _| {
        runs += 1;
        if runs == 1 {
            board.post(ACME, quote()).unwrap();
            panic!("the wheel came off");
        }
        let trouble = board.trouble().unwrap();
        assert_eq!((&*trouble.problem, trouble.recovered), ("it panicked: the wheel came off", false));
        assert!(matches!(board.status().state, FeedState::Stopped { .. }));
        board.post(ACME, quote()).unwrap();
        assert_eq!(board.status().state, FeedState::Live);
        End::Over
    });
    let trouble = board.trouble().unwrap();
    assert_eq!((phase, runs, trouble.failures, trouble.recovered), (Phase::Ended, 2, 1, true));
}

#[test]
fn a_feed_that_waits_to_begin_again_stops_when_the_market_does() {
    let board = board();
    let controls = Arc::new(Controls::new(Speed::Paused));
    let telling = Arc::clone(&controls);
    let phase = supervise(&board, &mut Pace::new(controls), move |_, _| {
        telling.stop();
        End::Failed("the line was cut".to_owned())
    });
    assert_eq!((phase, board.trouble().map(|trouble| trouble.failures)), (Phase::Stopped, Some(1)));
}
