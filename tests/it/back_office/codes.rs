//! Codes in place of passwords: shown once, good until a password is chosen, and nothing else works before.

use crate::support::answer::Answer;
use crate::support::form::Form;
use crate::support::sound::assert_sound;
use crate::support::staff::cards;
use crate::support::trader::PASSWORD;
use crate::support::{Server, Visitor};
use tradefloor::domain::{At, Role, SignInCode};
use tradefloor::store::codes::{self, Code};
use tradefloor::store::users;
use tradefloor::web::routes::pages;

const OWN: &str = "amber-lantern-meadow-58";

async fn with_bob() -> (Server, Visitor, Visitor, String) {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let bob = server.staff("bob", Role::Trader).await;
    let path = format!("/admin/users/{}/reset-password", server.person("bob").id);
    (server, boss, bob, path)
}

/// The one code on a page.
fn code(shown: &Answer) -> String {
    shown.assert_is(200).assert_says("shown once");
    let [(_, code)] = &cards(shown)[..] else { panic!("one card: {}", shown.main_text()) };
    code.clone()
}

async fn chooses(visitor: &Visitor, password: &str) -> Answer {
    visitor.submit("/welcome", "/welcome", &[("new_password", password)]).await
}

#[tokio::test]
async fn a_reset_ends_the_password_and_the_sessions_and_the_code_ends_with_a_password_of_their_own() {
    let (server, boss, bob, path) = with_bob().await;
    let given = code(&boss.acts(&path, &[]).await);
    bob.get("/settings").await.assert_redirects_to("/login");
    bob.sign_in("bob").await.assert_is(422).assert_says("The username or the password is wrong.");
    bob.sign_in_with("bob", &given.to_lowercase().replace('-', " ")).await.assert_redirects_to("/portfolio");
    bob.get("/portfolio").await.assert_redirects_to("/welcome");
    chooses(&bob, "short").await.assert_is(422).assert_says("at least 10");
    chooses(&bob, &given).await.assert_is(422).assert_says("That is the code you were given.");
    let done = chooses(&bob, OWN).await;
    done.assert_redirects_to("/portfolio");
    bob.follow(&done).await.assert_is(200).assert_says("Welcome, bob.");
    bob.get("/welcome").await.assert_redirects_to("/portfolio");
    for no_more in [given.as_str(), PASSWORD] {
        Visitor::new(&server).sign_in_with("bob", no_more).await.assert_is(422);
    }
    Visitor::new(&server).sign_in_with("bob", OWN).await.assert_redirects_to("/portfolio");
    let record = server.record();
    let [reset] = &record[..1] else { panic!("it is on record") };
    assert_eq!((reset.act.as_str(), reset.became.get("password")), ("reset_password", Some("a code")));
    assert_sound(server.database());
}

#[tokio::test]
async fn before_there_is_a_password_every_page_and_every_form_leads_to_choosing_one() {
    let (_server, boss, bob, path) = with_bob().await;
    let given = code(&boss.acts(&path, &[]).await);
    let form =
        bob.fill("/login", "/login", &[("username", "bob"), ("password", &given), ("next", "/wallet?x=1")]).await;
    bob.follow(&bob.send(&form).await).await.assert_redirects_to("/welcome");
    let token = bob.get("/welcome").await.select_attribute("input[name=_token]", "value").expect("a form");
    let key = uuid::Uuid::new_v4().to_string();
    let fields = [("_token", token.as_str()), ("key", &key), ("amount", "500"), ("symbol", "AAPL"), ("theme", "dark")];
    for entry in pages().iter().filter(|entry| !["/welcome", "/theme", "/logout"].contains(&entry.path)) {
        let path = entry.path.replace("{symbol}", "AAPL").replace("{id}", &key);
        let answer = if entry.method == "GET" { bob.get(&path).await } else { bob.post(&path, &fields).await };
        answer.assert_redirects_to("/welcome");
        assert!(entry.method == "GET" || !answer.location().contains("next"), "a form is not sent again: {path}");
    }
    bob.post("/theme", &fields).await.assert_redirects_to("/");
    let led = bob.get("/wallet?x=1").await;
    let mut form = Form::in_page(&bob.follow(&led).await, "/welcome");
    form.fill("new_password", OWN);
    assert_eq!(bob.send(&form).await.location(), "/wallet?x=1");
    assert_eq!(bob.get("/wallet.csv").await.text.lines().count(), 2, "nothing but the opening balance");
}

#[tokio::test]
async fn a_reset_sent_twice_is_done_once_and_its_code_is_not_shown_again() {
    let (server, boss, bob, path) = with_bob().await;
    let form = boss.fill(&path, &path, &[("reason", "forgot it")]).await;
    let given = code(&boss.send(&form).await);
    let again = boss.send(&form).await;
    boss.follow(&again).await.assert_says("the code is not shown again");
    assert_eq!(server.record().iter().filter(|line| line.reason == "forgot it").count(), 1);
    bob.sign_in_with("bob", &given).await.assert_done();
}

#[tokio::test]
async fn the_next_reset_ends_the_code_before_and_whoever_came_in_with_it() {
    let (_server, boss, bob, path) = with_bob().await;
    let first = code(&boss.acts(&path, &[]).await);
    bob.sign_in_with("bob", &first).await.assert_done();
    let second = code(&boss.acts(&path, &[]).await);
    assert_ne!(first, second);
    bob.get("/welcome").await.assert_redirects_to("/login");
    bob.sign_in_with("bob", &first).await.assert_is(422);
    bob.sign_in_with("bob", &second).await.assert_done();
}

#[tokio::test]
async fn a_code_that_is_over_lets_nobody_in_and_nobody_choose() {
    let (server, boss, bob, path) = with_bob().await;
    let given = code(&boss.acts(&path, &[]).await);
    bob.sign_in_with("bob", &given).await.assert_done();
    let form = bob.fill("/welcome", "/welcome", &[("new_password", OWN)]).await;
    let id = server.person("bob").id;
    let code_hash = given.parse::<SignInCode>().unwrap().hash();
    server.changes(move |conn| {
        let over = Code { user_id: id, code_hash, created_at: At::from_micros(1), expires_at: At::from_micros(2) };
        codes::put(conn, &over)
    });
    let late = bob.send(&form).await;
    late.assert_redirects_to("/login");
    bob.follow(&late).await.assert_says("no longer valid");
    bob.sign_in_with("bob", &given).await.assert_is(422);
    bob.sign_in_with("bob", OWN).await.assert_is(422);
}

#[tokio::test]
async fn without_a_password_and_without_a_code_nobody_signs_in() {
    let (server, boss, bob, path) = with_bob().await;
    let given = code(&boss.acts(&path, &[]).await);
    let id = server.person("bob").id;
    server.changes(move |conn| codes::delete(conn, id));
    for typed in ["", " ", given.as_str(), PASSWORD] {
        bob.sign_in_with("bob", typed).await.assert_is(422);
    }
    // Nor is a code good beside a password.
    let boss_id = server.person("boss").id;
    let code_hash = given.parse::<SignInCode>().unwrap().hash();
    let expires_at = At::from_micros(i64::MAX);
    server.changes(move |conn| {
        codes::put(conn, &Code { user_id: boss_id, code_hash, created_at: At::from_micros(1), expires_at })
    });
    Visitor::new(&server).sign_in_with("boss", &given).await.assert_is(422);
    server.changes(move |conn| codes::delete(conn, boss_id));
    assert!(server.looks(move |conn| users::find(conn, id)).unwrap().password_hash.is_empty());
}

#[tokio::test]
async fn a_wrong_code_is_answered_and_throttled_as_a_wrong_password_is() {
    let server = Server::with(|settings| {
        settings.set("--tries-per-name", "3");
    });
    let boss = server.administrator("boss").await;
    let shown = boss.acts("/admin/users/new/create", &[("username", "newcomer")]).await;
    let given = code(&shown);
    let wrong = SignInCode::random().to_string();
    let visitor = Visitor::new(&server);
    for _ in 0..3 {
        visitor
            .sign_in_with("newcomer", &wrong)
            .await
            .assert_is(422)
            .assert_says("The username or the password is wrong.");
    }
    visitor.sign_in_with("newcomer", &given).await.assert_is(429);
}

#[tokio::test]
async fn a_code_is_kept_nowhere_and_told_to_nobody_else() {
    let (server, boss, bob, path) = with_bob().await;
    let given = code(&boss.acts(&path, &[]).await);
    bob.sign_in_with("bob", &given).await.assert_done();
    chooses(&bob, &given).await.assert_is(422);
    let plain = given.replace('-', "");
    for kept in [server.said(), format!("{:?}", server.record()), boss.get("/admin").await.text] {
        assert!(!kept.contains(&given) && !kept.contains(&plain), "{kept}");
    }
    let id = server.person("bob").id;
    let row = server.looks(move |conn| codes::of_user(conn, id, At::from_micros(0))).expect("a code");
    assert!(row.code_hash.len() == 64 && !format!("{row:?}").contains(&plain));
}

#[tokio::test]
async fn a_whole_class_is_reset_at_once_on_one_page_of_cards() {
    let (server, boss, bob, _) = with_bob().await;
    let ann = server.staff("ann", Role::Trader).await;
    let ids = ["bob", "ann", "boss"].map(|name| server.person(name).id.to_string());
    let token = boss.get("/admin").await.select_attribute("input[name=_token]", "value").expect("a form");
    let mut chosen = vec![("_token", token.as_str()), ("act", "reset-password")];
    chosen.extend(ids.iter().map(|id| ("id", id.as_str())));
    let preview = boss.post("/admin/users/bulk", &chosen).await;
    preview.assert_says("2 of 3 will be changed").assert_says("You cannot do this to your own account.");
    let mut form = Form::in_page(&preview, "/admin/users/bulk");
    form.fill("reason", "a new term");
    form.fields.push(("id".to_owned(), ids[2].clone()));
    let shown = boss.send(&form).await;
    shown.assert_is(200).assert_says("done for 2").assert_says("boss: You cannot do this to your own account.");
    let cards = cards(&shown);
    assert_eq!(cards.len(), 2, "{cards:?}");
    for (name, code) in &cards {
        Visitor::new(&server).sign_in_with(name, code).await.assert_done();
    }
    for out in [&bob, &ann] {
        out.get("/settings").await.assert_redirects_to("/login");
    }
    let again = boss.send(&form).await;
    again.assert_is(200).assert_says("the code is not shown again");
    assert!(self::cards(&again).is_empty());
    assert_eq!(server.record().iter().filter(|line| line.reason == "a new term").count(), 2);
    assert_sound(server.database());
}
