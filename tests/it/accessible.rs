//! The check for accessibility is itself checked: it finds what is wrong, and is silent about what is right.

use crate::support::Browser;
use crate::support::axe::{assert_accessible, violations};

const RIGHT: &str = "data:text/html,<!doctype html><html lang=en><title>Wallet</title><meta name=viewport content='width=device-width'>\
    <main><h1>Wallet</h1><form><label for=amount>Amount</label><input id=amount></form></main>";

#[tokio::test]
async fn a_field_without_a_label_is_reported() {
    let browser = Browser::start().await;
    browser.open(RIGHT).await;
    assert_accessible(&browser, "a right page").await;
    browser.open(&RIGHT.replace("<label for=amount>Amount</label>", "Amount")).await;
    let found = violations(&browser).await;
    assert!(found.len() == 1 && found[0].starts_with("label (critical)"), "{found:?}");
}
