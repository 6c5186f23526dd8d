use super::*;
use crate::domain::{Instrument, InstrumentId, PublicId, Symbol};

fn listed() -> Vec<Listed> {
    let listings = listings::starter();
    let listed = (1..).zip(listings).map(|(id, listing)| Listed {
        instrument: Instrument {
            id: InstrumentId(id),
            public_id: PublicId::random(),
            symbol: listing.symbol,
            name: listing.name,
            sector: listing.sector,
        },
        last: Some(listing.starting_price),
        previous_close: None,
    });
    listed.collect()
}

fn plan(speed: Speed) -> MarketPlan {
    MarketPlan {
        listed: listed(),
        feed: FeedPlan::Simulated { seed: 1, speed },
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
    let feed = FeedPlan::Replay { tape: tape.path().to_owned(), speed: Speed::Max, looping: false };
    let market = Market::open(MarketPlan { feed, ..plan(Speed::Max) }).unwrap();
    let mut frames = market.hub().watch();
    while !matches!(market.board().status().state, FeedState::Ended { .. }) {
        frames.changed().await.unwrap();
    }
    assert_eq!(market.board().market_day() % 10_000_000, 15_982);
    market.stop().await;
}
