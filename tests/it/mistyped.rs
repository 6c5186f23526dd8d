//! What was typed and cannot be read comes back as it was, with what is wrong beside it.

use crate::support::answer::{Answer, selector};
use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server, Visitor};

/// What stands in a field, when the page says beside it that it is wrong.
fn wrong(page: &Answer, field: &str) -> Option<String> {
    let html = page.html();
    let control = html.select(&selector(&format!("[id='{field}'][aria-invalid=true]"))).next()?;
    let described = control.attr("aria-describedby")?.split(' ').any(|id| id == format!("{field}-error"));
    assert!(described && page.select_text(&format!("[id='{field}-error']")).is_some(), "{field}");
    control.attr("value").map(str::to_owned)
}

#[tokio::test]
async fn a_day_that_cannot_be_read_stands_where_it_was_typed() {
    let server = Server::start();
    let ada = Visitor::new(&server);
    ada.register("ada").await.assert_done();
    let page = ada.get("/history?from=last+week&to=2013-10-04").await;
    page.assert_is(200).assert_says("Enter the date as YYYY-MM-DD.");
    assert_eq!(wrong(&page, "from").as_deref(), Some("last week"));
    // Browsers empty a field for days that holds something else.
    assert_eq!(page.select_attribute("#from", "type").as_deref(), Some("text"));
    assert_eq!((wrong(&page, "to"), page.select_attribute("#to", "type").as_deref()), (None, Some("date")));
}

#[tokio::test]
async fn a_first_day_after_the_last_one_is_refused_with_a_sentence() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    boss.buy("AAPL", "1").await.assert_done();
    let page = boss.get("/history?from=2020-02-02&to=2020-02-01").await;
    page.assert_is(200).assert_says("This day is before the From day. Choose the same day or a later one.");
    assert_eq!((wrong(&page, "to").as_deref(), wrong(&page, "from")), (Some("2020-02-01"), None));
    page.assert_says("AAPL");
    let same = boss.get("/history?from=2020-02-02&to=2020-02-02").await;
    assert_eq!(wrong(&same, "to"), None);
    let list = boss.get("/admin/orders?placed-from=2020-02-02&placed-to=2020-02-01").await;
    list.assert_is(200).assert_says("This day is before the first one.").assert_says("1 order");
    assert_eq!(wrong(&list, "f-placed-to").as_deref(), Some("2020-02-01"));
}

#[tokio::test]
async fn an_opening_balance_is_wrong_in_the_form_that_asked_for_it() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let roster = "/admin/users/roster";
    let token = boss.get(roster).await.select_attribute("main input[name=_token]", "value").expect("a form");
    let asked = |by: &'static str| [("_token", token.clone()), ("by", by.to_owned()), ("opening", "lots".to_owned())];
    for (by, field, other) in [("number", "opening", "list-opening"), ("list", "list-opening", "opening")] {
        let mut fields = asked(by).to_vec();
        fields
            .extend([("prefix", "p"), ("number", "2"), ("text", "ann")].map(|(name, value)| (name, value.to_owned())));
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = boss.post(roster, &fields).await;
        page.assert_is(422);
        assert_eq!((wrong(&page, field).as_deref(), wrong(&page, other)), (Some("lots"), None), "{by}");
    }
}

#[tokio::test]
async fn what_a_reader_types_into_a_ticket_is_told_once_and_not_with_every_price() {
    let server = Server::start();
    let browser = Browser::start().await;
    browser.open(&server.url("/register")).await;
    browser.submit(r#"form[action="/register"]"#, &[("username", "Grace.Hopper"), ("password", PASSWORD)]).await;
    browser.wait_for(r#"form[action="/logout"]"#).await;
    browser.open(&server.url("/trade?side=buy&symbol=AAPL")).await;
    browser.wait_for("[data-badge][data-state=live]").await;
    browser.fill("form[data-ticket]", "by", "dollars").await;
    browser.fill("form[data-ticket]", "amount", "500").await;
    let seen = browser.wait_for_text("[data-estimate-words]", |text| text.starts_with("That is about")).await;
    let spoken = "return document.querySelector('[data-estimate-spoken]').textContent";
    let told = loop {
        let told = browser.run(spoken).await.as_str().unwrap_or_default().to_owned();
        if !told.is_empty() {
            break told;
        }
    };
    assert!(told.starts_with("That is about"), "{told}");
    browser.wait_for_text("[data-estimate-words]", |text| text != seen && text != told).await;
    assert_eq!(browser.run(spoken).await, told, "a price that moves is not read aloud");
}
