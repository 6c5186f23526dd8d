//! Pages that are open follow what the back office does with instruments, in a real browser.

use crate::pages_browser::assert_readable_in_all_looks;
use crate::support::browser::PHONE;
use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server};

const HALT: &str = "tr[data-symbol=AAPL] [data-halt]:not([hidden])";

/// Somebody who has signed up and sees a page with live rates.
async fn trader_at(server: &Server, path: &str) -> Browser {
    let browser = Browser::start().await;
    browser.open(&server.url("/register")).await;
    browser.submit(r#"form[action="/register"]"#, &[("username", "Grace.Hopper"), ("password", PASSWORD)]).await;
    browser.wait_for(r#"form[action="/logout"]"#).await;
    browser.open(&server.url(path)).await;
    browser.wait_for("[data-badge][data-state=live]").await;
    browser
}

#[tokio::test]
async fn open_rates_follow_a_halt_a_delisting_and_a_new_listing() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let browser = trader_at(&server, "/rates").await;
    assert_eq!(browser.count(HALT).await, 0);

    let halt = [("reason", "News is pending")];
    boss.acts("/admin/instruments/AAPL/halt", &halt).await.assert_redirects_to("/admin/instruments/AAPL");
    browser.wait_for_text(HALT, |text| text.contains("Halted") && text.contains("News is pending")).await;
    boss.acts("/admin/instruments/AAPL/resume", &[]).await.assert_redirects_to("/admin/instruments/AAPL");
    while browser.count(HALT).await > 0 {
        tokio::task::yield_now().await;
    }

    let before = browser.count("tbody tr[data-symbol]").await;
    boss.acts("/admin/instruments/IBM/delist", &[]).await.assert_redirects_to("/admin/instruments/IBM");
    while browser.count("tr[data-symbol=IBM]").await > 0 {
        tokio::task::yield_now().await;
    }
    let new = [("symbol", "DUNE"), ("name", "Dune & Sons"), ("sector", "Energy"), ("price", "50.00")];
    boss.acts("/admin/instruments/new/create", &new).await.assert_redirects_to("/admin/instruments/DUNE");
    let row = browser.wait_for_text("tr[data-symbol=DUNE]", |text| text.contains("Dune & Sons")).await;
    let price = "tr[data-symbol=DUNE] [data-field=last]";
    let first = browser.wait_for_text(price, |text| text.starts_with(['4', '5'])).await;
    browser.wait_for_text(price, |text| text != first).await;
    assert_eq!(browser.count("tbody tr[data-symbol]").await, before, "{row}");
    browser.wait_for_text("[data-count]", |text| text == format!("{before} instruments")).await;
    browser.assert_console_is_empty("/rates").await;
}

#[tokio::test]
async fn an_open_ticket_says_that_the_market_is_paused_and_what_was_delisted_before_anything_is_sent() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let browser = trader_at(&server, "/trade?symbol=IBM").await;
    browser.fill("form[data-ticket]", "amount", "1").await;
    browser.wait_for_text("[data-primary]", |text| text == "Buy 1 IBM").await;
    boss.acts("/admin/market/market/pause", &[]).await.assert_redirects_to("/admin/market");
    let sentence = "Trading is paused. You can place orders when it resumes.";
    browser.wait_for_text("[data-hindrance]", |text| text == sentence).await;
    browser.wait_for_text("[data-primary]", |text| text == "Review order").await;
    boss.acts("/admin/market/market/resume", &[]).await.assert_redirects_to("/admin/market");
    browser.wait_for_text("[data-primary]", |text| text == "Buy 1 IBM").await;
    boss.acts("/admin/instruments/IBM/delist", &[]).await.assert_redirects_to("/admin/instruments/IBM");
    browser.wait_for_text("[data-hindrance]", |text| text.starts_with("IBM is no longer listed")).await;
    browser.wait_for_text("[data-primary]", |text| text == "Review order").await;
    browser.assert_console_is_empty("/trade").await;
}

#[tokio::test]
async fn the_section_that_is_open_is_in_sight_on_a_phone() {
    let server = Server::start();
    let _boss = server.administrator("boss").await;
    let browser = Browser::start().await;
    browser.width(PHONE).await;
    browser.open(&server.url("/login")).await;
    browser.submit(r#"form[action="/login"]"#, &[("username", "boss"), ("password", PASSWORD)]).await;
    browser.wait_for(r#"form[action="/logout"]"#).await;
    browser.open(&server.url("/admin/grant")).await;
    browser.submit(r#"form[action="/admin/grant"]"#, &[("password", PASSWORD)]).await;
    browser.wait_for_path(|path| path == "/admin").await;
    browser.open(&server.url("/admin/audit")).await;
    browser.wait_for(".office-sections [aria-current]").await;
    let seen = "const one = document.querySelector('.office-sections [aria-current]').getBoundingClientRect();
                return one.left >= 0 && one.right <= window.innerWidth;";
    assert_eq!(browser.run(seen).await.as_bool(), Some(true));
}

#[tokio::test]
async fn an_open_ticket_says_that_trading_is_halted_before_anything_is_sent() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let browser = trader_at(&server, "/stocks/AAPL").await;
    browser.fill("form[data-ticket]", "amount", "1").await;
    browser.wait_for_text("[data-primary]", |text| text == "Buy 1 AAPL").await;
    boss.acts("/admin/instruments/AAPL/halt", &[("reason", "News is pending")])
        .await
        .assert_redirects_to("/admin/instruments/AAPL");
    let sentence = "Trading in AAPL is halted: News is pending.";
    browser.wait_for_text("[data-hindrance]", |text| text == sentence).await;
    browser.wait_for_text("[data-primary]", |text| text == "Review order").await;
    let shown = "return [...document.querySelectorAll('[data-estimate-value=cash], [data-estimate-value=shares], \
                 [data-estimate-words]')].filter((part) => part.checkVisibility() && part.textContent !== '').length";
    assert_eq!(
        browser.run(shown).await.as_i64(),
        Some(0),
        "what would follow from it is not told, nor the sentence twice"
    );
    browser.wait_for(".quote [data-halt]:not([hidden])").await;
    browser.assert_console_is_empty("/stocks/AAPL").await;
}

/// What traders see of halts and delistings, and the forms that lead there.
const PAGES: [&str; 9] = [
    "/rates",
    "/stocks/AAPL",
    "/stocks/IBM",
    "/trade?symbol=AAPL",
    "/portfolio",
    "/admin/market",
    "/admin/market/market/shock",
    "/admin/instruments/new/create",
    "/admin/instruments/AAPL/edit",
];

#[tokio::test]
async fn pages_about_what_cannot_be_traded_are_for_everyone() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    for symbol in ["AAPL", "IBM", "MSFT"] {
        boss.buy(symbol, "2").await.assert_done();
    }
    let reason = format!("The exchange has asked a question. {}", "NoSpacesAnywhere".repeat(20));
    for (symbol, act) in [("AAPL", "halt"), ("IBM", "delist")] {
        let path = format!("/admin/instruments/{symbol}/{act}");
        boss.acts(&path, &[("reason", &reason)]).await.assert_is(303);
    }
    let unbroken = "Unternehmensbeteiligungsgesellschaft".repeat(3).chars().take(100).collect::<String>();
    let edit = "/admin/instruments/AAPL/edit";
    boss.acts(edit, &[("name", &unbroken), ("sector", "Technology")]).await.assert_is(303);
    let browser = Browser::start().await;
    browser.open(&server.url("/login")).await;
    browser.submit(r#"form[action="/login"]"#, &[("username", "boss"), ("password", PASSWORD)]).await;
    browser.wait_for(r#"form[action="/logout"]"#).await;
    browser.open(&server.url("/admin/grant")).await;
    browser.submit(r#"form[action="/admin/grant"]"#, &[("password", PASSWORD)]).await;
    browser.wait_for_path(|path| path == "/admin").await;
    for path in PAGES {
        browser.open(&server.url(path)).await;
        assert_readable_in_all_looks(&browser, path).await;
        browser.assert_console_is_empty(path).await;
    }
}
