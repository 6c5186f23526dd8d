//! A form that is sent twice at once, as by a double click: a browser shows the answer to the second copy, which has to
//! say what became of the first.

use crate::support::answer::Answer;
use crate::support::form::Form;
use crate::support::trader::PASSWORD;
use crate::support::{Server, Visitor};
use actix_web::cookie::Cookie;
use futures_util::future::join_all;
use tradefloor::domain::Role;
use tradefloor::store::sessions;

const OWN: &str = "amber-lantern-meadow-58";

/// A server that takes its time over a password, so that both copies of a form have come before either is done.
fn thoughtful() -> Server {
    Server::with(|settings| {
        settings.set("--password-cost", "10");
    })
}

async fn twice(visitor: &Visitor, form: &Form) -> Vec<Answer> {
    join_all([visitor.send(form), visitor.send(form)]).await
}

/// What an answer has said on the next page.
fn said(answer: &Answer) -> String {
    let set = answer.headers.get_all("set-cookie").iter().filter_map(|set| set.to_str().ok());
    let cookies = set.map(|set| Cookie::parse_encoded(set.to_owned()).expect("a cookie"));
    cookies.filter(|cookie| cookie.name() == "tradefloor-notice").map(|cookie| cookie.value().to_owned()).collect()
}

#[tokio::test]
async fn a_first_password_is_set_and_nobody_is_told_that_their_code_is_over() {
    let server = thoughtful();
    let boss = server.administrator("boss").await;
    let bob = server.newcomer(&boss, "bob").await;
    let form = bob.fill("/welcome", "/welcome", &[("new_password", OWN)]).await;
    let answers = twice(&bob, &form).await;
    for answer in &answers {
        answer.assert_done();
        assert!(!said(answer).contains("no longer valid"), "{}", said(answer));
    }
    assert!(answers.iter().any(|answer| said(answer).contains("Welcome, bob.")));
    bob.get("/portfolio").await.assert_is(200);
    Visitor::new(&server).sign_in_with("bob", OWN).await.assert_redirects_to("/portfolio");
}

#[tokio::test]
async fn a_changed_password_is_not_called_wrong() {
    let server = thoughtful();
    let bob = server.staff("bob", Role::Trader).await;
    let fields = [("current_password", PASSWORD), ("new_password", OWN)];
    let form = bob.fill("/settings", "/settings/password", &fields).await;
    for answer in twice(&bob, &form).await {
        answer.assert_done();
    }
    bob.get("/settings").await.assert_is(200);
    Visitor::new(&server).sign_in_with("bob", OWN).await.assert_redirects_to("/portfolio");
}

#[tokio::test]
async fn an_account_that_is_deleted_is_not_said_to_be_there() {
    let server = thoughtful();
    let bob = server.staff("bob", Role::Trader).await;
    let form = bob.fill("/settings", "/settings/delete", &[("password", PASSWORD)]).await;
    for answer in twice(&bob, &form).await {
        answer.assert_done();
        assert!(!said(&answer).contains("Nothing was deleted"), "{}", said(&answer));
    }
    bob.sign_in("bob").await.assert_is(422);
}

#[tokio::test]
async fn whoever_signs_up_is_not_told_that_their_own_name_is_taken() {
    let server = Server::start();
    let (bob, tab) = (Visitor::new(&server), Visitor::new(&server));
    let form = bob.fill("/register", "/register", &[("username", "bob"), ("password", PASSWORD)]).await;
    tab.set_cookie("tradefloor-visitor", &bob.cookie("tradefloor-visitor").expect("a visitor is marked"));
    for copy in [&bob, &tab] {
        let answer = copy.send(&form).await;
        answer.assert_redirects_to("/portfolio");
        copy.follow(&answer).await.assert_is(200).assert_says("Welcome, bob.");
    }
    assert_eq!(tab.get("/wallet.csv").await.text.lines().count(), 2, "there is one account, with its opening balance");
    // Whoever does not know the password learns that there is such a name, and no more.
    let other = Visitor::new(&server);
    let taken = other.submit("/register", "/register", &[("username", "BOB"), ("password", OWN)]).await;
    taken.assert_is(422).assert_says("That username is taken.");
}

#[tokio::test]
async fn whoever_signs_out_is_signed_out_and_no_form_has_expired() {
    let server = Server::start();
    let bob = server.staff("bob", Role::Trader).await;
    let form = bob.fill("/portfolio", "/logout", &[]).await;
    for _ in 0..2 {
        let answer = bob.send(&form).await;
        answer.assert_redirects_to("/");
        bob.follow(&answer).await.assert_says("You have been signed out.");
    }
    // Somebody who has signed in since is protected as ever.
    bob.sign_in("bob").await.assert_done();
    bob.send(&form).await.assert_is(403);
    bob.get("/portfolio").await.assert_is(200);
}

#[tokio::test]
async fn whoever_begins_or_stops_to_look_as_somebody_is_where_that_leads() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let _bob = server.staff("bob", Role::Trader).await;
    let path = format!("/admin/users/{}/act-as", server.person("bob").id);
    let begin = boss.fill(&path, &path, &[("reason", "looks for it")]).await;
    for _ in 0..2 {
        let answer = boss.send(&begin).await;
        answer.assert_redirects_to("/portfolio");
        boss.follow(&answer).await.assert_is(200).assert_says("You are viewing the site as bob");
    }
    let stop = boss.fill("/portfolio", "/stop-acting", &[]).await;
    boss.send(&stop).await.assert_done();
    boss.send(&stop).await.assert_redirects_to("/portfolio");
    // It has been over since, and the back office would be in nobody's way; still it is not begun again.
    let late = boss.send(&begin).await;
    late.assert_redirects_to("/portfolio");
    boss.follow(&late).await.assert_says("This was already done");
    boss.get("/admin").await.assert_is(200);
    let times = server.record().iter().filter(|line| line.act.as_str() == "act_as").count();
    assert_eq!(times, 1);
}

#[tokio::test]
async fn a_session_that_was_ended_is_said_to_be_ended_already() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let _bob = server.staff("bob", Role::Trader).await;
    let user = server.person("bob").id;
    let hash = server.looks(move |conn| sessions::of_user(conn, user, 10)).remove(0).key_hash;
    let path = format!("/admin/sessions/{hash}/end");
    let form = boss.fill(&path, &path, &[("reason", "a lost telephone")]).await;
    boss.send(&form).await.assert_redirects_to("/admin/sessions");
    let again = boss.send(&form).await;
    again.assert_redirects_to("/admin/sessions");
    boss.follow(&again).await.assert_says("This was already done");
    // Another form for it, under a key of its own, finds nothing.
    let mut other = form.clone();
    other.fill("key", &uuid::Uuid::new_v4().to_string());
    boss.send(&other).await.assert_is(404);
}

#[tokio::test]
async fn a_selection_of_sessions_that_were_ended_is_said_to_be_ended_already() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let _bob = server.staff("bob", Role::Trader).await;
    let user = server.person("bob").id;
    let hash = server.looks(move |conn| sessions::of_user(conn, user, 10)).remove(0).key_hash;
    let token = boss.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let chosen = [("_token", token.as_str()), ("act", "end"), ("id", hash.as_str())];
    let bulk = "/admin/sessions/bulk";
    let mut form = Form::in_page(&boss.post(bulk, &chosen).await, bulk);
    form.fill("reason", "the end of term");
    boss.send(&form).await.assert_is(200).assert_says("Done for 1 of 1");
    boss.send(&form).await.assert_is(200).assert_says("Done for 1 of 1").assert_says("This was already done");
}

#[tokio::test]
async fn whoever_was_signed_out_meanwhile_is_told_that_a_form_came_to_nothing_and_led_back_to_it() {
    let server = Server::start();
    let ada = Visitor::new(&server);
    ada.register("ada").await.assert_done();
    let ticket = ada.ticket("buy", "AAPL", "shares", "1").await;
    let deposit = ada.fill("/wallet", "/wallet/deposit", &[("amount", "5.00")]).await;
    ada.sign_out().await.assert_done();
    for (form, page) in [(&ticket, "/trade"), (&deposit, "/wallet")] {
        let sent = ada.send(form).await;
        sent.assert_redirects_to("/login");
        let login = ada.follow(&sent).await;
        login.assert_says("You were signed out, so that was not done. Sign in to continue.");
        let mut sign_in = Form::in_page(&login, "/login");
        sign_in.fill("username", "ada");
        sign_in.fill("password", PASSWORD);
        let signed_in = ada.send(&sign_in).await;
        let back = ada.follow(&signed_in).await;
        let there = if back.status == 303 { ada.follow(&back).await } else { back };
        assert_eq!(there.assert_is(200).request, format!("GET {page}"));
        ada.sign_out().await.assert_done();
    }
    let plain = ada.get("/wallet").await;
    let login = ada.follow(&plain).await;
    assert!(!login.main_text().contains("You were signed out"), "nothing was sent");
}
