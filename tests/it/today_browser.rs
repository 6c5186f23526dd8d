//! An open portfolio, in a real browser, when the market's day turns.

use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server};
use tempfile::NamedTempFile;

const TAPE: &str = "time,symbol,open,high,low,close,volume,bid,ask\n\
    2013-10-03T14:30:00Z,SPY,95,95,95,95,100,94.99,95.01\n\
    2013-10-03T14:31:00Z,SPY,100,100,100,100,100,99.99,100.01\n\
    2013-10-04T14:30:00Z,SPY,110,110,110,110,100,109.99,110.01\n\
    2013-10-04T14:31:00Z,SPY,111,111,111,111,100,110.99,111.01\n";

#[tokio::test]
async fn todays_gain_begins_anew_with_the_day() {
    let tape = NamedTempFile::new().unwrap();
    std::fs::write(tape.path(), TAPE).unwrap();
    let server = Server::with(|settings| {
        settings.replay(tape.path(), "1").set("--quote-age-max", "1h");
    });
    let boss = server.administrator("boss").await;
    let browser = Browser::start().await;
    browser.open(&server.url("/login")).await;
    browser.submit(r#"form[action="/login"]"#, &[("username", "boss"), ("password", PASSWORD)]).await;
    browser.wait_for(r#"form[action="/logout"]"#).await;
    for act in ["pause", "step", "resume"] {
        boss.acts(&format!("/admin/market/market/{act}"), &[]).await.assert_done();
    }
    boss.buy("SPY", "10").await.assert_done();
    browser.open(&server.url("/portfolio")).await;
    browser.wait_for("[data-badge][data-state=live]").await;
    let (row, totals) = ("tr[data-symbol=SPY] [data-field=day]", "[data-totals] [data-field=day]");
    browser.wait_for_text(row, |text| text.contains("0.10")).await;
    boss.acts("/admin/market/market/pause", &[]).await.assert_done();
    for gain in ["100.00", "110.00"] {
        boss.acts("/admin/market/market/step", &[]).await.assert_done();
        browser.wait_for_text(row, |text| text.contains(gain)).await;
        browser.wait_for_text(totals, |text| text.contains(gain)).await;
    }
    browser.wait_for_text("[data-totals] [data-field=total]", |text| text.contains("10,109.90")).await;
    browser.wait_for_text("[data-totals] [data-field=day-percent]", |text| text.contains("1.10")).await;
}
