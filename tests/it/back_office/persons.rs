//! People added by hand, renamed, erased, and single sessions ended.

use crate::support::sound::assert_sound;
use crate::support::staff::cards;
use crate::support::trader::PASSWORD;
use crate::support::{Server, Visitor};
use tradefloor::domain::Role;
use tradefloor::store::{accounts, sessions, users};

async fn with_bob() -> (Server, Visitor, Visitor, String) {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let bob = server.staff("bob", Role::Trader).await;
    let id = server.person("bob").id.to_string();
    (server, boss, bob, id)
}

#[tokio::test]
async fn somebody_added_by_hand_has_a_role_a_balance_and_a_code() {
    let (server, boss, _bob, _) = with_bob().await;
    let path = "/admin/users/new/create";
    assert_eq!(boss.fill(path, path, &[]).await.value("opening"), "10000.00", "the house's own opening balance");
    let fields = [("username", "Helper"), ("role", "support"), ("opening", "250.75"), ("reason", "helps out")];
    let form = boss.fill(path, path, &fields).await;
    let shown = boss.send(&form).await;
    let [(name, code)] = &cards(&shown)[..] else { panic!("one card: {}", shown.main_text()) };
    assert_eq!(name, "Helper");
    assert!(shown.select_text(".slip-site").unwrap().starts_with("http://127.0.0.1:"));
    let helper = Visitor::new(&server);
    helper.sign_in_with("helper", code).await.assert_done();
    helper.submit("/welcome", "/welcome", &[("new_password", "amber-lantern-meadow-58")]).await.assert_done();
    helper.get("/wallet").await.assert_says("$250.75");
    helper.get("/admin").await.assert_redirects_to("/admin/grant");
    let record = server.record();
    let line = record.iter().find(|line| line.reason == "helps out").expect("it is on record");
    let id = server.person("helper").id.to_string();
    assert_eq!((line.act.as_str(), &line.subject), ("create_user", &id));
    assert_eq!((line.became.get("role"), line.became.get("opening balance")), (Some("support"), Some("250.75")));
    // Sent again, nobody else is added and the code is not shown again.
    let again = boss.send(&form).await;
    boss.follow(&again).await.assert_says("The code is not shown again");
    assert_eq!(server.record().iter().filter(|line| line.reason == "helps out").count(), 1);
    assert_sound(server.database());
}

#[tokio::test]
async fn what_is_wrong_with_somebody_new_stands_beside_the_field() {
    let (server, boss, _bob, _) = with_bob().await;
    let people = |server: &Server| server.looks(|conn| users::list(conn, tradefloor::domain::UserId(0), 100)).len();
    let before = people(&server);
    for (fields, sentence, field) in [
        ([("username", "BOB"), ("role", "trader"), ("opening", "1")], "That username is taken.", "username"),
        ([("username", "x y"), ("role", "trader"), ("opening", "1")], "A username cannot contain spaces.", "username"),
        ([("username", "ann"), ("role", "trader"), ("opening", "-1")], "Enter an opening balance from 0 to", "opening"),
        (
            [("username", "ann"), ("role", "trader"), ("opening", "99999999999")],
            "Enter an opening balance from 0",
            "opening",
        ),
        ([("username", "ann"), ("role", "trader"), ("opening", "a lot")], "", "opening"),
        ([("username", "ann"), ("role", "king"), ("opening", "1")], "Choose one of the roles.", "role"),
    ] {
        let answer = boss.acts("/admin/users/new/create", &fields).await;
        answer.assert_is(422).assert_says(sentence);
        assert!(answer.select_text(&format!("#{field}-error")).is_some() || field == "role", "{sentence}");
    }
    assert_eq!(people(&server), before);
}

#[tokio::test]
async fn a_new_name_is_seen_at_once_and_both_stay_on_record() {
    let (server, boss, bob, id) = with_bob().await;
    let path = format!("/admin/users/{id}/rename");
    let _ann = server.staff("ann", Role::Trader).await;
    let refused = boss.acts(&path, &[("name", "ANN")]).await;
    refused.assert_is(422);
    assert!(refused.select_text("#name-error").unwrap().contains("That username is taken."));
    boss.acts(&path, &[("name", "no such name")]).await.assert_is(422).assert_says("A username cannot contain spaces.");
    boss.acts(&path, &[("name", "bob")]).await.assert_is(422).assert_says("That is already the case");
    boss.acts(&path, &[("name", "Robert")]).await.assert_redirects_to(&format!("/admin/users/{id}"));
    bob.get("/settings").await.assert_is(200).assert_says("Signed in as Robert");
    Visitor::new(&server).sign_in("robert").await.assert_done();
    Visitor::new(&server).sign_in("bob").await.assert_is(422);
    // Another spelling of one's own name is no other's name.
    boss.acts(&path, &[("name", "ROBERT")]).await.assert_done();
    let record = server.record();
    let said: Vec<_> = record.iter().filter(|line| line.act.as_str() == "rename_user").collect();
    assert_eq!((said[1].was.get("name"), said[1].became.get("name")), (Some("bob"), Some("Robert")));
    let _next = server.staff("bob", Role::Trader).await;
    assert_sound(server.database());
}

#[tokio::test]
async fn who_is_erased_is_forgotten_and_the_books_stay_whole() {
    let (server, boss, bob, id) = with_bob().await;
    bob.buy("AAPL", "1").await.assert_done();
    let path = format!("/admin/users/{id}/erase");
    for typed in ["", "Bob", "boss"] {
        boss.acts(&path, &[("confirm", typed)]).await.assert_is(422).assert_says("That is not their username.");
    }
    bob.get("/portfolio").await.assert_is(200);
    boss.acts(&path, &[("confirm", "bob")]).await.assert_redirects_to("/admin/users");
    bob.get("/portfolio").await.assert_redirects_to("/login");
    bob.sign_in("bob").await.assert_is(422);
    boss.get(&path).await.assert_is(404);
    let user = server.person("boss").id.0 + 1;
    let gone = server.looks(move |conn| users::find(conn, tradefloor::domain::UserId(user))).expect("the row stays");
    assert!(gone.username.as_str().starts_with("closed-") && gone.password_hash.is_empty() && gone.closed_at.is_some());
    let record = server.record();
    assert_eq!(record[0].act.as_str(), "erase_user");
    assert!(!format!("{record:?}").contains("bob"), "{record:?}");
    let _next = server.staff("bob", Role::Trader).await;
    assert_sound(server.database());
}

#[tokio::test]
async fn the_last_administrator_does_not_leave_and_of_one_who_leaves_it_is_on_record() {
    let (server, boss, bob, _) = with_bob().await;
    let leaves = [("password", PASSWORD)];
    let refused = boss.submit("/settings", "/settings/delete", &leaves).await;
    refused.assert_is(422).assert_says("You are the last administrator who can sign in.");
    boss.get("/settings").await.assert_is(200);
    let other = server.administrator("other").await;
    let id = server.person("other").id;
    other.submit("/settings", "/settings/delete", &leaves).await.assert_redirects_to("/");
    let line = &server.record()[0];
    assert_eq!((line.act.as_str(), &line.subject), ("erase_user", &id.to_string()));
    assert!(!format!("{line:?}").contains("other"), "{line:?}");
    let recorded = server.record().len();
    bob.submit("/settings", "/settings/delete", &leaves).await.assert_redirects_to("/");
    assert_eq!(server.record().len(), recorded, "the record is of what staff do");
    assert_sound(server.database());
}

#[tokio::test]
async fn why_the_account_of_somebody_who_is_erased_was_frozen_is_forgotten() {
    let (server, boss, _bob, id) = with_bob().await;
    let user = server.person("bob").id;
    let account = server.looks(move |conn| accounts::of_user(conn, user));
    let freeze = format!("/admin/accounts/{}/freeze", account.public_id);
    boss.acts(&freeze, &[("reason", "Bob Miller copied his neighbour")]).await.assert_done();
    boss.acts(&format!("/admin/users/{id}/erase"), &[("confirm", "bob")]).await.assert_done();
    let because = server.looks(move |conn| accounts::get(conn, account.id)).frozen_because;
    assert_eq!(because.as_deref(), Some("Its owner has left."));
    assert_sound(server.database());
}

#[tokio::test]
async fn one_session_is_ended_and_no_other() {
    let (server, boss, bob, _) = with_bob().await;
    let elsewhere = Visitor::new(&server);
    let user = server.person("bob").id;
    let first = server.looks(move |conn| sessions::of_user(conn, user, 10)).remove(0).key_hash;
    elsewhere.sign_in("bob").await.assert_done();
    let path = format!("/admin/sessions/{first}/end");
    boss.get(&path).await.assert_is(200).assert_says("A session of bob").assert_says("127.0.0.1");
    let form = boss.fill(&path, &path, &[("reason", "a lost telephone")]).await;
    boss.send(&form).await.assert_redirects_to("/admin/sessions");
    bob.get("/settings").await.assert_redirects_to("/login");
    elsewhere.get("/settings").await.assert_is(200);
    boss.get(&path).await.assert_is(404);
    let line = &server.record()[0];
    assert_eq!((line.act.as_str(), &line.subject, line.reason.as_str()), ("end_session", &first, "a lost telephone"));
    assert_sound(server.database());
}
