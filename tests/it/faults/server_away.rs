//! The PostgreSQL server stops and starts again while people trade.

use super::crowd::{Crowd, Stays, generous, says_later};
use crate::support::postgres::Cluster;
use crate::support::sound::assert_sound;
use crate::support::{Place, Server, Visitor};
use std::sync::Arc;
use std::time::Duration;

/// How often it is stopped.
const STOPS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_server_is_away_everything_is_answered_later_and_nothing_is_lost() {
    let cluster = Arc::new(Cluster::start());
    let server = Server::in_place(Place::at(&cluster), generous);
    let crowd = Crowd::gather(&server, 4).await;
    let ada = Visitor::new(&server);
    ada.register("ada").await.assert_done();
    let ticket = ada.ticket("buy", "AAPL", "shares", "1").await;
    for stop in 0..STOPS {
        let work = crowd.works(4, Stays::Yes);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let before = crowd.told();
        on_the_side(&cluster, Cluster::stop).await;
        let stranger = Visitor::new(&server);
        stranger.get("/static/app.css").await.assert_is(404);
        stranger.get("/login").await.assert_is(200);
        says_later(&stranger.sign_in("ada").await);
        says_later(&ada.get("/portfolio").await);
        says_later(&ada.send(&ticket).await);
        on_the_side(&cluster, Cluster::restart).await;
        comes_back(&ada).await;
        signs_in(&stranger).await;
        ada.send(&ticket).await.assert_done();
        tokio::time::sleep(Duration::from_millis(300)).await;
        work.ends().await;
        let after = crowd.told();
        assert!(after.deposits.len() > before.deposits.len(), "stop {stop}: it goes on");
        crowd.finds_what_it_was_told().await;
    }
    let audited = assert_sound(server.database());
    assert!(audited.fills >= crowd.told().receipts.len(), "{audited:?}");
}

/// Stops or starts the server without holding up those who wait for answers.
async fn on_the_side(cluster: &Arc<Cluster>, act: fn(&Cluster)) {
    let cluster = Arc::clone(cluster);
    tokio::task::spawn_blocking(move || act(&cluster)).await.unwrap();
}

/// Signs in once that can be written down, for which other connections are needed than for a page.
async fn signs_in(stranger: &Visitor) {
    for _ in 0..100 {
        let answer = stranger.sign_in("ada").await;
        if answer.status != 503 {
            answer.assert_done();
            return;
        }
        says_later(&answer);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the database is back, and nothing can be written");
}

/// Waits until the house has noticed that its database is back; until then it asks for patience.
async fn comes_back(visitor: &Visitor) {
    for _ in 0..100 {
        let answer = visitor.get("/portfolio").await;
        if answer.status == 200 {
            return;
        }
        says_later(&answer);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the database is back, and the house does not notice");
}
