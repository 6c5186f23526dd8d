//! Every page as people meet it: on a telephone and on a desk, light and dark, with nothing yet and with plenty.

use crate::support::axe::assert_accessible;
use crate::support::browser::{DESK, PHONE};
use crate::support::trader::PASSWORD;
use crate::support::{Browser, Scheme, Server, Visitor};

/// As long as a username may be.
const NAME: &str = "Wilhelmina.von.Habsburg-Lorraine";

const PUBLIC: [&str; 5] = ["/", "/register", "/login", "/rates", "/stocks/AAPL"];
const PRIVATE: [&str; 10] = [
    "/",
    "/portfolio",
    "/wallet",
    "/trade",
    "/trade?side=sell&symbol=AAPL",
    "/rates",
    "/stocks/AAPL",
    "/orders",
    "/history",
    "/settings",
];
const LOOKS: [(Scheme, u32); 4] =
    [(Scheme::Light, DESK), (Scheme::Light, PHONE), (Scheme::Dark, DESK), (Scheme::Dark, PHONE)];

#[tokio::test]
async fn the_pages_of_a_stranger_are_for_everyone() {
    let server = Server::start();
    let browser = Browser::start().await;
    look_at_all(&browser, &server, &PUBLIC).await;
}

#[tokio::test]
async fn the_pages_of_a_newcomer_are_for_everyone() {
    let server = Server::start();
    let browser = Browser::start().await;
    Visitor::new(&server).register(NAME).await.assert_done();
    sign_in(&browser, &server).await;
    look_at_all(&browser, &server, &PRIVATE).await;
}

#[tokio::test]
async fn the_pages_of_a_busy_trader_are_for_everyone() {
    let server = Server::start();
    let browser = Browser::start().await;
    let trader = Visitor::new(&server);
    trader.register(NAME).await.assert_done();
    trader.deposit("250000.00").await.assert_done();
    for symbol in ["AAPL", "MSFT", "AMZN", "JPM", "XOM"] {
        trader.buy(symbol, "12.345678901").await.assert_done();
        trader.buy_for(symbol, "1234.56").await.assert_done();
        trader.sell(symbol, "2.5").await.assert_done();
    }
    trader.withdraw("0.01").await.assert_done();
    let orders = trader.get("/orders").await;
    let receipt = orders.select_attribute(r#"main a[href^="/orders/"]"#, "href");
    let receipt = receipt.expect("an order leads to its receipt");
    sign_in(&browser, &server).await;
    look_at_all(&browser, &server, &PRIVATE).await;
    look_at_all(&browser, &server, &[&receipt]).await;
}

#[tokio::test]
async fn the_review_of_an_order_is_for_everyone() {
    let server = Server::start();
    let browser = Browser::start().await;
    Visitor::new(&server).register(NAME).await.assert_done();
    sign_in(&browser, &server).await;
    browser.open(&server.url("/trade?side=buy&symbol=AAPL")).await;
    browser.fill("form[data-ticket]", "amount", "1.5").await;
    browser.click("form[data-ticket] [data-review]").await;
    browser.wait_for_path(|path| path == "/trade/review").await;
    assert_readable_in_all_looks(&browser, "a review").await;
    browser.assert_console_is_empty("a review").await;
}

#[tokio::test]
async fn a_refusal_is_a_page_for_everyone() {
    let server = Server::start();
    let browser = Browser::start().await;
    Visitor::new(&server).register(NAME).await.assert_done();
    sign_in(&browser, &server).await;
    browser.open(&server.url("/nothing/is/here")).await;
    assert_readable_in_all_looks(&browser, "a page that is not there").await;
    browser.open(&server.url("/wallet")).await;
    browser.submit(r#"form[action="/wallet/withdraw"]"#, &[("amount", "999999.99")]).await;
    assert_readable_in_all_looks(&browser, "a refused withdrawal").await;
}

async fn sign_in(browser: &Browser, server: &Server) {
    browser.open(&server.url("/login")).await;
    browser.submit(r#"form[action="/login"]"#, &[("username", NAME), ("password", PASSWORD)]).await;
    browser.wait_for(r#"form[action="/logout"]"#).await;
    browser.assert_console_is_empty("signing in").await;
}

async fn look_at_all(browser: &Browser, server: &Server, paths: &[&str]) {
    for path in paths {
        browser.open(&server.url(path)).await;
        assert_readable_in_all_looks(browser, path).await;
        browser.assert_console_is_empty(path).await;
    }
}

/// Expects that the page that is open can be read on any of these.
pub(crate) async fn assert_readable_in_all_looks(browser: &Browser, what: &str) {
    browser.wait_for("main").await;
    for (scheme, width) in LOOKS {
        browser.prefer(scheme).await;
        browser.width(width).await;
        let what = format!("{what}, {scheme:?}, {width} pixels wide");
        browser.assert_no_sideways_scroll(&what).await;
        assert_accessible(browser, &what).await;
    }
}
