//! The page of a stock shows what its price did: drawn by the server, and livelier with scripts.

use crate::support::answer::selector;
use crate::support::axe::assert_accessible;
use crate::support::browser::{DESK, PHONE};
use crate::support::past::{falling, place_with};
use crate::support::recorded::slice;
use crate::support::{Browser, Scheme, Server, Visitor};
use fantoccini::key::Key;
use std::io::Write as _;
use std::time::Duration;
use tempfile::NamedTempFile;
use tradefloor::domain::Timeframe;

const NOW: &str = "2013-10-04T14:30:00Z";
const CHART: &str = "[data-chart]";

/// The market of a Friday in 2013 at some speed, with a past of SPY and none of IBM; LATE is traded after it.
async fn market(speed: &str) -> (Server, NamedTempFile) {
    let tape = slice(NOW, &["SPY", "IBM"], 400);
    let late = "2013-10-04T20:00:00Z,LATE,10.00,10.00,10.00,10.00,100,9.99,10.01";
    writeln!(tape.as_file(), "{late}").expect("the tape is written");
    let past = [
        (Timeframe::Minute, falling(Timeframe::Minute, "2013-10-04T14:20:00Z", 900, 1_683_000)),
        (Timeframe::FiveMinutes, falling(Timeframe::FiveMinutes, "2013-10-04T14:20:00Z", 180, 1_683_000)),
        (Timeframe::Day, falling(Timeframe::Day, "2013-10-04T00:00:00Z", 300, 1_690_000)),
    ];
    let place = place_with("SPY", &past).await;
    let server = Server::in_place(place, |settings| {
        settings.replay(tape.path(), speed).set("--quote-age-max", "5m");
    });
    let visitor = Visitor::new(&server);
    while visitor.get("/stocks/SPY").await.text.contains("There is no price") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (server, tape)
}

#[tokio::test]
async fn without_scripts_every_range_is_a_link_to_a_drawn_line() {
    let (server, _tape) = market("1").await;
    let visitor = Visitor::new(&server);
    let page = visitor.get("/stocks/SPY").await;
    assert_eq!(
        page.select_all(".chart nav a"),
        [
            "1D, the past 24 hours",
            "5D, the past 5 days",
            "1M, the past month",
            "6M, the past 6 months",
            "1Y, the past year"
        ]
    );
    for (range, words) in [
        ("1D", "since 3 Oct, 19:20"),
        ("5D", "over the past 5 days"),
        ("1M", "over the past month"),
        ("6M", "over the past 6 months"),
        ("1Y", "since 8 Dec 2012"),
    ] {
        let page = visitor.get(&format!("/stocks/SPY?range={range}")).await;
        let current = page.assert_is(200).select_attribute(".chart nav a[aria-current=true]", "href");
        assert_eq!(current, Some(format!("/stocks/SPY?range={range}")));
        let drawn = page.html().select(&selector(".chart-box svg polyline")).count();
        let label = page.select_attribute(".chart-box", "aria-label").unwrap_or_default();
        assert_eq!(drawn, 1, "{range}");
        assert!(label.starts_with(&format!("SPY {words}: first ")), "{label}");
    }
    let year = visitor.get("/stocks/SPY?range=1Y").await;
    let label = year.select_attribute(".chart-box", "aria-label").unwrap_or_default();
    assert!(label.starts_with("SPY since 8 Dec 2012: first 172.00, ") && label.contains("highest 172.02"), "{label}");
    assert_eq!(year.select_text(".chart-dates").as_deref(), Some("8 Dec 20124 Oct 2013"));
    let empty = visitor.get("/stocks/LATE").await;
    empty.assert_says("There are no prices for LATE in this range yet.").assert_says("There is no price for LATE yet.");
    assert_eq!(empty.html().select(&selector(".chart-box svg")).count(), 0);
    let nonsense = visitor.get("/stocks/SPY?range=%3Cscript%3E").await;
    assert_eq!(nonsense.select_attribute(".chart nav a[aria-current]", "data-range").as_deref(), Some("1D"));
}

#[tokio::test]
async fn a_month_of_which_only_the_last_hours_are_known_is_one_of_days() {
    let (server, _tape) = market("1").await;
    let visitor = Visitor::new(&server);
    let page = visitor.get("/stocks/SPY?range=1M").await;
    let legend = page.select_text("[data-chart-legend]").expect("a legend");
    assert!(legend.starts_with("Past month"), "{legend}");
    let (from, _) =
        page.select_text(".chart-dates").map(|dates| (dates.starts_with("4 Sep 2013"), dates)).expect("dates");
    assert!(from, "the picture begins a month ago");
    let answer = visitor.get("/stocks/SPY/candles?range=1M").await;
    assert!(answer.text.contains(r#""timeframe":"1d""#), "{}", answer.text);
    let fine = visitor.get("/stocks/SPY/candles?range=1D").await;
    assert!(fine.text.contains(r#""timeframe":"1m""#), "{}", fine.text);
    // Of IBM there is no past at all: nothing is said that its few minutes do not cover.
    let page = visitor.get("/stocks/IBM?range=1M").await;
    let legend = page.select_text("[data-chart-legend]").expect("a legend");
    assert!(legend.starts_with("Since 4 Oct"), "{legend}");
}

#[tokio::test]
async fn the_page_says_how_far_prices_went_today_and_in_a_year() {
    let (server, _tape) = market("1").await;
    let visitor = Visitor::new(&server);
    let page = visitor.get("/stocks/SPY").await;
    let year = page.select_text("[data-span=year] dd").expect("a range of 52 weeks");
    assert!(year.ends_with("– 172.02"), "{year}");
    assert!(page.select_text("[data-span=day] dd").is_some_and(|day| day.contains(" – ")));
    assert!(page.select_attribute("[data-span=year] [data-span-mark]", "x").is_some());
    page.assert_says("Previous close").assert_says("Volume today").assert_says("TradingView");
}

#[tokio::test]
async fn small_lines_show_the_whole_day_where_it_was_recorded() {
    let (server, _tape) = market("60").await;
    let visitor = Visitor::new(&server);
    let page = visitor.get("/rates").await;
    let points = page.select_attribute("tr[data-symbol=SPY] .spark polyline", "points").expect("a line");
    let every = page.select_attribute("tr[data-symbol=SPY] .spark", "data-every");
    // From midnight in New York until twenty past ten: ten hours and a third, in quarters of an hour or more.
    let count = points.split(' ').count();
    assert!((30..=40).contains(&count), "{count} points");
    assert!(every.is_some_and(|every| every.parse::<u32>().unwrap() >= 900));
}

#[tokio::test]
async fn with_scripts_the_chart_is_switched_in_place_and_its_last_candle_moves() {
    let (server, _tape) = market("60").await;
    let browser = Browser::start().await;
    browser.open(&server.url("/stocks/SPY")).await;
    browser.wait_for(&format!(r#"{CHART}[data-drawn="1D line"]"#)).await;
    assert!(browser.count(".chart-box canvas").await > 0 && browser.count(".chart-box svg.line").await == 0);
    let before = last(&browser).await;
    let label = browser.run("return document.querySelector('.chart-box').ariaLabel").await;
    browser.wait_for(&format!(r#"{CHART}:not([data-last="{before}"])"#)).await;
    assert_ne!(browser.run("return document.querySelector('.chart-box').ariaLabel").await, label);

    browser.click(r#"[data-chart-kinds] button[value="candles"]"#).await;
    browser.wait_for(&format!(r#"{CHART}[data-drawn="1D candles"]"#)).await;
    let year = browser.wait_for(r#".chart a[data-range="1Y"]"#).await;
    year.send_keys(" ").await.expect("a key is pressed");
    browser.wait_for(&format!(r#"{CHART}[data-drawn="1Y candles"]"#)).await;
    assert_eq!(browser.count(r#".chart [aria-pressed="true"]"#).await, 2);
    assert_eq!(browser.count(r#".chart a[data-range="1Y"][role="button"][aria-pressed="true"]"#).await, 1);
    assert_eq!(browser.run("return location.search").await, "?range=1Y");
    browser.wait_for_text("[data-chart-legend]", |text| text.starts_with("Since 8 Dec 2012")).await;
    browser.click(r#".chart a[data-range="1M"]"#).await;
    browser.wait_for_text("[data-chart-legend]", |text| text.starts_with("Past month")).await;
    browser.assert_console_is_empty("the chart").await;

    browser.open(&server.url("/stocks/SPY?range=5D")).await;
    browser.wait_for(&format!(r#"{CHART}[data-drawn="5D candles"]"#)).await;
    browser.assert_console_is_empty("the chart, opened again").await;
}

#[tokio::test]
async fn pointing_at_a_candle_or_walking_to_it_by_keys_tells_its_prices() {
    let (server, _tape) = market("1").await;
    let browser = Browser::start().await;
    browser.open(&server.url("/stocks/SPY?range=6M")).await;
    browser.wait_for(&format!("{CHART}[data-drawn]")).await;
    // A tap in the middle is where a pointer rests.
    browser.click(".chart-box").await;
    let told = browser.wait_for_text("[data-chart-legend]", |text| text.contains("Open")).await;
    for word in ["2013", "High", "Low", "Close", "Volume"] {
        assert!(told.contains(word), "{told}");
    }
    let chart = browser.wait_for(".chart-box").await;
    chart.send_keys(&Key::Home).await.expect("a key is pressed");
    let first = browser.wait_for_text("[data-chart-legend]", |text| text != told && text.contains("Open")).await;
    assert!(first.starts_with("4 Apr 2013") || first.starts_with("5 Apr 2013"), "{first}");
    chart.send_keys(&Key::Right).await.expect("a key is pressed");
    browser.wait_for_text("[data-chart-legend]", |text| text.contains("Open") && text != first).await;
    assert!(browser.run("return document.querySelector('[data-chart-spoken]').textContent").await != "");
}

#[tokio::test]
async fn the_day_range_of_an_open_page_follows_the_price() {
    let (server, _tape) = market("120").await;
    let browser = Browser::start().await;
    browser.open(&server.url("/stocks/IBM")).await;
    let range = browser.text("[data-span=day] dd").await;
    browser.wait_for_text("[data-span=day] dd", |now| now != range).await;
    browser.assert_console_is_empty("an open page").await;
}

#[tokio::test]
async fn an_empty_chart_begins_with_the_first_trade() {
    let mut tape = tempfile::NamedTempFile::new().expect("a file for the tape");
    writeln!(tape, "time,symbol,open,high,low,close,volume,bid,ask").expect("the tape is written");
    for minute in 30..60 {
        for symbol in ["SPY", "NEXT"].into_iter().filter(|symbol| *symbol == "SPY" || minute > 36) {
            let row = format!("2013-10-04T14:{minute}:00Z,{symbol},10.00,10.02,9.98,10.00,100,9.99,10.01");
            writeln!(tape, "{row}").expect("the tape is written");
        }
    }
    let server = Server::with(|settings| {
        settings.replay(tape.path(), "60").set("--quote-age-max", "5m");
    });
    let browser = Browser::start().await;
    browser.open(&server.url("/stocks/NEXT")).await;
    browser.wait_for(&format!(r#"{CHART}[data-drawn="1D line"] .chart-box:not([hidden]) canvas"#)).await;
    browser.wait_for_text("[data-chart-legend]", |text| text.contains("High 10.0")).await;
    browser.assert_console_is_empty("a chart that begins").await;
}

#[tokio::test]
async fn the_chart_wears_the_colours_of_the_page() {
    let (server, _tape) = market("1").await;
    let browser = Browser::start().await;
    browser.open(&server.url("/stocks/SPY")).await;
    browser.wait_for(&format!("{CHART}[data-drawn]")).await;
    for (scheme, surface) in
        [(Scheme::Light, "255,255,255"), (Scheme::Dark, "21,27,35"), (Scheme::Light, "255,255,255")]
    {
        browser.prefer(scheme).await;
        let look = format!(
            "const seen = new OffscreenCanvas(1, 1).getContext('2d', {{ willReadFrequently: true }});
             const corner = () => {{
                 seen.drawImage(document.querySelector('.chart-box canvas'), 0, 0);
                 return seen.getImageData(0, 0, 1, 1).data.slice(0, 3).join();
             }};
             const until = Date.now() + 10000;
             const wait = () => corner() === '{surface}' || Date.now() > until ? done(corner()) : setTimeout(wait, 30);
             wait();"
        );
        assert_eq!(browser.run_until_done(&look).await, surface, "{scheme:?}");
    }
    browser.assert_console_is_empty("changing colours").await;
}

#[tokio::test]
async fn a_chart_is_for_everyone() {
    let (server, _tape) = market("1").await;
    let browser = Browser::start().await;
    browser.open(&server.url("/stocks/SPY")).await;
    browser.wait_for(&format!("{CHART}[data-drawn]")).await;
    for width in [DESK, PHONE] {
        browser.width(width).await;
        for (scheme, kind) in [(Scheme::Light, "candles"), (Scheme::Dark, "line")] {
            browser.prefer(scheme).await;
            browser.click(&format!(r#"[data-chart-kinds] button[value="{kind}"]"#)).await;
            browser.wait_for(&format!(r#"{CHART}[data-drawn="1D {kind}"]"#)).await;
            let what = format!("{kind}, {scheme:?}, {width} pixels wide");
            browser.assert_no_sideways_scroll(&what).await;
            assert_accessible(&browser, &what).await;
        }
    }
    browser.assert_console_is_empty("a chart").await;
}

/// The moment of the newest candle that is drawn.
async fn last(browser: &Browser) -> String {
    let moment = browser.run("return document.querySelector('[data-chart]').dataset.last").await;
    moment.as_str().expect("a candle is drawn").to_owned()
}

#[tokio::test]
async fn candles_of_a_day_are_as_many_as_can_be_told_apart_and_its_line_has_every_minute() {
    let (server, _tape) = market("1").await;
    let browser = Browser::start().await;
    browser.open(&server.url("/stocks/SPY")).await;
    browser.wait_for(&format!(r#"{CHART}[data-drawn="1D line"]"#)).await;
    let chart = browser.wait_for(".chart-box").await;
    let second = async |kind: &str| {
        browser.click(&format!(r#"[data-chart-kinds] button[value="{kind}"]"#)).await;
        browser.wait_for(&format!(r#"{CHART}[data-drawn="1D {kind}"]"#)).await;
        chart.send_keys(&Key::Home).await.expect("a key is pressed");
        chart.send_keys(&Key::Right).await.expect("a key is pressed");
        browser.wait_for_text("[data-chart-legend]", |text| text.contains("Open")).await
    };
    let gathered = second("candles").await;
    assert!(gathered.starts_with("3 Oct, 19:30") && gathered.contains("Volume"), "{gathered}");
    let single = second("line").await;
    assert!(single.starts_with("3 Oct, 19:21"), "{single}");
    browser.assert_console_is_empty("candles of a day").await;
}
