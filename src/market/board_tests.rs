use super::*;
use crate::domain::Halt;
use crate::market::fixture::untraded;
use crate::market::status::FeedState;

const ACME: InstrumentId = InstrumentId(1);
const BOLT: InstrumentId = InstrumentId(2);

fn board() -> Board {
    Board::new(&untraded(&["ACME", "BOLT"]), FeedName::Simulated, Calendar::Utc)
}

fn quote(last: i64, second: i64) -> Quote {
    let price = Price::from_units;
    Quote {
        bid: price(last - 100),
        ask: price(last + 100),
        last: price(last),
        previous_close: price(10_000),
        volume: 7,
        at: At::from_micros(second * 1_000_000),
    }
}

#[test]
fn every_change_takes_the_next_number_and_each_line_keeps_its_own() {
    let board = board();
    assert_eq!(board.sequence(), 0);
    assert_eq!(board.quote(ACME), None);
    assert_eq!(board.post(ACME, quote(20_000, 1)), Ok(1));
    assert_eq!(board.post(BOLT, quote(30_000, 1)), Ok(2));
    assert_eq!(board.post(ACME, quote(21_000, 2)), Ok(3));
    assert_eq!(board.quote(BOLT).map(|standing| standing.sequence), Some(2));
    assert_eq!(board.quote(ACME).map(|standing| standing.quote), Some(quote(21_000, 2)));
    assert_eq!(board.changes_since(2).lines.len(), 1);
    assert_eq!(board.status().state, FeedState::Live);
    assert_eq!(board.market_time(), Some(At::from_micros(2_000_000)));
}

#[test]
fn an_unsound_quote_or_an_unknown_instrument_leaves_the_board_as_it_was() {
    let board = board();
    let crossed = Quote { bid: Price::from_units(20_200), ..quote(20_000, 1) };
    assert_eq!(board.post(ACME, crossed), Err(OffBoard::Unsound));
    assert_eq!(board.post(InstrumentId(9), quote(20_000, 1)), Err(OffBoard::UnknownInstrument));
    assert_eq!((board.sequence(), board.quote(ACME), board.market_time()), (0, None, None));
}

#[test]
fn a_new_day_turns_every_line_whether_it_has_traded_or_not() {
    let board = board();
    board.post(ACME, quote(20_000, 1)).unwrap();
    board.post(BOLT, quote(30_000, 1)).unwrap();
    assert_eq!(board.market_day(), 0);
    board.post(ACME, quote(21_000, 86_400)).unwrap();
    let bolt = board.quote(BOLT).unwrap();
    assert_eq!(board.market_day(), 1);
    assert_eq!((bolt.quote.previous_close.units(), bolt.quote.volume), (30_000, 0));
    assert_eq!(board.changes_since(2).lines.len(), 2);
}

#[test]
fn a_day_that_returns_begins_without_the_prices_of_the_one_before() {
    let board = board();
    board.post(ACME, quote(20_000, 1)).unwrap();
    board.post(ACME, quote(90_000, 86_400)).unwrap();
    assert_eq!(board.rate(ACME).unwrap().day_range, Some((Price::from_units(90_000), Price::from_units(90_000))));
    board.post(ACME, quote(21_000, 2)).unwrap();
    assert_eq!(board.rate(ACME).unwrap().day_range, Some((Price::from_units(21_000), Price::from_units(21_000))));
}

#[test]
fn a_trade_without_a_quote_moves_the_last_price_and_leaves_bid_and_ask_as_old_as_they_are() {
    let board = board();
    let price = Price::from_units;
    let trade =
        Trade { last: price(25_000), previous_close: price(10_000), volume: 9, at: At::from_micros(60_000_000) };
    assert_eq!(board.note(ACME, trade), Ok(0));
    assert_eq!(board.quote(ACME), None);
    board.post(ACME, quote(20_000, 1)).unwrap();
    assert_eq!(board.note(ACME, trade), Ok(2));
    let standing = board.quote(ACME).unwrap().quote;
    assert_eq!((standing.last, standing.volume), (price(25_000), 9));
    assert_eq!((standing.bid, standing.at), (quote(20_000, 1).bid, quote(20_000, 1).at));
    assert_eq!(board.market_time(), Some(trade.at));
}

#[test]
fn recent_prices_are_sampled_in_market_time_and_bounded() {
    let board = board();
    for second in 0..2_000 {
        board.post(ACME, quote(20_000 + second, second)).unwrap();
    }
    let rates = board.rates();
    let recent = &rates[0].recent;
    assert_eq!(recent.len(), RECENT_PRICES);
    assert!(recent.windows(2).all(|pair| pair[1].1.units() - pair[0].1.units() == 15));
    assert!(rates[1].recent.is_empty() && rates[1].standing.is_none());
}

#[test]
fn an_instrument_is_found_by_symbol_and_by_id() {
    let board = board();
    let acme = board.find(&"acme".parse().unwrap()).unwrap();
    assert_eq!(board.instrument(acme.id), Some(acme));
    assert_eq!(board.find(&"NONE".parse().unwrap()), None);
}

#[test]
fn an_instrument_that_is_listed_later_takes_the_next_place_and_is_quoted_like_any_other() {
    let board = board();
    board.post(ACME, quote(20_000, 1)).unwrap();
    let crux = untraded(&["ACME", "BOLT", "CRUX"]).remove(2);
    board.list(&crux);
    let id = crux.instrument.id;
    assert_eq!(board.roster().place_of(id), Some(2));
    assert_eq!((board.quote(id), board.rates().len()), (None, 3));
    assert_eq!(board.changes_since(1).lines, [(2, None)]);
    board.post(id, quote(30_000, 2)).unwrap();
    assert_eq!(board.candle(id, crate::domain::Timeframe::Day).map(|candle| candle.close), None);
    board.post(id, quote(31_000, 3)).unwrap();
    let candle = board.candle(id, crate::domain::Timeframe::Day).unwrap();
    assert_eq!(candle.close, Price::from_units(31_000));
    board.list(&crux);
    assert_eq!(board.rates().len(), 3);
}

#[test]
fn what_is_revised_keeps_its_place_its_symbol_and_its_quote_and_is_shown_again() {
    let board = board();
    board.post(BOLT, quote(20_000, 1)).unwrap();
    let before = board.roster();
    let traded = before.get(BOLT).unwrap();
    let renamed = Instrument { name: "Bolt and Sons".to_owned(), ..traded.instrument.as_ref().clone() };
    let halt = Halt { since: At::from_micros(5), because: "News is coming".to_owned() };
    let status = TradingStatus { delisted: false, halt: Some(Arc::new(halt)) };
    assert!(board.revise(&renamed, &status));
    let rate = board.rate(BOLT).unwrap();
    assert_eq!((rate.instrument.name.as_str(), &rate.status), ("Bolt and Sons", &status));
    assert_eq!(rate.standing.map(|standing| standing.quote), Some(quote(20_000, 1)));
    assert_eq!(board.changes_since(1).lines.len(), 1);
    assert_eq!(board.roster().edition(), before.edition(), "what is halted stays on the list");
    assert!(board.revise(&renamed, &status));
    assert_eq!(board.sequence(), 2, "what was so already is no change");
    assert!(!board.revise(&Instrument { id: InstrumentId(9), ..renamed }, &status));
}
