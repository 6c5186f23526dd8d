use super::*;
use crate::domain::{At, Symbol};
use crate::market::fixture::{starting, untraded};

fn listed() -> Vec<Listed> {
    starting(&listings::starter())
}

fn plan(speed: Speed) -> MarketPlan {
    MarketPlan {
        listed: listed(),
        feed: FeedPlan::Simulated(SimulatedPlan { seed: 1, speed, hours: None }),
        cadence: Duration::from_millis(20),
        begin: "2026-03-02T14:30:00Z".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_simulated_market_quotes_everything_moves_and_stops_when_told() {
    for speed in [Speed::Times(1.0), Speed::Times(1_000.0), Speed::Max] {
        let market = Market::open(plan(speed)).unwrap();
        let mut frames = market.hub().watch();
        for _ in 0..3 {
            frames.changed().await.unwrap();
        }
        assert!(market.board().rates().iter().all(|rate| rate.standing.is_some()), "{speed}");
        assert_eq!(market.board().status().state, FeedState::Live);
        assert!(market.board().market_time() > Some(plan(speed).begin));
        market.stop().await;
        let sequence = market.board().sequence();
        assert!(matches!(market.board().status().state, FeedState::Stopped { .. }));
        tokio::task::yield_now().await;
        assert_eq!(market.board().sequence(), sequence);
    }
}

#[tokio::test]
async fn a_market_resumes_at_the_prices_it_is_told_and_measures_the_day_from_the_close_it_is_told() {
    let mut plan = plan(Speed::Times(1.0));
    let first = plan.listed.first_mut().unwrap();
    first.last = Some("500.00".parse().unwrap());
    first.previous_close = Some("400.00".parse().unwrap());
    let market = Market::open(plan).unwrap();
    market.hub().watch().changed().await.unwrap();
    let apple: Symbol = "AAPL".parse().unwrap();
    let id = market.board().find(&apple).unwrap().id;
    let quote = market.board().quote(id).unwrap().quote;
    assert!((quote.last.units() - 5_000_000).abs() < 50_000, "{quote:?}");
    assert_eq!(quote.previous_close.units(), 4_000_000);
    market.stop().await;
}

#[tokio::test]
async fn a_tape_that_is_over_says_so() {
    let tape = tempfile::NamedTempFile::new().unwrap();
    let text = "time,symbol,open,high,low,close,volume,bid,ask\n2013-10-04T14:00:00Z,AAPL,1,1,1,1,1,1,2\n";
    std::fs::write(tape.path(), text).unwrap();
    let feed = FeedPlan::Replay(ReplayPlan { tape: tape.path().to_owned(), speed: Speed::Max, looping: false });
    let market = Market::open(MarketPlan { feed, ..plan(Speed::Max) }).unwrap();
    let mut frames = market.hub().watch();
    while !matches!(market.board().status().state, FeedState::Ended { .. }) {
        frames.changed().await.unwrap();
    }
    assert_eq!(market.board().market_day() % 10_000_000, 15_982);
    market.stop().await;
}

/// Waits until the market is as it should be.
async fn until(market: &Market, told: impl Fn(&Board) -> bool) {
    while !told(market.board()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn simulated(speed: Speed, hours: Option<&str>) -> MarketPlan {
    let hours = hours.map(|hours| hours.parse().unwrap());
    MarketPlan { feed: FeedPlan::Simulated(SimulatedPlan { seed: 1, speed, hours }), ..plan(speed) }
}

#[tokio::test]
async fn a_paused_market_stands_still_makes_the_steps_it_is_asked_for_and_goes_on() {
    let plan = simulated(Speed::Paused, None);
    let begin = plan.begin;
    let market = Market::open(plan).unwrap();
    until(&market, |board| board.rates().iter().all(|rate| rate.standing.is_some())).await;
    let status = market.board().status();
    assert_eq!((status.state, status.speed), (FeedState::Paused, Speed::Paused));
    assert_eq!(market.board().market_time(), Some(begin));

    let minute = |count| Some(begin.plus(Duration::from_mins(count)));
    assert!(market.step() && market.step());
    until(&market, |board| board.market_time() >= minute(2)).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(market.board().market_time(), minute(2));

    market.resume();
    assert_eq!(market.speed(), Speed::REAL_TIME);
    until(&market, |board| board.market_time() > minute(2)).await;
    assert_eq!(market.board().status().state, FeedState::Live);
    assert!(!market.step(), "a market that runs makes no steps by hand");
    market.set_speed(Speed::Times(50.0));
    market.pause();
    market.resume();
    assert_eq!(market.speed(), Speed::Times(50.0));
    market.stop().await;
}

#[tokio::test]
async fn a_tape_that_waits_for_hours_hears_of_another_speed_at_once() {
    let tape = tempfile::NamedTempFile::new().unwrap();
    let rows = "2013-10-04T14:00:00Z,AAPL,1,1,1,1,1,1,2\n2013-10-04T20:00:00Z,AAPL,3,3,3,3,1,3,4\n";
    std::fs::write(tape.path(), format!("time,symbol,open,high,low,close,volume,bid,ask\n{rows}")).unwrap();
    let feed = ReplayPlan { tape: tape.path().to_owned(), speed: Speed::REAL_TIME, looping: false };
    let market = Market::open(MarketPlan { feed: FeedPlan::Replay(feed), ..plan(Speed::Max) }).unwrap();
    until(&market, |board| board.sequence() == 1).await;
    market.pause();
    assert_eq!(market.board().status().state, FeedState::Paused);
    assert!(market.step());
    until(&market, |board| board.sequence() == 2).await;
    until(&market, |board| matches!(board.status().state, FeedState::Ended { .. })).await;
    market.stop().await;

    let feed = ReplayPlan { tape: tape.path().to_owned(), speed: Speed::REAL_TIME, looping: false };
    let market = Market::open(MarketPlan { feed: FeedPlan::Replay(feed), ..plan(Speed::Max) }).unwrap();
    until(&market, |board| board.sequence() == 1).await;
    market.set_speed(Speed::Max);
    until(&market, |board| matches!(board.status().state, FeedState::Ended { .. })).await;
    market.stop().await;
}

#[tokio::test]
async fn outside_trading_hours_nothing_moves_and_everybody_can_see_when_it_opens() {
    // A Monday, 14:30 in UTC: half an hour before it opens.
    let mut plan = simulated(Speed::REAL_TIME, Some("10:00-10:10 America/New_York"));
    plan.listed.truncate(2);
    let market = Market::open(plan).unwrap();
    let opens: At = "2026-03-02T15:00:00Z".parse().unwrap();
    until(&market, |board| board.status().state == FeedState::Closed { opens }).await;
    assert!(market.board().rates().iter().all(|rate| rate.standing.is_some()), "where it stands is known");
    let sequence = market.board().sequence();
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(market.board().sequence(), sequence);
    market.pause();
    assert!(market.step());
    until(&market, |board| board.market_time() >= Some(opens)).await;
    market.set_speed(Speed::Max);
    // Over the weekend, to the next Monday.
    until(&market, |board| board.market_day() % 10_000_000 >= 20_514 + 7).await;
    market.stop().await;
}

fn dune() -> Listed {
    let mut listed = untraded(&["DUNE"]).remove(0);
    listed.instrument.id = InstrumentId(1_000);
    Listed { last: Some("50.00".parse().unwrap()), ..listed }
}

#[tokio::test]
async fn an_instrument_listed_while_the_market_runs_stands_paused_or_closed_at_its_price_at_once() {
    for (speed, hours) in [
        (Speed::REAL_TIME, None),
        (Speed::Max, None),
        (Speed::Paused, None),
        (Speed::REAL_TIME, Some("10:00-10:10 America/New_York")),
    ] {
        let market = Market::open(simulated(speed, hours)).unwrap();
        until(&market, |board| board.rates().iter().all(|rate| rate.standing.is_some())).await;
        market.list(&dune());
        let id = InstrumentId(1_000);
        until(&market, |board| board.quote(id).is_some()).await;
        let quote = market.board().quote(id).unwrap().quote;
        assert_eq!(quote.previous_close, "50.00".parse().unwrap());
        if speed != Speed::Max {
            assert!((quote.last.units() - 500_000).abs() < 5_000, "{quote:?}");
        }
        let state = market.board().status().state;
        match (speed, hours) {
            (Speed::Paused, _) => assert_eq!(state, FeedState::Paused),
            (_, None) => until(&market, |board| board.quote(id).is_some_and(|now| now.quote != quote)).await,
            (_, Some(_)) => until(&market, |board| board.status().state.opens().is_some()).await,
        }
        market.stop().await;
    }
}

#[tokio::test]
async fn prices_are_set_while_the_market_runs_and_while_it_stands_and_never_on_a_tape() {
    for speed in [Speed::REAL_TIME, Speed::Paused] {
        let market = Market::open(simulated(speed, None)).unwrap();
        until(&market, |board| board.rates().iter().all(|rate| rate.standing.is_some())).await;
        let apple = market.board().find(&"AAPL".parse().unwrap()).unwrap().id;
        let price: Price = "12.34".parse().unwrap();
        market.set_prices(vec![(apple, price), (InstrumentId(9_999), price)]).await.unwrap();
        let rate = market.board().rate(apple).unwrap();
        let quote = rate.standing.unwrap().quote;
        assert!((quote.last.units() - price.units()).abs() < 500, "{quote:?}");
        assert!(quote.bid <= quote.last && quote.last <= quote.ask);
        let (low, high) = rate.day_range.unwrap();
        assert!(low <= price && high > price, "the day goes on, and was there before: {low} to {high}");
        let candle = market.board().candle(apple, crate::domain::Timeframe::Day).unwrap();
        assert!(candle.low <= price);
        market.stop().await;
        assert_eq!(market.set_prices(vec![(apple, price)]).await, Err(NotSet::NotHeard));
    }
    let tape = tempfile::NamedTempFile::new().unwrap();
    let text = "time,symbol,open,high,low,close,volume,bid,ask\n2013-10-04T14:00:00Z,AAPL,1,1,1,1,1,1,2\n";
    std::fs::write(tape.path(), text).unwrap();
    let feed = FeedPlan::Replay(ReplayPlan { tape: tape.path().to_owned(), speed: Speed::Max, looping: false });
    let market = Market::open(MarketPlan { feed, ..plan(Speed::Max) }).unwrap();
    assert_eq!(market.set_prices(Vec::new()).await, Err(NotSet::Recording));
    market.stop().await;
}

#[tokio::test]
async fn a_wait_for_the_opening_goes_on_where_something_was_done_in_between() {
    let mut plan = simulated(Speed::Times(1_800.0), Some("10:00-10:10 America/New_York"));
    plan.listed.truncate(2);
    let market = Market::open(plan).unwrap();
    let opens: At = "2026-03-02T15:00:00Z".parse().unwrap();
    // Half an hour takes a second at this speed. Were each interruption to begin the wait anew, it would never end.
    while market.board().market_time() < Some(opens) {
        market.list(&dune());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    market.stop().await;
}
