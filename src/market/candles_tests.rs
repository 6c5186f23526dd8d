use super::*;
use crate::domain::Quote;
use crate::market::board::Trade;
use crate::market::day::Calendar;
use crate::market::fixture::untraded;
use proptest::prelude::*;

const ACME: InstrumentId = InstrumentId(1);
const BOLT: InstrumentId = InstrumentId(2);

fn board_of(feed: FeedName, calendar: Calendar) -> Board {
    Board::new(&untraded(&["ACME", "BOLT"]), feed, calendar)
}

fn board() -> Board {
    board_of(FeedName::Simulated, Calendar::Utc)
}

fn at(text: &str) -> At {
    text.parse().unwrap()
}

fn tick(board: &Board, id: InstrumentId, at: At, last: i64, volume: i64) {
    let last = Price::from_units(last);
    let quote = Quote { bid: last, ask: last, last, previous_close: last, volume, at };
    board.post(id, quote).unwrap();
}

fn candle(start: &str, prices: [i64; 4], volume: i64) -> Candle {
    Candle::new(at(start), prices.map(Price::from_units), volume).unwrap()
}

/// What was collected of an instrument in a timeframe, the last word on each span.
fn collected(candles: &[Recorded], id: InstrumentId, timeframe: Timeframe) -> Vec<Candle> {
    let theirs = candles.iter().filter(|one| (one.instrument, one.timeframe) == (id, timeframe));
    let spans: std::collections::BTreeMap<At, Candle> = theirs.map(|one| (one.candle.start, one.candle)).collect();
    spans.into_values().collect()
}

#[test]
fn every_tick_moves_the_candles_of_its_instrument_in_every_timeframe() {
    let board = board();
    tick(&board, ACME, at("2026-03-02T14:30:00Z"), 500, 1_000);
    assert_eq!(board.candle(ACME, Timeframe::Minute), None, "the first word only says where the count stands");
    tick(&board, ACME, at("2026-03-02T14:30:01Z"), 510, 1_100);
    tick(&board, ACME, at("2026-03-02T14:30:59.999999Z"), 490, 1_150);
    tick(&board, ACME, at("2026-03-02T14:30:59.999999Z"), 490, 1_150);
    tick(&board, ACME, at("2026-03-02T14:31:00Z"), 505, 1_160);
    let minute = board.candle(ACME, Timeframe::Minute);
    assert_eq!(minute, Some(candle("2026-03-02T14:31:00Z", [505, 505, 505, 505], 10)));
    for (timeframe, start) in [
        (Timeframe::FiveMinutes, "2026-03-02T14:30:00Z"),
        (Timeframe::Hour, "2026-03-02T14:00:00Z"),
        (Timeframe::Day, "2026-03-02T00:00:00Z"),
    ] {
        assert_eq!(board.candle(ACME, timeframe), Some(candle(start, [510, 510, 490, 505], 160)));
    }
    let Collected { candles, lost } = board.collect();
    let minutes = collected(&candles, ACME, Timeframe::Minute);
    assert_eq!((minutes[0], minutes.len(), lost), (candle("2026-03-02T14:30:00Z", [510, 510, 490, 490], 150), 2, 0));
    assert_eq!(candles.len(), 5);
    assert!(board.collect().candles.is_empty(), "what has not changed is not collected again");
}

#[test]
fn a_span_without_a_trade_has_no_candle_though_quotes_moved() {
    let board = board();
    let quoted = |at: At, bid: i64| {
        let last = Price::from_units(500);
        let quote = Quote { bid: Price::from_units(bid), ask: last, last, previous_close: last, volume: 70, at };
        board.post(ACME, quote).unwrap();
    };
    quoted(at("2026-03-02T14:30:00Z"), 490);
    tick(&board, ACME, at("2026-03-02T14:30:30Z"), 501, 90);
    tick(&board, ACME, at("2026-03-02T14:33:00Z"), 501, 90);
    tick(&board, ACME, at("2026-03-02T14:35:00Z"), 502, 100);
    let minutes = collected(&board.collect().candles, ACME, Timeframe::Minute);
    let starts: Vec<At> = minutes.iter().map(|minute| minute.start).collect();
    assert_eq!(starts, [at("2026-03-02T14:30:00Z"), at("2026-03-02T14:35:00Z")]);
}

#[test]
fn a_new_day_and_a_feed_that_counts_anew_lose_no_shares_and_invent_none() {
    let board = board();
    let volume = |timeframe| board.candle(ACME, timeframe).unwrap().volume;
    tick(&board, ACME, at("2026-03-02T23:59:58Z"), 500, 900);
    tick(&board, ACME, at("2026-03-02T23:59:59Z"), 501, 1_000);
    tick(&board, ACME, at("2026-03-03T00:00:01Z"), 502, 1_200);
    assert_eq!((volume(Timeframe::Day), volume(Timeframe::Hour)), (1_200, 1_200), "another day counts from nothing");
    tick(&board, ACME, at("2026-03-03T00:00:02Z"), 502, 30);
    tick(&board, ACME, at("2026-03-03T00:00:03Z"), 502, 50);
    assert_eq!(volume(Timeframe::Day), 1_250);
}

#[test]
fn a_trade_that_comes_late_counts_in_the_spans_that_are_still_open() {
    let board = board();
    tick(&board, ACME, at("2026-03-02T14:30:10Z"), 500, 0);
    tick(&board, ACME, at("2026-03-02T14:31:00Z"), 505, 10);
    tick(&board, ACME, at("2026-03-02T14:30:59Z"), 600, 15);
    let minute = board.candle(ACME, Timeframe::Minute);
    assert_eq!(minute, Some(candle("2026-03-02T14:31:00Z", [505, 505, 505, 505], 10)));
    assert_eq!(board.candle(ACME, Timeframe::Hour).unwrap().high, Price::from_units(600));
}

#[test]
fn a_recording_tells_at_the_end_of_a_span_what_happened_in_it_and_may_be_played_again() {
    let board = board_of(FeedName::Replay, Calendar::new_york());
    let play = || {
        board.led(ACME, Price::from_units(480), Price::from_units(520), Price::from_units(470));
        tick(&board, ACME, at("2013-10-11T14:31:00Z"), 500, 70);
        let (last, previous_close) = (Price::from_units(510), Price::from_units(500));
        let trade = Trade { last, previous_close, volume: 100, at: at("2013-10-12T00:00:00Z") };
        board.note(ACME, trade).unwrap();
        board.collect().candles
    };
    let first = play();
    let minutes = collected(&first, ACME, Timeframe::Minute);
    let expected =
        [candle("2013-10-11T14:30:00Z", [480, 520, 470, 500], 70), candle("2013-10-11T23:59:00Z", [510; 4], 30)];
    assert_eq!(minutes, expected);
    let days = collected(&first, ACME, Timeframe::Day);
    assert_eq!(days, [candle("2013-10-11T00:00:00Z", [480, 520, 470, 510], 100)]);
    let again = play();
    for timeframe in Timeframe::ALL {
        assert_eq!(collected(&again, ACME, timeframe), collected(&first, ACME, timeframe), "{timeframe}");
    }
}

#[test]
fn candles_go_on_from_what_was_recorded_of_their_spans_and_of_no_other() {
    let board = board();
    tick(&board, ACME, at("2026-03-02T14:31:30Z"), 500, 0);
    tick(&board, ACME, at("2026-03-02T14:31:40Z"), 510, 20);
    tick(&board, BOLT, at("2026-03-02T14:31:41Z"), 510, 20);
    let recorded = |instrument, timeframe, candle| Recorded { instrument, timeframe, candle };
    board.resume(&[
        recorded(ACME, Timeframe::Minute, candle("2026-03-02T14:31:00Z", [400, 600, 390, 450], 7)),
        recorded(ACME, Timeframe::FiveMinutes, candle("2026-03-02T14:25:00Z", [1, 1, 1, 1], 7)),
        recorded(BOLT, Timeframe::Hour, candle("2026-03-02T14:00:00Z", [400, 600, 390, 450], 9)),
        recorded(BOLT, Timeframe::Day, candle("2026-03-03T00:00:00Z", [1, 1, 1, 1], 9)),
    ]);
    tick(&board, BOLT, at("2026-03-02T14:31:42Z"), 700, 25);
    let open = |id, timeframe| board.candle(id, timeframe).unwrap();
    assert_eq!(open(ACME, Timeframe::Minute), candle("2026-03-02T14:31:00Z", [400, 600, 390, 510], 27));
    assert_eq!(open(ACME, Timeframe::FiveMinutes), candle("2026-03-02T14:30:00Z", [510; 4], 20));
    assert_eq!(open(BOLT, Timeframe::Hour), candle("2026-03-02T14:00:00Z", [400, 700, 390, 700], 14));
    assert_eq!(open(BOLT, Timeframe::Day), candle("2026-03-02T00:00:00Z", [700; 4], 5));
}

#[test]
fn what_nobody_collects_is_bounded_and_the_newest_of_it_stays() {
    let board = board();
    tick(&board, ACME, At::from_micros(0), 500, 0);
    let minutes = i64::try_from(MOST_CLOSED).unwrap();
    for minute in 1..=minutes {
        tick(&board, ACME, At::from_micros(minute * 60_000_000), 500 + minute % 2, 0);
    }
    let Collected { candles, lost } = board.collect();
    assert!(lost > 0 && candles.len() <= MOST_CLOSED + 4, "{lost}, {}", candles.len());
    let kept = collected(&candles, ACME, Timeframe::Minute);
    assert_eq!(kept.last().unwrap().start, At::from_micros(minutes * 60_000_000));
}

proptest! {
    #[test]
    fn candles_made_live_are_those_made_of_the_same_ticks_later_however_often_they_are_collected(
        steps in prop::collection::vec((0_i64..4_000_000_000, 1_i64..1_000_000, 1_i64..1_000, any::<bool>()), 1..80),
    ) {
        let board = board();
        tick(&board, ACME, At::from_micros(0), 1, 0);
        let (mut now, mut day, mut volume, mut ticks, mut live) = (0, 0, 0, Vec::new(), Vec::new());
        for (step, price, shares, collect) in steps {
            now += step;
            let moment = At::from_micros(now);
            volume = if moment.utc_day() == day { volume + shares } else { shares };
            day = moment.utc_day();
            tick(&board, ACME, moment, price, volume);
            ticks.push(Candle::opened(moment, Price::from_units(price), shares));
            if collect {
                live.extend(board.collect().candles);
            }
        }
        live.extend(board.collect().candles);
        for timeframe in Timeframe::ALL {
            let later = timeframe.fold(ticks.iter().copied(), At::utc_day);
            prop_assert_eq!(collected(&live, ACME, timeframe), later);
        }
    }
}
