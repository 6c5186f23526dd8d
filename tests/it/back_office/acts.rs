//! Acts on people through their forms: what they come to, how they are refused, and who is told what.

use crate::support::answer::Answer;
use crate::support::sound::assert_sound;
use crate::support::{Server, Visitor};
use tradefloor::domain::Role;
use tradefloor::web::admin::acts;

async fn with_bob() -> (Server, Visitor, Visitor, String) {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let bob = server.staff("bob", Role::Trader).await;
    let id = server.person("bob").id.to_string();
    (server, boss, bob, id)
}

async fn is_signed_in(visitor: &Visitor) -> bool {
    visitor.get("/settings").await.status == 200
}

fn acted(answer: &Answer, id: &str) {
    answer.assert_redirects_to(&format!("/admin/users/{id}"));
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once_and_comes_in_again_when_enabled() {
    let (server, boss, bob, id) = with_bob().await;
    acted(&boss.acts(&format!("/admin/users/{id}/disable"), &[]).await, &id);
    assert!(!is_signed_in(&bob).await);
    bob.sign_in("bob").await.assert_is(422).assert_says("This account is disabled.");
    bob.sign_in_with("bob", "not his password").await.assert_is(422).assert_says("is wrong");
    acted(&boss.acts(&format!("/admin/users/{id}/enable"), &[]).await, &id);
    bob.sign_in("bob").await.assert_done();
    let record = server.record();
    let said: Vec<_> = record.iter().map(|line| (line.act.as_str(), line.reason.as_str())).collect();
    assert_eq!(said[..2], [("enable_user", "because of a test"), ("disable_user", "because of a test")]);
    assert_eq!(record[1].was.get("may sign in"), Some("yes"));
    assert_sound(server.database());
}

#[tokio::test]
async fn a_new_role_counts_from_the_next_page_on() {
    let (server, boss, bob, id) = with_bob().await;
    bob.get("/admin").await.assert_is(404);
    acted(&boss.acts(&format!("/admin/users/{id}/role"), &[("role", "support")]).await, &id);
    bob.get("/admin").await.assert_redirects_to("/admin/grant");
    let line = &server.record()[0];
    assert_eq!((line.was.get("role"), line.became.get("role")), (Some("trader"), Some("support")));
    boss.acts(&format!("/admin/users/{id}/role"), &[("role", "king")]).await.assert_is(422);
}

#[tokio::test]
async fn signing_somebody_out_ends_their_sessions_and_no_others() {
    let (_server, boss, bob, id) = with_bob().await;
    acted(&boss.acts(&format!("/admin/users/{id}/sign-out"), &[]).await, &id);
    assert!(!is_signed_in(&bob).await && is_signed_in(&boss).await);
    let form = boss.get(&format!("/admin/users/{id}/sign-out")).await;
    form.assert_says("bob is not signed in anywhere.");
    assert!(form.select_text(".card form").is_none(), "there is nothing to send");
}

#[tokio::test]
async fn nobody_takes_their_own_rights_or_the_last_administrators() {
    let (server, boss, _bob, _) = with_bob().await;
    let own = server.person("boss").id.to_string();
    let token = boss.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    for act in ["disable", "role", "reset-password", "erase"] {
        let path = format!("/admin/users/{own}/{act}");
        let form = boss.get(&path).await;
        form.assert_is(200).assert_says("You cannot do this to your own account. Ask another administrator.");
        assert!(form.select_text(".card form").is_none(), "{act} offers no button that is refused");
        let sent = [("_token", token.as_str()), ("role", "trader"), ("confirm", "boss"), ("reason", "pushed through")];
        let sent = [&sent[..], &[("key", "k"), ("seen", "1000000")]].concat();
        boss.post(&path, &sent).await.assert_is(422).assert_says("You cannot do this to your own account");
    }
    assert_eq!(server.person("boss").role, Role::Admin);
}

#[tokio::test]
async fn without_a_reason_nothing_is_done_and_what_was_typed_is_kept() {
    let (server, boss, bob, id) = with_bob().await;
    let recorded = server.record().len();
    let path = format!("/admin/users/{id}/role");
    let answer = boss.submit(&path, &path, &[("role", "support"), ("reason", " x ")]).await;
    answer.assert_is(422).assert_says("Enter a reason (at least 3 characters).");
    assert_eq!(answer.select_attribute("select[name=role] option[selected]", "value").as_deref(), Some("support"));
    assert_eq!(server.record().len(), recorded);
    bob.get("/admin").await.assert_is(404);
}

#[tokio::test]
async fn a_form_sent_twice_is_done_once() {
    let (server, boss, _bob, id) = with_bob().await;
    let path = format!("/admin/users/{id}/role");
    let form = boss.fill(&path, &path, &[("role", "support"), ("reason", "once and no more")]).await;
    let (first, second) = tokio::join!(boss.send(&form), boss.send(&form));
    acted(&first, &id);
    acted(&second, &id);
    assert_eq!(server.record().iter().filter(|line| line.reason == "once and no more").count(), 1);
}

#[tokio::test]
async fn a_form_that_was_sent_says_what_it_did_then_and_is_good_for_nothing_else() {
    let (server, boss, _bob, id) = with_bob().await;
    let _ann = server.staff("ann", Role::Trader).await;
    let path = format!("/admin/users/{id}/role");
    let mut form = boss.fill(&path, &path, &[("role", "support"), ("reason", "helps on Mondays")]).await;
    acted(&boss.send(&form).await, &id);
    form.fill("role", "admin");
    let repeated = boss.send(&form).await;
    acted(&repeated, &id);
    let told = "This was already done: boss changed the role of bob (role: trader → support). It was not done again.";
    boss.follow(&repeated).await.assert_says(told);
    assert_eq!(server.person("bob").role, Role::Support);
    // Under the same key another act, or the same on somebody else, is not taken for done.
    let anns = server.person("ann").id.to_string();
    form.action = format!("/admin/users/{anns}/disable");
    acted(&boss.send(&form).await, &anns);
    assert!(server.person("ann").disabled_at.is_some());
}

#[tokio::test]
async fn a_link_fills_in_nothing_of_a_form() {
    let (_server, boss, _bob, id) = with_bob().await;
    let query = "?reason=as+agreed&confirm=bob&name=robert&role=admin";
    for (act, field) in [("erase", "confirm"), ("disable", "reason"), ("rename", "name")] {
        let form = boss.get(&format!("/admin/users/{id}/{act}{query}")).await;
        let typed = form.select_attribute(&format!("input[name={field}]"), "value").unwrap_or_default();
        assert_eq!(typed, if field == "name" { "bob" } else { "" }, "{act}");
    }
    let role = boss.get(&format!("/admin/users/{id}/role{query}")).await;
    assert_eq!(role.select_attribute("select[name=role] option[selected]", "value").as_deref(), Some("trader"));
}

#[tokio::test]
async fn whoever_is_overtaken_is_told_what_changed_and_loses_nothing_typed() {
    let (server, boss, _bob, id) = with_bob().await;
    let other = server.administrator("other").await;
    let path = format!("/admin/users/{id}/role");
    let form = boss.fill(&path, &path, &[("role", "admin"), ("reason", "runs the club")]).await;
    acted(&other.acts(&path, &[("role", "support")]).await, &id);
    let told = boss.send(&form).await;
    told.assert_is(409).assert_says("Someone else made a change").assert_says("other changed the role");
    told.assert_says("role: trader → support");
    assert_eq!(told.select_attribute("select[name=role] option[selected]", "value").as_deref(), Some("admin"));
    assert_eq!(told.select_attribute("input[name=reason]", "value").as_deref(), Some("runs the club"));
    assert_eq!(server.person("bob").role, Role::Support);
    // Having seen it, it can be sent.
    let again = crate::support::form::Form::in_page(&told, &path);
    acted(&boss.send(&again).await, &id);
    assert_eq!(server.person("bob").role, Role::Admin);
}

#[tokio::test]
async fn a_selection_is_shown_before_anything_is_done_to_it() {
    let (server, boss, bob, id) = with_bob().await;
    let ann = server.staff("ann", Role::Trader).await;
    let (own, anns) = (server.person("boss").id.to_string(), server.person("ann").id.to_string());
    let token = boss.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let chosen =
        [("_token", token.as_str()), ("act", "disable"), ("id", &own), ("id", &id), ("id", &anns), ("id", "999")];
    let preview = boss.post("/admin/users/bulk", &chosen).await;
    preview.assert_is(200).assert_says("2 of 4 will be changed").assert_says("You cannot do this to your own account");
    assert!(is_signed_in(&bob).await && is_signed_in(&ann).await);
    let form = crate::support::form::Form::in_page(&preview, "/admin/users/bulk");
    boss.send(&form).await.assert_is(422).assert_says("Enter a reason");
    let mut form = form;
    form.fill("reason", "the course is over");
    let done = boss.send(&form).await;
    done.assert_is(200).assert_says("Done for 2 of 2");
    assert!(!is_signed_in(&bob).await && !is_signed_in(&ann).await && is_signed_in(&boss).await);
    let recorded = |reason: &str| server.record().iter().filter(|line| line.reason == reason).count();
    assert_eq!(recorded("the course is over"), 2);
    boss.send(&form).await.assert_is(200).assert_says("already done");
    assert_eq!(recorded("the course is over"), 2);
    assert_sound(server.database());
}

#[tokio::test]
async fn a_selection_of_nothing_or_of_nothing_to_do_leads_back_with_a_sentence() {
    let (_server, boss, _bob, id) = with_bob().await;
    let token = boss.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let token = ("_token", token.as_str());
    for chosen in
        [&[token, ("act", "disable")][..], &[token, ("id", &id)][..], &[token, ("act", "role"), ("id", &id)][..]]
    {
        boss.post("/admin/users/bulk", chosen).await.assert_redirects_to("/admin/users");
    }
    boss.post("/admin/nothing/bulk", &[token, ("act", "disable"), ("id", &id)]).await.assert_is(404);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_acted_on() {
    let (_server, boss, _bob, id) = with_bob().await;
    for path in
        ["/admin/users/999/disable", "/admin/users/x/disable", "/admin/nothing/1/disable", "/admin/users/new/disable"]
    {
        boss.get(path).await.assert_is(404);
    }
    boss.get(&format!("/admin/users/{id}/nothing")).await.assert_is(404);
}

#[test]
fn every_act_has_an_address_of_its_own() {
    let mut names: Vec<_> =
        acts::all().iter().map(|act| (acts::table_of(act.about().kind), act.about().name)).collect();
    let before = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), before);
}
