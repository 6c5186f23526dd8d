//! The recorded tape drives the site: the prices of a known minute to the cent, its own instruments, and an end.

use crate::support::books::assert_balanced;
use crate::support::recorded::{Minute, minutes, slice};
use crate::support::{Server, Visitor};
use std::time::Duration;
use tempfile::NamedTempFile;

/// A minute in which both listings were quoted.
const MINUTE: &str = "2013-10-04T14:30:00Z";

/// Longer than a looping tape pauses before it begins again.
const TURN: Duration = Duration::from_millis(300);

/// A server on the minutes from [`MINUTE`] on.
fn replaying(rows: usize, speed: &str, looping: bool) -> (Server, NamedTempFile) {
    let tape = slice(MINUTE, &["SPY", "IBM"], rows);
    let server = Server::with(|settings| {
        settings.replay(tape.path(), speed).set("--quote-age-max", "5m");
        if looping {
            settings.switch("--loop");
        }
    });
    (server, tape)
}

fn recorded(symbol: &str) -> Minute {
    let found = minutes().into_iter().find(|row| row.at.to_string() == MINUTE && row.symbol.as_str() == symbol);
    found.unwrap_or_else(|| panic!("{symbol} was not recorded at {MINUTE}"))
}

/// The newest line of the history: side, symbol, shares, price, total, gain, bid, ask, last, quoted.
async fn newest_fill(visitor: &Visitor) -> Vec<String> {
    let file = visitor.get("/history.csv").await;
    file.assert_is(200);
    let line = file.text.lines().nth(1).expect("something was traded").to_owned();
    line.split(',').skip(2).take(10).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_buyer_gets_the_ask_of_the_minute_and_a_seller_its_bid_to_the_cent() {
    let (server, _tape) = replaying(200, "1", false);
    let (spy, ibm) = (recorded("SPY"), recorded("IBM"));
    let (bid, ask) = (spy.bid.unwrap().to_string(), spy.ask.unwrap().to_string());
    assert_eq!((bid.as_str(), ask.as_str()), ("168.28", "168.29"));

    let visitor = Visitor::new(&server);
    visitor.register("ada").await.assert_done();
    let rates = visitor.get("/rates").await;
    rates.assert_says("Recorded prices, 4 Oct 2013, 10:30").assert_says(&ibm.close.to_string());
    let mut symbols: Vec<_> = {
        let page = rates.html();
        let row = scraper::Selector::parse("tr[data-symbol]").unwrap();
        page.select(&row).filter_map(|row| row.attr("data-symbol")).map(str::to_owned).collect()
    };
    symbols.sort_unstable();
    assert_eq!(symbols, ["IBM", "SPY"], "the instruments are those of the tape");

    let bought = visitor.buy("SPY", "10").await;
    let receipt = visitor.follow(&bought).await;
    receipt.assert_is(200).assert_says("Bought 10 SPY at 168.29 for $1,682.90");
    let last = spy.close.to_string();
    let quote = [&bid, &ask, &last, MINUTE];
    let fill = newest_fill(&visitor).await;
    assert_eq!(fill[..6], ["buy", "SPY", "10", &ask, "1682.90", ""]);
    assert_eq!(fill[6..], quote);

    let sold = visitor.sell("SPY", "10").await;
    visitor.follow(&sold).await.assert_is(200).assert_says("Sold 10 SPY at 168.28 for $1,682.80");
    let fill = newest_fill(&visitor).await;
    assert_eq!(fill[..6], ["sell", "SPY", "10", &bid, "1682.80", "-0.10"]);
    assert_eq!(fill[6..], quote);
    visitor.get("/wallet").await.assert_says("$9,999.90");
    let unknown = visitor.buy("AAPL", "1").await;
    unknown.assert_is(422).assert_says("AAPL is not listed here.");
    assert_eq!(assert_balanced(server.database()).fills, 2);
}

#[tokio::test]
async fn when_the_tape_is_over_orders_are_refused_with_the_reason_and_every_page_says_so() {
    let (server, _tape) = replaying(6, "max", false);
    let visitor = Visitor::new(&server);
    visitor.register("ada").await.assert_done();
    while visitor.get("/rates").await.select_attribute("[data-badge]", "data-state").as_deref() != Some("ended") {
        tokio::task::yield_now().await;
    }
    for path in ["/rates", "/portfolio", "/trade", "/stocks/SPY"] {
        visitor.get(path).await.assert_is(200).assert_says("Recorded prices").assert_says("Recording ended");
    }
    for (side, symbol) in [("buy", "SPY"), ("sell", "IBM")] {
        let ticket = visitor.ticket(side, symbol, "shares", "1").await;
        let refused = visitor.send(&ticket).await;
        refused.assert_is(422).assert_says("The recording has ended, so trading is over.");
        assert_eq!(
            refused.select_attribute("input[name=amount]", "value").as_deref(),
            Some("1"),
            "what was typed is kept"
        );
    }
    visitor.deposit("5").await.assert_done();
    assert_eq!(assert_balanced(server.database()).fills, 0);
}

#[tokio::test]
async fn a_looping_tape_begins_again_and_goes_on_trading() {
    let (server, _tape) = replaying(4, "max", true);
    let visitor = Visitor::new(&server);
    visitor.register("ada").await.assert_done();
    let minutes = ["2013-10-04T14:30:00Z", "2013-10-04T14:31:00Z"];
    // Each turn takes longer than the tape does, which at this speed is over at once.
    for _ in 0..4 {
        tokio::time::sleep(TURN).await;
        visitor.buy("SPY", "0.1").await.assert_done();
        let quoted = newest_fill(&visitor).await.pop().unwrap();
        assert!(minutes.contains(&quoted.as_str()), "{quoted}");
        let rates = visitor.get("/rates").await;
        assert_eq!(rates.select_attribute("[data-badge]", "data-state").as_deref(), Some("open"));
        let ready = visitor.get("/health/ready").await;
        ready.assert_is(200);
        let readiness: serde_json::Value = serde_json::from_str(&ready.text).unwrap();
        assert_eq!((&readiness["market"], &readiness["quote_age_seconds"]), (&"live".into(), &0.into()));
    }
    assert_balanced(server.database());
}
