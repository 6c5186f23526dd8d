use super::*;
use crate::domain::Symbol;
use crate::market::fixture::starting;

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
