//! What staff fill in about accounts, and what owners see of it, as people meet it: on a telephone and on a desk, light
//! and dark.

use super::accounts::account;
use crate::pages_browser::assert_readable_in_all_looks;
use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server, Visitor};
use tradefloor::domain::Role;

/// As long as a username may be.
const NAME: &str = "Wilhelmina.von.Habsburg-Lorraine";
const REASON: &str =
    "You lent somebody your password, and what they did with it is taken back; see the rules of the game";

async fn signed_in(server: &Server, name: &str) -> Browser {
    let browser = Browser::start().await;
    browser.open(&server.url("/login")).await;
    browser.submit(r#"form[action="/login"]"#, &[("username", name), ("password", PASSWORD)]).await;
    browser.wait_for(r#"form[action="/logout"]"#).await;
    browser
}

async fn looks_well(browser: &Browser, server: &Server, path: &str) {
    browser.open(&server.url(path)).await;
    assert_readable_in_all_looks(browser, path).await;
    browser.assert_console_is_empty(path).await;
}

/// Trades, and has everything put right that can be; where the account and its two orders of now are looked at.
async fn put_right(server: &Server, trader: &Visitor) -> (String, [String; 2]) {
    let boss = server.administrator("boss").await;
    let path = format!("/admin/accounts/{}", account(server, NAME).public_id);
    let act = async |act: &str, fields: &[(&str, &str)]| {
        let fields: Vec<_> = [("reason", REASON)].into_iter().chain(fields.iter().copied()).collect();
        boss.acts(&format!("{path}/{act}"), &fields).await.assert_done();
    };
    trader.buy("AAPL", "2").await.assert_done();
    act("reset", &[]).await;
    act("adjust-cash", &[("amount", "123456.78")]).await;
    act("adjust-shares", &[("symbol", "AAPL"), ("quantity", "1234.123456789"), ("cost", "99999.99")]).await;
    let first = trader.buy("MSFT", "12.345678901").await;
    let second = trader.buy("AAPL", "10").await;
    let ids = [first.location(), second.location()].map(|path| path.rsplit('/').next().unwrap().to_owned());
    boss.acts(&format!("/admin/orders/{}/reverse", ids[0]), &[("reason", REASON)]).await.assert_done();
    act("freeze", &[]).await;
    (path, ids)
}

#[tokio::test]
async fn the_pages_of_an_account_that_was_put_right_are_for_everyone() {
    let server = Server::start();
    let trader = server.staff(NAME, Role::Trader).await;
    let (_, ids) = put_right(&server, &trader).await;
    let browser = signed_in(&server, NAME).await;
    for path in
        ["/portfolio", "/wallet", "/wallet?epoch=1", "/orders", "/orders?epoch=1", "/history", "/trade", "/stocks/AAPL"]
    {
        looks_well(&browser, &server, path).await;
    }
    looks_well(&browser, &server, &format!("/orders/{}", ids[0])).await;
}

#[tokio::test]
async fn the_forms_about_accounts_and_orders_are_for_everyone() {
    let server = Server::start();
    let trader = server.staff(NAME, Role::Trader).await;
    let (path, ids) = put_right(&server, &trader).await;
    let browser = signed_in(&server, "boss").await;
    browser.open(&server.url("/admin/grant")).await;
    browser.submit(r#"form[action="/admin/grant"]"#, &[("password", PASSWORD)]).await;
    browser.wait_for_path(|path| path == "/admin").await;
    for act in ["adjust-cash", "adjust-shares", "freeze", "unfreeze", "reset"] {
        looks_well(&browser, &server, &format!("{path}/{act}")).await;
    }
    for id in &ids {
        looks_well(&browser, &server, &format!("/admin/orders/{id}/reverse")).await;
    }
    let act = format!("{path}/adjust-cash");
    browser.open(&server.url(&act)).await;
    browser.fill("form[data-once]", "amount", "250").await;
    browser.click("button[name=look]").await;
    browser.wait_for_text(".consequence", |text| text.contains("Cash changes from")).await;
    assert_readable_in_all_looks(&browser, "what it comes to").await;
}
