//! Acting as somebody: everything is seen, nothing is changed, and it ends.

use crate::support::sound::assert_sound;
use crate::support::{Server, Visitor};
use tradefloor::domain::{At, Role};
use tradefloor::web::routes::pages;

async fn with_bob() -> (Server, Visitor, Visitor, String) {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let bob = server.staff("bob", Role::Trader).await;
    bob.deposit("123.45").await.assert_done();
    bob.buy("AAPL", "2").await.assert_done();
    let id = server.person("bob").id.to_string();
    (server, boss, bob, id)
}

async fn acts_as(boss: &Visitor, id: &str) {
    boss.acts(&format!("/admin/users/{id}/act-as"), &[]).await.assert_redirects_to("/portfolio");
}

fn said(server: &Server) -> Vec<String> {
    server.record().iter().map(|line| line.act.to_string()).collect()
}

#[tokio::test]
async fn an_administrator_sees_what_a_person_sees_until_they_stop() {
    let (server, boss, bob, id) = with_bob().await;
    acts_as(&boss, &id).await;
    for page in ["/portfolio", "/wallet", "/orders", "/history", "/stocks/AAPL", "/trade", "/settings", "/rates"] {
        let seen = boss.get(page).await;
        seen.assert_is(200).assert_says("You are viewing the site as bob. View only.");
        assert!(seen.select_text(".menu-name").is_some_and(|name| name == "bob"), "{page}");
    }
    assert_eq!(boss.get("/wallet.csv").await.text, bob.get("/wallet.csv").await.text);
    // Where bob is signed in is bob's to see, and not where the administrator is.
    let places = |answer: &crate::support::answer::Answer| answer.select_all("main table tbody tr").len();
    assert_eq!(places(&boss.get("/settings").await), 1);
    assert_eq!(places(&bob.get("/settings").await), 1);
    assert!(!bob.get("/portfolio").await.text.contains("You are viewing the site"));
    let stopped = boss.submit("/portfolio", "/stop-acting", &[]).await;
    stopped.assert_redirects_to(&format!("/admin/users/{id}"));
    boss.get("/admin").await.assert_is(200);
    boss.get("/settings").await.assert_says("Signed in as boss");
    assert_eq!(said(&server), ["act_as_end", "act_as", "grant"]);
    let line = &server.record()[0];
    assert_eq!((line.actor.as_ref().unwrap().as_str(), &line.subject), ("boss", &id));
    assert_sound(server.database());
}

#[tokio::test]
async fn whoever_acts_as_somebody_changes_nothing() {
    let (server, boss, bob, id) = with_bob().await;
    acts_as(&boss, &id).await;
    let (before, recorded) = (bob.get("/wallet.csv").await.text, said(&server));
    let token = boss.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let key = "0123456789abcdef";
    let fields = [
        ("_token", token.as_str()),
        ("key", key),
        ("amount", "5"),
        ("symbol", "AAPL"),
        ("side", "buy"),
        ("by", "shares"),
        ("watched", "1"),
        ("password", crate::support::trader::PASSWORD),
        ("current_password", crate::support::trader::PASSWORD),
        ("new_password", "amber-lantern-meadow-58"),
    ];
    let posts = pages().into_iter().filter(|entry| entry.method == "POST").map(|entry| entry.path.to_owned());
    let office = ["/admin/close", "/admin/grant", "/admin/users/roster", "/admin/users/bulk"].map(str::to_owned);
    for path in posts.chain(office).filter(|path| !["/theme", "/stop-acting"].contains(&path.as_str())) {
        boss.post(&path, &fields).await.assert_is(403).assert_says("You are viewing the site as bob. View only.");
    }
    for path in ["/admin", "/admin/grant", &format!("/admin/users/{id}/disable")] {
        boss.get(path)
            .await
            .assert_is(403)
            .assert_says("View only")
            .assert_says("Stop viewing as bob to make changes.");
    }
    let themed = boss.post("/theme", &[("_token", token.as_str()), ("theme", "dark"), ("back", "/wallet")]).await;
    themed.assert_redirects_to("/wallet");
    assert_eq!(bob.get("/wallet.csv").await.text, before);
    assert_eq!(said(&server), recorded);
    bob.get("/settings").await.assert_is(200);
    for garbage in ["", "\0", "<script>xss()</script>"] {
        boss.post("/stop-acting", &[("_token", garbage)]).await.assert_is(403);
    }
}

#[tokio::test]
async fn nobody_acts_as_themselves_as_an_administrator_or_without_the_rights() {
    let (server, boss, _bob, id) = with_bob().await;
    let _other = server.administrator("other").await;
    let (own, others) = (server.person("boss").id, server.person("other").id);
    let refused = boss.get(&format!("/admin/users/{others}/act-as")).await;
    refused.assert_is(200).assert_says("You cannot view the site as an administrator.");
    let path = format!("/admin/users/{id}/act-as");
    for target in [own, others] {
        let mut form = boss.fill(&path, &path, &[("reason", "because of a test")]).await;
        form.action = format!("/admin/users/{target}/act-as");
        boss.send(&form).await.assert_is(422);
    }
    let support = server.staff("helper", Role::Support).await;
    support.opens_back_office().await.assert_done();
    support.get(&path).await.assert_is(403);
    assert!(!said(&server).contains(&"act_as".to_owned()));
    // Support may be looked at, and what is seen is a trader's site.
    acts_as(&boss, &server.person("helper").id.to_string()).await;
    boss.get("/portfolio").await.assert_is(200).assert_says("You are viewing the site as helper");
}

#[tokio::test]
async fn it_ends_with_the_time_the_rights_and_the_session() {
    let (server, boss, bob, id) = with_bob().await;
    acts_as(&boss, &id).await;
    let person = server.person("boss").id;
    server.changes(move |conn| {
        use tradefloor::store::sessions;
        for session in sessions::of_user(conn, person, 10)? {
            sessions::act_as(conn, &session.key_hash, session.acting_as.map(|user| (user, At::from_micros(1))))?;
        }
        Ok(())
    });
    boss.get("/settings").await.assert_says("Signed in as boss");
    acts_as(&boss, &id).await;
    server.makes("boss", Role::Support);
    boss.get("/settings").await.assert_says("Signed in as boss");
    server.makes("boss", Role::Admin);
    boss.get("/settings").await.assert_says("Viewing as bob");
    // Signing out everywhere else ends it, which is on record.
    let elsewhere = Visitor::new(&server);
    elsewhere.sign_in("boss").await.assert_done();
    elsewhere.submit("/settings", "/settings/sign-out-others", &[]).await.assert_done();
    boss.get("/settings").await.assert_redirects_to("/login");
    let record = server.record();
    assert_eq!((record[0].act.as_str(), record[0].became.get("ended")), ("act_as_end", Some("the session ended")));
    bob.get("/settings").await.assert_is(200);
    assert_sound(server.database());
}

#[tokio::test]
async fn who_leaves_is_not_looked_at_any_more() {
    let (_server, boss, bob, id) = with_bob().await;
    acts_as(&boss, &id).await;
    bob.submit("/settings", "/settings/delete", &[("password", crate::support::trader::PASSWORD)]).await.assert_done();
    boss.get("/settings").await.assert_is(200).assert_says("Signed in as boss");
}

#[tokio::test]
async fn a_form_that_was_opened_while_acting_does_nothing_afterwards() {
    let (server, boss, bob, id) = with_bob().await;
    acts_as(&boss, &id).await;
    let deposit = boss.fill("/wallet", "/wallet/deposit", &[("amount", "77")]).await;
    let (own, theirs) = (Visitor::new(&server), bob.get("/wallet.csv").await.text);
    own.sign_in("boss").await.assert_done();
    let before = own.get("/wallet.csv").await.text;
    boss.submit("/portfolio", "/stop-acting", &[]).await.assert_done();
    boss.send(&deposit).await.assert_is(403);
    assert_eq!((own.get("/wallet.csv").await.text, bob.get("/wallet.csv").await.text), (before, theirs));
    // Their own forms work as before.
    boss.deposit("1").await.assert_done();
}

#[tokio::test]
async fn whoever_stops_seeing_what_somebody_sees_unasked_is_told_once() {
    const TOLD: &str = "viewing as bob has ended";
    let (server, boss, _bob, id) = with_bob().await;
    acts_as(&boss, &id).await;
    assert!(!boss.get("/wallet").await.text.contains(TOLD));
    let person = server.person("boss").id;
    server.changes(move |conn| {
        use tradefloor::store::sessions;
        for session in sessions::of_user(conn, person, 10)? {
            sessions::act_as(conn, &session.key_hash, None)?;
        }
        Ok(())
    });
    boss.get("/wallet.csv").await.assert_is(200);
    boss.get("/wallet").await.assert_is(200).assert_says(TOLD);
    assert!(!boss.get("/wallet").await.text.contains(TOLD));
    acts_as(&boss, &id).await;
    boss.get("/wallet").await.assert_says("You are viewing the site as bob");
    let stopped = boss.submit("/portfolio", "/stop-acting", &[]).await;
    let back = boss.follow(&stopped).await;
    back.assert_says("You are back in your own account.");
    assert!(!back.text.contains(TOLD) && !boss.get("/wallet").await.text.contains(TOLD));
}
