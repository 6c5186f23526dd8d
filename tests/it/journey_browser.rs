//! A new person's whole way through the site, in a real browser: sign up, add money, buy, watch, sell, sign out.

use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server};

const LAST: &str = r"tr[data-symbol=AAPL] [data-field=last]";
const HOLDING: &str = r"tr[data-symbol=AAPL]";
const VALUE: &str = r"[data-totals] [data-field=total]";
const SIGN_OUT: &str = r#"form[action="/logout"]"#;

#[tokio::test]
async fn a_new_person_trades_and_sees_the_market_move() {
    let server = Server::start();
    let browser = Browser::start().await;
    sign_up(&browser, &server).await;
    add_money(&browser, &server).await;
    trade(&browser, &server, "buy").await;
    browser.wait_for(HOLDING).await;

    browser.open(&server.url("/rates")).await;
    let rate = browser.text(LAST).await;
    browser.wait_for_text(LAST, |now| now != rate).await;
    browser.assert_console_is_empty("/rates").await;

    browser.open(&server.url("/portfolio")).await;
    let value = browser.text(VALUE).await;
    browser.wait_for_text(VALUE, |now| now != value).await;
    browser.assert_console_is_empty("/portfolio").await;

    trade(&browser, &server, "sell").await;
    assert_eq!(browser.count(HOLDING).await, 0, "what was sold is not held");
    sign_out(&browser, &server).await;
}

#[tokio::test]
async fn without_scripts_the_same_way_is_open() {
    let server = Server::start();
    let browser = Browser::start().await;
    browser.scripts(false).await;
    sign_up(&browser, &server).await;
    add_money(&browser, &server).await;
    trade(&browser, &server, "buy").await;
    browser.wait_for(HOLDING).await;

    browser.open(&server.url("/rates")).await;
    assert!(!browser.text(LAST).await.is_empty(), "the page comes with its rates");

    trade(&browser, &server, "sell").await;
    assert_eq!(browser.count(HOLDING).await, 0, "what was sold is not held");
    sign_out(&browser, &server).await;
}

async fn sign_up(browser: &Browser, server: &Server) {
    browser.open(&server.url("/register")).await;
    browser.submit(r#"form[action="/register"]"#, &[("username", "Grace.Hopper"), ("password", PASSWORD)]).await;
    browser.wait_for(SIGN_OUT).await;
    browser.assert_console_is_empty("signing up").await;
}

async fn add_money(browser: &Browser, server: &Server) {
    browser.open(&server.url("/wallet")).await;
    browser.submit(r#"form[action="/wallet/deposit"]"#, &[("amount", "500.00")]).await;
    browser.wait_for_text("main", |text| text.contains("10,500.00")).await;
    browser.assert_console_is_empty("adding money").await;
}

/// Buys or sells ten shares of AAPL, by way of the review where the page leads there, and looks at the portfolio.
async fn trade(browser: &Browser, server: &Server, side: &str) {
    browser.open(&server.url(&format!("/trade?side={side}&symbol=AAPL"))).await;
    let fields = [("side", side), ("symbol", "AAPL"), ("by", "shares"), ("amount", "10")];
    browser.submit("form[data-ticket]", &fields).await;
    browser.wait_for_path(|path| path != "/trade").await;
    if browser.path().await == "/trade/review" {
        browser.submit(r#"main form[action="/trade"]"#, &[]).await;
        browser.wait_for_path(|path| !path.starts_with("/trade")).await;
    }
    browser.assert_console_is_empty(side).await;
    browser.open(&server.url("/portfolio")).await;
    browser.wait_for(VALUE).await;
}

async fn sign_out(browser: &Browser, server: &Server) {
    browser.click("details[data-menu] summary").await;
    browser.submit(SIGN_OUT, &[]).await;
    browser.wait_for(r#"a[href^="/login"]"#).await;
    browser.open(&server.url("/portfolio")).await;
    browser.wait_for_path(|path| path == "/login").await;
    browser.assert_console_is_empty("signing out").await;
}
