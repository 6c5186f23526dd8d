//! The process stands still for a while, and two processes share one file.

use super::crowd::{Crowd, Stays, generous};
use crate::support::place::Engine;
use crate::support::sound::assert_sound;
use crate::support::{Place, Server};
use std::time::Duration;

/// How often the process is suspended, or stretches of work are done.
const ROUNDS: usize = 5;
/// How long each of them is.
const STRETCH: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn suspended_under_load_it_goes_on_as_if_nothing_had_happened() {
    let server = Server::with(generous);
    let crowd = Crowd::gather(&server, 8).await;
    let work = crowd.works(4, Stays::Yes);
    for _ in 0..ROUNDS {
        tokio::time::sleep(STRETCH).await;
        server.signal("STOP");
        tokio::time::sleep(STRETCH).await;
        server.signal("CONT");
    }
    tokio::time::sleep(STRETCH).await;
    work.ends().await;
    let told = crowd.told();
    assert!(told.later == (0, 0) && !told.receipts.is_empty(), "{told:?}");
    crowd.finds_what_it_was_told().await;
    assert_sound(server.database());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_file_take_turns_and_keep_the_books_exact() {
    let first = Server::in_place(Place::on(Engine::Sqlite), generous);
    let mut second = Server::beside(&first, generous);
    let mut crowd = Crowd::gather(&first, 4).await;
    let here = crowd.works(4, Stays::Yes);
    // The same people, in other tabs.
    crowd.moves_to(&second);
    let there = crowd.works(4, Stays::Yes);
    tokio::time::sleep(STRETCH * 5).await;
    here.ends().await;
    there.ends().await;
    crowd.finds_what_it_was_told().await;
    let told = crowd.told();
    assert!(told.receipts.len() > 20, "{told:?}");
    // One that leaves takes nothing from the other.
    assert!(second.stop().success());
    crowd.moves_to(&first);
    crowd.finds_what_it_was_told().await;
    crowd.visitor().buy("AAPL", "1").await.assert_done();
    assert_sound(first.database());
}
