//! The lists of the back office as people meet them: on a telephone and on a desk, light and dark, with a keyboard.

use crate::pages_browser::assert_readable_in_all_looks;
use crate::support::browser::{DESK, PHONE};
use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server, Visitor};

async fn opened(server: &Server) -> Browser {
    let _boss = server.administrator("boss").await;
    let browser = Browser::start().await;
    browser.open(&server.url("/login?next=/admin/users")).await;
    browser.submit(r#"form[action="/login"]"#, &[("username", "boss"), ("password", PASSWORD)]).await;
    browser.wait_for(r#"form[action="/admin/grant"]"#).await;
    browser.submit(r#"form[action="/admin/grant"]"#, &[("password", PASSWORD)]).await;
    browser.wait_for("table.browse").await;
    browser
}

#[tokio::test]
async fn the_lists_and_rows_are_for_everyone() {
    let server = Server::start();
    let trader = Visitor::new(&server);
    trader.register("Wilhelmina.von.Habsburg-Lorraine").await.assert_done();
    trader.buy("AAPL", "12.345678901").await.assert_done();
    trader.sell("AAPL", "2.5").await.assert_done();
    let browser = opened(&server).await;
    let order = trader.get("/orders").await.select_attribute(r#"main a[href^="/orders/"]"#, "href");
    let order = format!("/admin{}", order.expect("an order leads to its receipt"));
    for path in [
        "/admin/users?role=trader&q=w&sort=username",
        "/admin/accounts",
        "/admin/ledger?at-from=never",
        "/admin/holdings",
        "/admin/orders?account=nobody",
        "/admin/instruments",
        "/admin/sessions",
        "/admin/candles",
        "/admin/audit",
        "/admin/users/1",
        "/admin/audit/1",
        &order,
    ] {
        browser.open(&server.url(path)).await;
        browser.wait_for("main h1").await;
        assert_readable_in_all_looks(&browser, path).await;
        browser.assert_console_is_empty(path).await;
    }
}

#[tokio::test]
async fn what_will_be_done_to_a_selection_is_read_on_a_phone_without_scrolling_sideways() {
    let server = Server::start();
    Visitor::new(&server).register("ada").await.assert_done();
    let browser = opened(&server).await;
    browser.open(&server.url("/admin/accounts")).await;
    browser.click("th.pick input").await;
    browser.fill("[data-selection]", "act", "adjust-cash").await;
    browser.click("[data-selection] button").await;
    browser.wait_for("form[data-once]").await;
    assert_readable_in_all_looks(&browser, "a selection's preview").await;
    for width in [DESK, PHONE] {
        browser.width(width).await;
        let hidden = "const rows = document.querySelector('main .scroll'), name = rows.querySelector('tbody th a');
            return { beyond: rows.scrollWidth - rows.clientWidth, lines: name.getClientRects().length };";
        let hidden = browser.run(hidden).await;
        assert_eq!((hidden["beyond"].as_i64(), hidden["lines"].as_i64()), (Some(0), Some(1)), "{width}");
    }
    browser.assert_console_is_empty("a selection").await;
}

#[tokio::test]
async fn one_box_selects_all_rows_and_the_page_says_how_many() {
    let server = Server::start();
    for name in ["ada", "bob", "carla"] {
        Visitor::new(&server).register(name).await.assert_done();
    }
    let browser = opened(&server).await;
    browser.click("th.pick input").await;
    browser.wait_for_text("[data-selected]", |text| text == "4 selected").await;
    browser.click("tbody tr:first-child .pick input").await;
    browser.wait_for_text("[data-selected]", |text| text == "3 selected").await;
    browser.assert_console_is_empty("selecting").await;
}
