//! Acts on a selection: what one row comes to takes nothing from the others.

use crate::support::form::Form;
use crate::support::place::Engine;
use crate::support::staff::cards;
use crate::support::{Server, Visitor};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use std::sync::Arc;
use tradefloor::domain::Role;
use tradefloor::store::{sessions, users};

/// People called `names`, and their numbers.
async fn people(server: &Server, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names {
        let _person = server.staff(name, Role::Trader).await;
        ids.push(server.person(name).id.to_string());
    }
    ids
}

/// What will be done to the selection, filled in.
async fn selects(boss: &Visitor, table: &str, act: &str, ids: &[String], reason: &str) -> Form {
    let token = boss.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let mut chosen = vec![("_token", token.as_str()), ("act", act)];
    chosen.extend(ids.iter().map(|id| ("id", id.as_str())));
    let path = format!("/admin/{table}/bulk");
    let mut form = Form::in_page(&boss.post(&path, &chosen).await, &path);
    form.fill("reason", reason);
    form
}

#[tokio::test]
async fn a_row_that_fails_takes_no_code_from_the_others() {
    let server = Server::on(Engine::Sqlite);
    let boss = server.administrator("boss").await;
    let ids = people(&server, &["ann", "bob", "cyd"]).await;
    let form = selects(&boss, "users", "reset-password", &ids, "a new term").await;
    let mut conn = SqliteConnection::establish(server.file().to_str().unwrap()).unwrap();
    let broken = format!(
        "PRAGMA busy_timeout = 5000; PRAGMA ignore_check_constraints = ON; UPDATE users SET role = 'king' WHERE id = {}",
        ids[1]
    );
    conn.batch_execute(&broken).unwrap();
    let shown = boss.send(&form).await;
    shown.assert_is(200).assert_says("Not done for 1").assert_says("Something went wrong on our side");
    let cards = cards(&shown);
    assert_eq!(cards.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["ann", "cyd"]);
    for (name, code) in &cards {
        Visitor::new(&server).sign_in_with(name, code).await.assert_done();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_was_held_up_is_sent_again_from_the_page_of_the_others_codes() {
    let server = Arc::new(Server::on(Engine::Postgres));
    let boss = server.administrator("boss").await;
    let ids = people(&server, &["ann", "bob"]).await;
    let form = selects(&boss, "users", "reset-password", &ids, "a new term").await;
    let (held, is_held) = std::sync::mpsc::channel();
    let (release, is_released) = std::sync::mpsc::channel::<()>();
    let bob = server.person("bob").id;
    let books = Arc::clone(&server);
    let holding = std::thread::spawn(move || {
        books.changes(|conn| {
            users::set_role(conn, bob, Role::Trader)?;
            held.send(()).expect("the test waits for it");
            is_released.recv().expect("the test ends it");
            Ok(())
        });
    });
    is_held.recv().expect("bob's row is held");
    let shown = boss.send(&form).await;
    release.send(()).expect("the row is held until now");
    holding.join().expect("the row was held");
    shown.assert_is(200).assert_says("bob: The server was busy, so this one was not done. Try again.");
    assert_eq!(cards(&shown).iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["ann"]);
    let again = boss.send(&Form::in_page(&shown, "/admin/users/bulk")).await;
    let given = cards(&again);
    let [(name, code)] = &given[..] else { panic!("one card: {}", again.main_text()) };
    assert_eq!(name, "bob");
    Visitor::new(&server).sign_in_with("bob", code).await.assert_done();
}

#[tokio::test]
async fn two_hundred_sessions_and_the_longest_reason_fit() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let _bob = people(&server, &["bob"]).await;
    let bob = server.person("bob").id;
    server.changes(move |conn| {
        let one = sessions::of_user(conn, bob, 1)?.remove(0);
        for number in 1..200 {
            sessions::insert(conn, &sessions::Session { key_hash: format!("{number:064x}"), ..one.clone() })?;
        }
        Ok(())
    });
    let all = server.looks(move |conn| sessions::of_user(conn, bob, 1_000));
    let ids: Vec<String> = all.into_iter().map(|session| session.key_hash).collect();
    assert_eq!(ids.len(), 200);
    let form = selects(&boss, "sessions", "end", &ids, &"\u{6f22}".repeat(500)).await;
    boss.send(&form).await.assert_is(200).assert_says("Done for 200 of 200");
}
