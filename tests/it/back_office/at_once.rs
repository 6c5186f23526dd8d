//! Several of the staff at work on the same people at once, on a server, where writes run side by side.

use crate::support::form::Form;
use crate::support::place::Engine;
use crate::support::sound::assert_sound;
use crate::support::staff::cards;
use crate::support::{Server, Visitor};
use tradefloor::domain::UserId;
use tradefloor::store::{Conn, StoreError, accounts, users};

const PUPILS: usize = 60;

/// A class, made at once: the ids of its people, and those of their accounts.
async fn class(server: &Server, boss: &Visitor) -> (Vec<String>, Vec<String>) {
    let roster = "/admin/users/roster";
    let token = boss.get(roster).await.select_attribute("main input[name=_token]", "value").expect("a form");
    let number = PUPILS.to_string();
    let asked = [("_token", token.as_str()), ("by", "number"), ("prefix", "pupil"), ("number", &number)];
    let mut form = Form::in_page(&boss.post(roster, &asked).await, roster);
    form.fill("reason", "class 7b");
    boss.send(&form).await.assert_is(200).assert_says("were added");
    server.looks(|conn: &mut Conn| {
        let pupils = users::list(conn, UserId(0), 1_000)?;
        let pupils = pupils.into_iter().filter(|user| user.username.as_str().starts_with("pupil"));
        let of = |user: users::User| {
            let account = accounts::of_user(conn, user.id)?.public_id;
            Ok::<_, StoreError>((user.id.to_string(), account.to_string()))
        };
        pupils.map(of).collect::<Result<Vec<_>, _>>().map(|both| both.into_iter().unzip())
    })
}

/// What is sent for a selection once it has been looked at.
async fn selected(staff: &Visitor, table: &str, act: &str, ids: &[String], fields: &[(&str, &str)]) -> Form {
    let token = staff.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let mut chosen = vec![("_token", token.as_str()), ("act", act)];
    chosen.extend(ids.iter().map(|id| ("id", id.as_str())));
    let path = format!("/admin/{table}/bulk");
    let preview = staff.post(&path, &chosen).await;
    preview.assert_is(200);
    let mut form = Form::in_page(&preview, &path);
    form.fill("reason", act);
    for (name, value) in fields {
        form.fill(name, value);
    }
    form
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn selections_of_two_kinds_and_a_renewed_grant_do_not_stand_in_each_other_s_way() {
    let server = Server::on(Engine::Postgres);
    let (boss, other) = (server.administrator("boss").await, server.administrator("other").await);
    let (people, books) = class(&server, &boss).await;
    assert_eq!((people.len(), books.len()), (PUPILS, PUPILS));
    let cash = selected(&boss, "accounts", "adjust-cash", &books, &[("direction", "give"), ("amount", "5")]).await;
    let codes = selected(&other, "users", "reset-password", &people, &[]).await;
    let renewing = async {
        for _ in 0..8 {
            other.opens_back_office().await.assert_redirects_to("/admin");
        }
    };
    let (funded, reset, ()) = tokio::join!(boss.send(&cash), other.send(&codes), renewing);
    funded.assert_is(200).assert_says(&format!("Done for {PUPILS} of {PUPILS}"));
    reset.assert_is(200);
    assert_eq!(cards(&reset).len(), PUPILS);
    let recorded = |act: &str| server.record().iter().filter(|line| line.act.as_str() == act).count();
    assert_eq!((recorded("adjust_cash"), recorded("reset_password")), (PUPILS, PUPILS));
    assert_sound(server.database());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_renamed_and_erased_while_their_accounts_are_put_right() {
    let server = Server::on(Engine::Postgres);
    let boss = server.administrator("boss").await;
    let (people, books) = class(&server, &boss).await;
    let (people, books) = (&people[..16], &books[..16]);
    let cash = selected(&boss, "accounts", "freeze", books, &[]).await;
    let mut forms = Vec::new();
    for (place, id) in people.iter().enumerate() {
        let name = server.looks({
            let id = UserId(id.parse().unwrap());
            move |conn| Ok(users::find(conn, id)?.unwrap().username.to_string())
        });
        let (act, field, value) =
            if place % 2 == 0 { ("rename", "name", format!("other{place}")) } else { ("erase", "confirm", name) };
        let path = format!("/admin/users/{id}/{act}");
        forms.push(boss.fill(&path, &path, &[("reason", "at once"), (field, &value)]).await);
    }
    let sent = futures_util::future::join_all(forms.iter().map(|form| boss.send(form)));
    let (funded, sent) = tokio::join!(boss.send(&cash), sent);
    funded.assert_is(200).assert_says("Done for 16 of 16");
    for answer in sent {
        answer.assert_done();
    }
    assert_sound(server.database());
}
