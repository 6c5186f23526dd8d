//! A teacher's day, in a real browser.

use crate::support::sound::assert_sound;
use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server, Visitor};

const SIGN_OUT: &str = r#"form[action="/logout"]"#;
const OWN: &str = "amber-lantern-meadow-58";

#[tokio::test]
async fn a_teacher_makes_a_class_funds_it_halts_a_stock_reverses_a_fill_and_reads_the_record() {
    let server = Server::start();
    let browser = Browser::start().await;
    let _boss = server.administrator("teacher").await;
    sign_in(&browser, &server, "teacher", PASSWORD).await;
    opens(&browser, &server).await;
    let code = makes_a_class(&browser, &server).await;
    funds_them(&browser, &server).await;
    halts(&browser, &server, "MSFT").await;
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
    student.get("/wallet").await.assert_says("$10,250.00").assert_says("for the first lesson");
    student.buy("MSFT", "1").await.assert_is(422).assert_says("Trading in MSFT is halted: News is pending.");
    let bought = student.buy("AAPL", "1").await;
    bought.assert_done();
    let slip = student.buy("AAPL", "20").await;
    slip.assert_done();
    sign_out(&browser, &server).await;

    sign_in(&browser, &server, "teacher", PASSWORD).await;
    opens(&browser, &server).await;
    let home = browser.text("main").await;
    assert!(home.contains("Refused: trading halted"), "{home}");
    reverses(&browser, &server, slip.location()).await;
    student.get(slip.location()).await.assert_says("Reversed");
    student.get(bought.location()).await.assert_is(200);
    reads_the_record(&browser, &server).await;
    assert_sound(server.database());
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

/// Gives everybody of the class 250 dollars, by a selection of the list.
async fn funds_them(browser: &Browser, server: &Server) {
    browser.open(&server.url("/admin/accounts?q=student&size=50")).await;
    browser.click("th.pick input").await;
    browser.wait_for_text("[data-selected]", |text| text == "30 selected").await;
    browser.fill("[data-selection]", "act", "adjust-cash").await;
    browser.click(".browse-bulk button").await;
    let form = r#"main form[action="/admin/accounts/bulk"]"#;
    browser.submit(form, &[("amount", "250"), ("reason", "for the first lesson")]).await;
    browser.wait_for_text("main", |text| text.contains("Done for 30 of 30")).await;
    browser.assert_console_is_empty("funding a class").await;
}

async fn halts(browser: &Browser, server: &Server, symbol: &str) {
    browser.open(&server.url(&format!("/admin/instruments/{symbol}/halt"))).await;
    browser.submit("main form.form", &[("reason", "News is pending")]).await;
    browser.wait_for_path(|path| path == format!("/admin/instruments/{symbol}")).await;
    browser.assert_console_is_empty("halting a stock").await;
}

async fn reverses(browser: &Browser, server: &Server, receipt: &str) {
    let order = receipt.rsplit('/').next().unwrap_or_default();
    browser.open(&server.url(&format!("/admin/orders/{order}/reverse"))).await;
    browser.submit("main form.form", &[("reason", "twenty were one too many digits")]).await;
    browser.wait_for_text("main", |text| text.contains("The order is reversed.")).await;
    browser.assert_console_is_empty("reversing a fill").await;
}

/// Finds everything that was done in the list of the record.
async fn reads_the_record(browser: &Browser, server: &Server) {
    browser.open(&server.url("/admin/audit?size=100")).await;
    let record = browser.text("main table").await;
    for reason in ["class 7b", "for the first lesson", "News is pending", "twenty were one too many digits"] {
        assert!(record.contains(reason), "{reason} is not among {record}");
    }
    browser.assert_console_is_empty("the record").await;
}

async fn sees_as(browser: &Browser, server: &Server, student: i64) {
    browser.open(&server.url(&format!("/admin/users/{student}/act-as"))).await;
    browser.submit("main form.form", &[("reason", "cannot find the first share")]).await;
    browser.wait_for_text(".acting", |text| text.contains("You are viewing the site as student07")).await;
    browser.wait_for("tr[data-symbol=AAPL]").await;
    browser.submit(r#"form[action="/stop-acting"]"#, &[]).await;
    browser.wait_for(".office-bar").await;
    browser.open(&server.url("/admin")).await;
    let record = browser.text("ol.record").await;
    assert!(record.contains("teacher stopped viewing the site as student07"), "{record}");
    browser.assert_console_is_empty("acting as a student").await;
}
