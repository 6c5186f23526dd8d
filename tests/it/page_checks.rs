//! The checks that pages are put to are checked themselves: each finds what is wrong.

use crate::support::Browser;
use crate::support::axe::{assert_accessible, violations};
use crate::support::browser::PHONE;

const RIGHT: &str = "data:text/html,<!doctype html><html lang=en><title>Wallet</title>\
    <meta name=viewport content='width=device-width, initial-scale=1'>\
    <main><h1>Wallet</h1><form><label for=amount>Amount</label><input id=amount></form></main>";

#[tokio::test]
async fn a_field_without_a_label_is_found() {
    let browser = Browser::start().await;
    browser.open(RIGHT).await;
    assert_accessible(&browser, "a right page").await;
    browser.open(&RIGHT.replace("<label for=amount>Amount</label>", "Amount")).await;
    let found = violations(&browser).await;
    assert!(found.len() == 1 && found[0].starts_with("label (critical)"), "{found:?}");
}

#[tokio::test]
#[should_panic(expected = "a wide page is 1400 pixels wide in a window of 390")]
async fn a_page_that_scrolls_sideways_on_a_telephone_is_found() {
    let browser = Browser::start().await;
    browser.width(PHONE).await;
    browser.open(RIGHT).await;
    browser.assert_no_sideways_scroll("a right page").await;
    browser.open(&RIGHT.replace("<main>", "<main style='position:absolute;left:0;width:1400px'>")).await;
    browser.assert_no_sideways_scroll("a wide page").await;
}

#[tokio::test]
async fn a_page_that_calls_out_or_complains_is_found() {
    let browser = Browser::start().await;
    browser.open(RIGHT).await;
    browser.assert_console_is_empty("a right page").await;
    browser
        .open(&RIGHT.replace("<main>", "<main><script>wallet.open()</script><img src='http://cdn.example/a.png'>"))
        .await;
    browser.wait_for("img").await;
    let console = browser.console().await.join("\n");
    assert!(console.contains("ERR_NAME_NOT_RESOLVED") && console.contains("wallet is not defined"), "{console}");
}

#[tokio::test]
async fn without_scripts_no_script_runs() {
    let browser = Browser::start().await;
    let page =
        RIGHT.replace("<main>", "<script>document.title = 'Run'</script><main><noscript><p>No script</p></noscript>");
    browser.open(&page).await;
    assert_eq!((browser.title().await.as_str(), browser.count("noscript p").await), ("Run", 0));
    browser.scripts(false).await;
    browser.open(&page).await;
    assert_eq!((browser.title().await.as_str(), browser.count("noscript p").await), ("Wallet", 1));
}
