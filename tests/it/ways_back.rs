//! The browser's own ways: an address that a form left in the bar is opened again, and Back is pressed after a receipt.

use crate::support::answer::Answer;
use crate::support::{Browser, Server, Visitor};
use http::Method;

async fn member(server: &Server) -> Visitor {
    let visitor = Visitor::new(server);
    visitor.register("ada").await.assert_done();
    visitor
}

#[tokio::test]
async fn the_address_that_a_refused_form_leaves_leads_to_its_page() {
    let server = Server::start();
    let ada = member(&server).await;
    ada.deposit("nothing").await.assert_is(422);
    for (action, page) in [
        ("/wallet/deposit", "/wallet"),
        ("/wallet/withdraw", "/wallet"),
        ("/trade/review", "/trade"),
        ("/settings/password", "/settings"),
        ("/settings/delete", "/settings"),
        ("/settings/sign-out-others", "/settings"),
        ("/rates/watch", "/rates"),
    ] {
        ada.get(action).await.assert_redirects_to(page);
    }
    let boss = server.administrator("boss").await;
    boss.get("/admin/users/bulk").await.assert_redirects_to("/admin/users");
    boss.get("/admin/close").await.assert_redirects_to("/admin");
    // To a trader there is no such page, whatever it takes.
    ada.get("/admin/users/bulk").await.assert_is(404);
}

/// The review that a ticket leads to.
async fn reviewed(ada: &Visitor) -> Answer {
    let mut ticket = ada.ticket("buy", "AAPL", "shares", "2").await;
    "/trade/review".clone_into(&mut ticket.action);
    let asked = ada.send(&ticket).await;
    asked.assert_redirects_to("/trade/review");
    ada.get(asked.location()).await
}

#[tokio::test]
async fn a_review_that_is_gone_back_to_is_the_same_order_and_once_placed_its_receipt() {
    let server = Server::start();
    let ada = member(&server).await;
    let review = reviewed(&ada).await;
    let address = review.request.trim_start_matches("GET ").to_owned();
    review.assert_is(200).assert_says("Review your order");
    let again = ada.get(&address).await;
    let key = |page: &Answer| page.select_attribute("form[action='/trade'] input[name=key]", "value");
    assert!(key(&review).is_some());
    assert_eq!(key(&review), key(&again), "a review keeps its key");
    assert!(ada.ask(Method::HEAD, &address).send().await.status.is_success());

    let placed = ada.send(&crate::support::form::Form::in_page(&review, "/trade")).await;
    placed.assert_done();
    let receipt = placed.location().to_owned();
    ada.get(&address).await.assert_redirects_to(&receipt);
    // And the button of the page as it was leads there, too.
    ada.send(&crate::support::form::Form::in_page(&review, "/trade")).await.assert_redirects_to(&receipt);
    assert_eq!(ada.get("/orders").await.select_all("main tbody tr").len(), 1);
}

#[tokio::test]
async fn a_review_whose_address_makes_no_sense_is_the_ticket_again() {
    let server = Server::start();
    let ada = member(&server).await;
    let nonsense = ada.get("/trade/review?key=x&side=up&symbol=NOPE&by=weight&amount=-1").await;
    nonsense.assert_is(422).assert_says("Choose whether to buy or to sell.");
    Visitor::new(&server).get("/trade/review?key=x").await.assert_redirects_to("/login");
}

#[tokio::test]
async fn back_from_a_receipt_is_a_page() {
    let server = Server::start();
    let browser = Browser::start().await;
    browser.scripts(false).await;
    browser.open(&server.url("/register")).await;
    let fields = [("username", "ada"), ("password", crate::support::trader::PASSWORD)];
    browser.submit(r#"form[action="/register"]"#, &fields).await;
    // Else what the form leads to could come after the page that is opened next.
    browser.wait_for_path(|path| path == "/portfolio").await;
    browser.open(&server.url("/trade?side=buy&symbol=AAPL")).await;
    browser.submit("form[data-ticket]", &[("amount", "1")]).await;
    browser.wait_for_path(|path| path == "/trade/review").await;
    browser.submit(r#"main form[action="/trade"]"#, &[]).await;
    browser.wait_for_path(|path| path.starts_with("/orders/")).await;
    let receipt = browser.path().await;
    browser.back().await;
    // A browser that kept the review shows it as it was; its button leads to the same receipt.
    browser.wait_for("main h1").await;
    if browser.path().await == "/trade/review" {
        browser.submit(r#"main form[action="/trade"]"#, &[]).await;
        browser.wait_for_path(|path| path.starts_with("/orders/")).await;
    }
    assert_eq!(browser.path().await, receipt);
    browser.open(&server.url("/orders")).await;
    assert_eq!(browser.count("main tbody tr").await, 1);
    browser.assert_console_is_empty("going back").await;
}
