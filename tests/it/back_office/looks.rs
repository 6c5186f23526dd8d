//! The pages about people as staff meet them: on a telephone and on a desk, light and dark.

use crate::pages_browser::assert_readable_in_all_looks;
use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server};
use tradefloor::domain::Role;

/// As long as a username may be.
const NAME: &str = "Wilhelmina.von.Habsburg-Lorraine";

#[tokio::test]
async fn the_pages_about_people_are_for_everyone() {
    let server = Server::start();
    let browser = Browser::start().await;
    let _boss = server.administrator("boss").await;
    let trader = server.staff(NAME, Role::Trader).await;
    trader.buy("AAPL", "1000000").await.assert_is(422);
    let person = server.person(NAME).id;
    browser.open(&server.url("/login")).await;
    browser.submit(r#"form[action="/login"]"#, &[("username", "boss"), ("password", PASSWORD)]).await;
    browser.wait_for(r#"form[action="/logout"]"#).await;
    browser.open(&server.url("/admin/grant")).await;
    browser.submit(r#"form[action="/admin/grant"]"#, &[("password", PASSWORD)]).await;
    browser.wait_for(".office-tasks").await;
    assert_readable_in_all_looks(&browser, "the first page of the back office").await;

    for act in ["rename", "erase", "reset-password", "act-as"] {
        browser.open(&server.url(&format!("/admin/users/{person}/{act}"))).await;
        assert_readable_in_all_looks(&browser, act).await;
    }
    browser.open(&server.url("/admin/users/new/create")).await;
    assert_readable_in_all_looks(&browser, "creating a user").await;
    browser.submit("main form.form", &[("username", "boss"), ("reason", "a test")]).await;
    browser.wait_for_text("main", |text| text.contains("That username is taken.")).await;
    assert_readable_in_all_looks(&browser, "a refused user").await;

    browser.open(&server.url("/admin/users/roster")).await;
    assert_readable_in_all_looks(&browser, "an empty roster").await;
    browser.console().await;
    let pick = "const picked = new DataTransfer(), picker = document.getElementById('file');
                picked.items.add(new File(['ann'], 'class.csv'));
                picker.files = picked.files;
                picker.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.open(&server.url("/admin/users/roster")).await;
    browser.run(pick).await;
    browser.wait_for_text("#file-said", |text| text.starts_with("Loaded class.csv (")).await;
    browser.assert_console_is_empty("a roster from a file").await;
    let list = r#"form:has([name="text"])"#;
    browser.submit(list, &[("text", "ann\nb\nboss\ncyd,teacher\n")]).await;
    browser.wait_for("td.fault").await;
    assert_readable_in_all_looks(&browser, "a roster with mistakes").await;
    browser.open(&server.url("/admin/users/roster")).await;
    browser.submit(list, &[("text", "ann\nbo1,support,12.50\nWilhelmina.von.Habsburg-Lothring\n")]).await;
    browser.wait_for_text("main", |text| text.contains("3 people will be added")).await;
    assert_readable_in_all_looks(&browser, "a review of a roster").await;
    browser.submit(r#"main form[action="/admin/users/roster"]"#, &[("reason", "a test")]).await;
    browser.wait_for(".slip").await;
    assert_readable_in_all_looks(&browser, "a page of cards").await;
    let code = browser.text(".slip:nth-child(1) code").await;

    browser.open(&server.url(&format!("/admin/users/{person}/act-as"))).await;
    browser.submit("main form.form", &[("reason", "a test")]).await;
    browser.wait_for(".acting").await;
    assert_readable_in_all_looks(&browser, "acting as somebody").await;
    browser.open(&server.url("/admin")).await;
    assert_readable_in_all_looks(&browser, "the back office while acting").await;
    browser.submit(r#"form[action="/stop-acting"]"#, &[]).await;
    browser.wait_for(".office-bar").await;

    browser.forget_cookies().await;
    browser.open(&server.url("/login")).await;
    browser.submit(r#"form[action="/login"]"#, &[("username", "ann"), ("password", &code)]).await;
    browser.wait_for_path(|path| path == "/welcome").await;
    assert_readable_in_all_looks(&browser, "choosing a password").await;
}
