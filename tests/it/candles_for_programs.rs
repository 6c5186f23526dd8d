//! `/stocks/{symbol}/candles` keeps the promises of `docs/candles.md`.

use crate::support::answer::Answer;
use crate::support::past::{falling, place_with};
use crate::support::recorded::slice;
use crate::support::{Server, Visitor};
use http::Method;
use serde_json::Value;
use std::time::Duration;
use tempfile::NamedTempFile;
use tradefloor::domain::Timeframe;

/// The minute at which the market stands.
const NOW: &str = "2013-10-04T14:30:00Z";

/// A market that stands still, with 6,000 minutes and 20 days of SPY behind it.
async fn standing() -> (Server, Visitor, NamedTempFile) {
    let tape = slice(NOW, &["SPY", "IBM"], 4);
    let past = [
        (Timeframe::Minute, falling(Timeframe::Minute, "2013-10-04T14:20:00Z", 6_000, 1_680_000)),
        (Timeframe::Day, falling(Timeframe::Day, "2013-10-04T00:00:00Z", 20, 1_670_000)),
    ];
    let place = place_with("SPY", &past).await;
    let server = Server::in_place(place, |settings| {
        settings.replay(tape.path(), "1");
    });
    let visitor = Visitor::new(&server);
    until_it_trades(&visitor).await;
    (server, visitor, tape)
}

/// The market's own clock begins with its first quote.
async fn until_it_trades(visitor: &Visitor) {
    while visitor.get("/rates").await.text.contains("no price") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn candles(visitor: &Visitor, query: &str) -> Answer {
    visitor.get(&format!("/stocks/SPY/candles?{query}")).await
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{}: {error}: {}", answer.request, answer.text))
}

#[tokio::test]
async fn candles_come_oldest_first_with_prices_to_the_last_digit() {
    let (_server, visitor, _tape) = standing().await;
    let answer = candles(&visitor, "timeframe=1m&from=2013-10-04T14:18:00Z&to=2013-10-04T14:20:00Z").await;
    answer.assert_is(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(
        answer.text,
        concat!(
            r#"{"symbol":"SPY","timeframe":"1m","from":"2013-10-04T14:18:00Z","to":"2013-10-04T14:20:00Z","candles":["#,
            r#"{"time":1380896280,"open":168.02,"high":168.04,"low":167.99,"close":168.01,"volume":2},"#,
            r#"{"time":1380896340,"open":168.01,"high":168.03,"low":167.98,"close":168.00,"volume":1}"#,
            r#"],"next":null}"#,
        )
    );
    let file = candles(&visitor, "timeframe=1m&from=1380896280&to=1380896400&format=csv").await;
    assert_eq!(file.assert_is(200).header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), r#"attachment; filename="SPY-1m.csv""#);
    assert_eq!(
        file.text,
        "time,open,high,low,close,volume\r\n\
         2013-10-04T14:18:00Z,168.02,168.04,167.99,168.01,2\r\n\
         2013-10-04T14:19:00Z,168.01,168.03,167.98,168.00,1\r\n"
    );
    // A member gets what everybody gets, and nobody is given a cookie.
    assert_eq!(answer.header("set-cookie"), "");
    visitor.register("ada").await.assert_done();
    let again = candles(&visitor, "timeframe=1m&from=2013-10-04T14:18:00Z&to=2013-10-04T14:20:00Z").await;
    assert_eq!((again.text.as_str(), again.header("set-cookie")), (answer.text.as_str(), ""));
}

#[tokio::test]
async fn a_long_past_comes_in_pieces_that_join_without_a_seam() {
    let (_server, visitor, _tape) = standing().await;
    for format in ["json", "csv"] {
        let first = format!("timeframe=1m&from=2013-09-01&to=2013-10-04T14:20:00Z&format={format}");
        let mut path = Some(format!("/stocks/SPY/candles?{first}"));
        let (mut pieces, mut times) = (Vec::new(), Vec::new());
        while let Some(address) = path {
            let answer = visitor.get(&address).await;
            answer.assert_is(200);
            let found: Vec<i64> = if format == "json" {
                let found = json(&answer);
                assert_eq!(found["next"].as_str(), linked(&answer).as_deref());
                found["candles"].as_array().unwrap().iter().map(|candle| candle["time"].as_i64().unwrap()).collect()
            } else {
                let lines = answer.text.lines().skip(1);
                let time = |line: &str| line.split(',').next().unwrap().parse::<jiff::Timestamp>().unwrap();
                lines.map(|line| time(line).as_second()).collect()
            };
            pieces.push(found.len());
            times.extend(found);
            path = linked(&answer);
        }
        assert_eq!(pieces, [5_000, 1_000], "{format}");
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 60), "{format}");
    }
}

/// Where the next piece is.
fn linked(answer: &Answer) -> Option<String> {
    let link = answer.header("link").strip_prefix('<')?.strip_suffix(r#">; rel="next""#)?;
    Some(link.to_owned())
}

#[tokio::test]
async fn what_is_left_out_is_what_the_chart_of_that_timeframe_shows() {
    let (_server, visitor, _tape) = standing().await;
    let year = json(&candles(&visitor, "").await);
    assert_eq!(year["timeframe"], "1d");
    assert_eq!((&year["from"], &year["to"]), (&"2012-10-04T00:00:00Z".into(), &"2013-10-05T00:00:00Z".into()));
    assert!(year["candles"].as_array().unwrap().len() >= 20);
    assert_eq!(candles(&visitor, "range=1Y").await.text, candles(&visitor, "").await.text);
    assert_eq!(candles(&visitor, "range=1D").await.text, candles(&visitor, "timeframe=1m").await.text);
    let hours = json(&candles(&visitor, "timeframe=1h&to=2013-09-30").await);
    assert_eq!((hours["candles"].as_array().map(Vec::len), &hours["next"]), (Some(0), &Value::Null));
}

#[tokio::test]
async fn what_cannot_be_answered_is_told_by_the_name_of_the_parameter() {
    let (_server, visitor, _tape) = standing().await;
    for (query, field) in [
        ("timeframe=2m", "timeframe"),
        ("from=yesterday", "from"),
        ("to=2013-02-30", "to"),
        ("from=2013-10-02&to=2013-10-01", "to"),
        ("format=xml", "format"),
        ("range=2Y", "range"),
        ("range=1D&timeframe=1m", "range"),
        ("until=2013-10-01", "query"),
        ("from=%FF", "from"),
    ] {
        let answer = candles(&visitor, query).await;
        answer.assert_is(422);
        assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/json", "no-store"));
        let told = json(&answer);
        let sentence = told["fields"][field].as_str().unwrap_or_else(|| panic!("{query}: {told}"));
        assert!(sentence.ends_with('.'), "{sentence}");
        assert_eq!(told["fields"].as_object().map(serde_json::Map::len), Some(1), "{query}: {told}");
    }
    for symbol in ["NOPE", "spy!", "%00", "AVERYLONGSYMBOL"] {
        let answer = visitor.get(&format!("/stocks/{symbol}/candles")).await;
        assert!(json(answer.assert_is(404))["message"].as_str().unwrap().contains("not listed here"));
    }
    visitor.get("/stocks/spy/candles").await.assert_is(200);
    visitor.ask(Method::POST, "/stocks/SPY/candles").send().await.assert_is(405);
}

#[tokio::test]
async fn where_the_clock_runs_ahead_of_what_is_recorded_nothing_is_kept_long() {
    let server = Server::with(|settings| {
        settings.set("--speed", "600");
    });
    let visitor = Visitor::new(&server);
    let past = visitor.get("/stocks/AAPL/candles?timeframe=1m&from=2026-01-05&to=2026-01-05").await;
    assert_eq!(past.assert_is(200).header("cache-control"), "public, max-age=5");
}

#[tokio::test]
async fn a_closed_past_may_be_kept_long_and_the_present_briefly() {
    let (_server, visitor, _tape) = standing().await;
    let past = "timeframe=1m&from=2013-10-03T14:00:00Z&to=2013-10-03T15:00:00Z";
    let answer = candles(&visitor, past).await;
    assert_eq!(answer.assert_is(200).header("cache-control"), "public, max-age=86400");
    let tag = answer.header("etag").to_owned();
    let ask = |tag: &str| {
        visitor.ask(Method::GET, &format!("/stocks/SPY/candles?{past}")).header("if-none-match", tag).send()
    };
    let unchanged = ask(&tag).await;
    assert_eq!((unchanged.assert_is(304).text.as_str(), unchanged.header("etag")), ("", tag.as_str()));
    ask(r#"W/"another""#).await.assert_is(200);
    assert_ne!(candles(&visitor, &format!("{past}&format=csv")).await.header("etag"), tag);
    for present in ["range=1D", "timeframe=1m&from=2013-10-04&to=2013-10-04T14:25:00Z", "timeframe=1d", "to=2013-10-03"]
    {
        assert_eq!(candles(&visitor, present).await.assert_is(200).header("cache-control"), "public, max-age=5");
    }
    // The first piece of a long past is closed although its end is not.
    let piece = candles(&visitor, "timeframe=1m&from=2013-09-01").await;
    assert_eq!(piece.header("cache-control"), "public, max-age=86400");
}
