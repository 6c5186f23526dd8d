//! The list of rates: what is found in it, how it is sorted, and what stands on it as it goes.

use crate::support::browser::PHONE;
use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server, Visitor};

const ROWS: &str = "tbody tr[data-symbol]:not([hidden])";

fn symbols(page: &crate::support::answer::Answer) -> Vec<String> {
    let row = crate::support::answer::selector("tbody tr[data-symbol]");
    page.html().select(&row).filter_map(|row| row.attr("data-symbol")).map(str::to_owned).collect()
}

#[tokio::test]
async fn words_are_found_in_any_order_and_wherever_they_stand() {
    let server = Server::start();
    let visitor = Visitor::new(&server);
    assert_eq!(symbols(&visitor.get("/rates?q=technology+apple").await), ["AAPL"]);
    assert_eq!(symbols(&visitor.get("/rates?q=aapl+tech").await), ["AAPL"]);
    assert!(symbols(&visitor.get("/rates?q=apple+nonsense").await).is_empty());
}

#[tokio::test]
async fn what_is_not_sorted_says_so_and_stays_in_its_order_when_something_is_looked_for() {
    let server = Server::start();
    let visitor = Visitor::new(&server);
    let whole = visitor.get("/rates").await;
    for sort in ["", "/rates?sort=nonsense"] {
        let page = if sort.is_empty() { whole.clone() } else { visitor.get(sort).await };
        assert_eq!(page.select_attribute("th[aria-sort]:not([aria-sort=none])", "aria-sort"), None);
    }
    let first = whole.select_attribute("th[data-column=symbol] a", "href").expect("a column can be sorted");
    assert_eq!(first, "/rates?sort=symbol&order=asc");
    let found = symbols(&visitor.get("/rates?sort=&order=asc&q=inc").await);
    let expected: Vec<_> = symbols(&whole).into_iter().filter(|symbol| found.contains(symbol)).collect();
    assert!(found.len() > 5 && found == expected, "{found:?}");
    let sorted = visitor.get(&first).await;
    assert_eq!(sorted.select_attribute("th[data-column=symbol]", "aria-sort").as_deref(), Some("ascending"));
}

#[tokio::test]
async fn an_open_list_that_was_filtered_says_how_many_there_are_in_all() {
    let server = Server::start();
    let browser = Browser::start().await;
    browser.open(&server.url("/rates")).await;
    let total = browser.count(ROWS).await;
    browser.open(&server.url("/rates?q=apple")).await;
    let shown = browser.count(ROWS).await;
    browser.wait_for("[data-badge][data-state=live]").await;
    let last = "tr[data-symbol=AAPL] [data-field=last]";
    let price = browser.text(last).await;
    browser.wait_for_text(last, |now| now != price).await;
    assert_eq!(browser.text("[data-count]").await, format!("{shown} of {total} instruments"));
}

#[tokio::test]
async fn on_a_phone_the_list_is_sorted_by_a_choice_and_no_link_is_out_of_sight() {
    let server = Server::start();
    let browser = Browser::start().await;
    browser.width(PHONE).await;
    browser.open(&server.url("/rates")).await;
    let hidden = "return getComputedStyle(document.querySelector('.rates thead a')).visibility";
    assert_eq!(browser.run(hidden).await, "hidden");
    let first = "tbody tr[data-symbol]:first-child b";
    let before = browser.text(first).await;
    browser.fill("form[data-find]", "sort", "symbol").await;
    browser.fill("form[data-find]", "order", "desc").await;
    let after = browser.wait_for_text(first, |now| now != before).await;
    browser.open(&server.url("/rates?sort=symbol&order=desc")).await;
    assert_eq!(browser.text(first).await, after);
    browser.assert_console_is_empty("/rates").await;
}

#[tokio::test]
async fn a_star_is_saved_or_leads_to_signing_in() {
    let server = Server::start();
    let browser = Browser::start().await;
    browser.open(&server.url("/register")).await;
    browser.submit(r#"form[action="/register"]"#, &[("username", "Grace.Hopper"), ("password", PASSWORD)]).await;
    browser.wait_for(r#"form[action="/logout"]"#).await;
    browser.open(&server.url("/rates")).await;
    browser.click("tr[data-symbol=AAPL] .star").await;
    browser.wait_for("tr[data-symbol=AAPL] .star[aria-pressed=true]").await;
    browser.open(&server.url("/rates?watched=1")).await;
    assert_eq!(browser.count(ROWS).await, 1);
    browser.forget_cookies().await;
    browser.click("tr[data-symbol=AAPL] .star").await;
    browser.wait_for_path(|path| path == "/login").await;
}
