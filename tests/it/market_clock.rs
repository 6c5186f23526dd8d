//! The market's clock: paused, outside trading hours, and after its feed failed, everybody is told, orders are refused
//! by rule, and it goes on by itself.

use crate::support::books::assert_balanced;
use crate::support::{Server, Visitor};
use jiff::tz::TimeZone;
use std::time::Duration;
use tempfile::NamedTempFile;
use tradefloor::clock::Clock;

const HEADING: &str = "time,symbol,open,high,low,close,volume,bid,ask\n";
const GOOD: &str = "2013-10-04T14:30:00Z,SPY,168,168,168,168,100,167.99,168.01\n";
const LOOK_AGAIN: Duration = Duration::from_millis(100);

async fn badge(visitor: &Visitor) -> Option<String> {
    visitor.get("/rates").await.select_attribute("[data-badge]", "data-state")
}

async fn readiness(visitor: &Visitor, status: u16) -> serde_json::Value {
    let ready = visitor.get("/health/ready").await;
    ready.assert_is(status);
    serde_json::from_str(&ready.text).unwrap()
}

#[tokio::test]
async fn a_paused_market_says_so_everywhere_and_takes_no_order_however_fresh_its_quotes_are() {
    let server = Server::with(|settings| {
        settings.set("--speed", "pause").set("--quote-age-max", "1h");
    });
    let visitor = Visitor::new(&server);
    visitor.register("ada").await.assert_done();
    assert_eq!(badge(&visitor).await.as_deref(), Some("paused"));
    visitor.get("/portfolio").await.assert_is(200).assert_says("Paused");
    assert_eq!(readiness(&visitor, 200).await["market"], "paused");
    for page in ["/trade", "/trade?symbol=AAPL", "/stocks/AAPL"] {
        let hindrance = visitor.get(page).await.select_text("[data-hindrance]").unwrap();
        assert_eq!(hindrance, "Trading is paused. You can place orders when it resumes.", "{page}");
    }
    let refused = visitor.buy("AAPL", "1").await;
    refused.assert_is(422).assert_says("Trading is paused. You can place orders when it resumes.");
    assert_eq!(assert_balanced(server.database()).fills, 0);
}

#[tokio::test]
async fn a_tape_that_is_over_makes_no_step_and_offers_none() {
    let tape = NamedTempFile::new().unwrap();
    std::fs::write(tape.path(), format!("{HEADING}{GOOD}")).unwrap();
    let server = Server::with(|settings| {
        settings.replay(tape.path(), "max");
    });
    let boss = server.administrator("boss").await;
    while badge(&boss).await.as_deref() != Some("ended") {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    boss.acts("/admin/market/market/pause", &[]).await.assert_redirects_to("/admin/market");
    let market = boss.get("/admin/market").await;
    assert_eq!(market.select_text("a[href='/admin/market/market/step']"), None);
    assert_eq!(market.select_text("a[href='/admin/instruments/new/create']"), None, "nothing can be added to a tape");
    assert_eq!(boss.get("/admin/instruments").await.select_text("a[href$='/new/create']"), None);
    boss.get("/admin/market/market/step").await.assert_is(200).assert_says("there are no steps left");
}

#[tokio::test]
async fn a_closed_market_says_when_it_opens_and_refuses_orders_until_then() {
    let morning = Clock.now().timestamp().to_zoned(TimeZone::UTC).hour() < 12;
    let (hours, opens) = if morning { ("23:00-23:59", "23:00 UTC") } else { ("00:00-00:01", "00:00 UTC") };
    let server = Server::with(|settings| {
        settings.set("--trading-hours", hours);
    });
    let visitor = Visitor::new(&server);
    visitor.register("ada").await.assert_done();
    while badge(&visitor).await.as_deref() != Some("closed") {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    visitor.get("/stocks/AAPL").await.assert_is(200).assert_says("Closed until").assert_says(opens);
    let refused = visitor.buy("AAPL", "1").await;
    refused.assert_is(422).assert_says("The market is closed. It opens on ").assert_says(opens);
    assert_eq!(readiness(&visitor, 200).await["market"], "closed");
    assert_eq!(assert_balanced(server.database()).fills, 0);
}

#[tokio::test]
async fn a_tape_that_goes_bad_stops_the_market_with_its_line_and_one_that_is_mended_moves_it_again() {
    let tape = NamedTempFile::new().unwrap();
    std::fs::write(tape.path(), format!("{HEADING}{GOOD}")).unwrap();
    let server = Server::with(|settings| {
        settings.replay(tape.path(), "max").set("--quote-age-max", "1s").switch("--loop");
    });
    let visitor = Visitor::new(&server);
    visitor.register("ada").await.assert_done();
    visitor.buy("SPY", "1").await.assert_done();

    std::fs::write(tape.path(), format!("{HEADING}{GOOD}2013-10-04T14:31:00Z,SPY,what?\n")).unwrap();
    while badge(&visitor).await.as_deref() != Some("stopped") {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let unwell = readiness(&visitor, 503).await;
    let problem = unwell["market_problem"].as_str().unwrap();
    assert!(problem.ends_with("line 3: there are 3 fields instead of 9"), "{problem}");
    assert!(unwell["market_failures"].as_u64() >= Some(1));
    visitor.get("/rates").await.assert_says("Stopped");
    tokio::time::sleep(Duration::from_secs(1)).await;
    visitor.buy("SPY", "1").await.assert_is(422).assert_says("You can trade it again when a new quote arrives");

    std::fs::write(tape.path(), format!("{HEADING}{GOOD}")).unwrap();
    while badge(&visitor).await.as_deref() != Some("open") {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    visitor.buy("SPY", "1").await.assert_done();
    let well = readiness(&visitor, 200).await;
    assert!(well["market_problem"].is_null() && well["market_failures"].as_u64() >= Some(1));
    assert_eq!(assert_balanced(server.database()).fills, 2);
}

#[tokio::test]
async fn the_volume_of_the_day_goes_on_after_a_restart() {
    let mut server = Server::start();
    let mut visitor = Visitor::new(&server);
    let mut before = volume(&visitor).await;
    while before == 0 {
        tokio::time::sleep(LOOK_AGAIN).await;
        before = volume(&visitor).await;
    }
    assert!(server.stop().success());
    server.restart();
    visitor.moves_to(&server);
    let after = volume(&visitor).await;
    assert!(after >= before, "{after} after {before}");
}

/// How many shares of AAPL its page says were traded today.
async fn volume(visitor: &Visitor) -> u64 {
    let page = visitor.get("/stocks/AAPL").await;
    page.select_text("[data-field=volume]").unwrap().replace(',', "").parse().unwrap()
}
