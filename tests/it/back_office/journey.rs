//! A teacher's day, in a real browser.

use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server, Visitor};

const SIGN_OUT: &str = r#"form[action="/logout"]"#;
const OWN: &str = "amber-lantern-meadow-58";

#[tokio::test]
async fn a_teacher_makes_a_class_and_a_student_begins() {
    let server = Server::start();
    let browser = Browser::start().await;
    let _boss = server.administrator("teacher").await;
    sign_in(&browser, &server, "teacher", PASSWORD).await;
    opens(&browser, &server).await;
    let code = makes_a_class(&browser, &server).await;
    sign_out(&browser, &server).await;

    sign_in(&browser, &server, "student07", &code).await;
    browser.wait_for_path(|path| path == "/welcome").await;
    browser.open(&server.url("/wallet")).await;
    browser.wait_for_path(|path| path == "/welcome").await;
    browser.submit(r#"form[action="/welcome"]"#, &[("new_password", OWN)]).await;
    browser.wait_for_text("main", |text| text.contains("Welcome, student07.")).await;
    browser.assert_console_is_empty("a first password").await;
    let student = Visitor::new(&server);
    student.sign_in_with("student07", OWN).await.assert_done();
    student.buy("AAPL", "1").await.assert_done();
    sign_out(&browser, &server).await;

    sign_in(&browser, &server, "teacher", PASSWORD).await;
    opens(&browser, &server).await;
    let record = browser.text("ol.record").await;
    assert!(record.contains("teacher created the user") && record.contains("class 7b"), "{record}");
    sees_as(&browser, &server, server.person("student07").id.0).await;
}

async fn sign_in(browser: &Browser, server: &Server, name: &str, password: &str) {
    browser.open(&server.url("/login")).await;
    browser.submit(r#"form[action="/login"]"#, &[("username", name), ("password", password)]).await;
    browser.wait_for(SIGN_OUT).await;
}

async fn sign_out(browser: &Browser, server: &Server) {
    browser.open(&server.url("/portfolio")).await;
    browser.click("details[data-menu] summary").await;
    browser.submit(SIGN_OUT, &[]).await;
    browser.wait_for(r#"a[href^="/login"]"#).await;
}

async fn opens(browser: &Browser, server: &Server) {
    browser.open(&server.url("/admin")).await;
    browser.submit(r#"form[action="/admin/grant"]"#, &[("password", PASSWORD)]).await;
    browser.wait_for(".office-tasks").await;
    browser.assert_console_is_empty("the first page").await;
}

/// Makes thirty students and tells the code on the card of the seventh.
async fn makes_a_class(browser: &Browser, server: &Server) -> String {
    browser.click(r#".office-tasks a[href="/admin/users/roster"]"#).await;
    let numbered = r#"form:has([name="prefix"])"#;
    browser.submit(numbered, &[("prefix", "student"), ("number", "30")]).await;
    browser.wait_for_text("main", |text| text.contains("30 people will be added")).await;
    browser.submit(r#"main form[action="/admin/users/roster"]"#, &[("reason", "class 7b")]).await;
    browser.wait_for_text("main", |text| text.contains("30 people were added")).await;
    assert_eq!(browser.count(".slip").await, 30);
    browser.wait_for("[data-print]:not([hidden])").await;
    browser.assert_console_is_empty("a class").await;
    let card = browser.text(".slip:nth-child(7) dl").await;
    assert!(card.contains("student07"), "{card}");
    assert!(browser.text(".slip:nth-child(7) .slip-site").await.starts_with(&server.url("")));
    browser.text(".slip:nth-child(7) code").await
}

async fn sees_as(browser: &Browser, server: &Server, student: i64) {
    browser.open(&server.url(&format!("/admin/users/{student}/act-as"))).await;
    browser.submit("main form", &[("reason", "cannot find the first share")]).await;
    browser.wait_for_text(".acting", |text| text.contains("You see what student07 sees")).await;
    browser.wait_for("tr[data-symbol=AAPL]").await;
    browser.submit(r#"form[action="/stop-acting"]"#, &[]).await;
    browser.wait_for(".office-bar").await;
    browser.open(&server.url("/admin")).await;
    let record = browser.text("ol.record").await;
    assert!(record.contains("teacher stopped acting as the user"), "{record}");
    browser.assert_console_is_empty("acting as a student").await;
}
