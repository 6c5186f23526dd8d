//! The process is killed, a hundred times.

use super::crowd::{Crowd, Stays, generous};
use crate::support::Server;
use crate::support::books::assert_balanced;
use crate::support::sound::assert_sound;
use std::time::{Duration, Instant};

/// How often.
const KILLS: u64 = 100;
/// People, each on as many connections as make 64 of them.
const PEOPLE: usize = 8;
/// How many answers a round is to have, and how long it waits for them.
const SOME: usize = 16;
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_a_hundred_times_under_64_connections_it_loses_nothing_that_it_answered() {
    let mut server = Server::with(generous);
    let mut crowd = Crowd::gather(&server, PEOPLE).await;
    for round in 1..=KILLS {
        let mut work = crowd.works(64 / PEOPLE, Stays::No);
        // Spread over the time of a few commits, so that it falls on every part of one.
        let (begun, answered) = (Instant::now(), crowd.answered());
        tokio::time::sleep(Duration::from_micros(50_000 + round * 7_919 % 100 * 1_000)).await;
        // A busy machine takes longer to answer as many as are worth looking at afterwards.
        while crowd.answered() < answered + SOME && begun.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.kill();
        work.gone().await;
        server.restart();
        crowd.moves_to(&server);
        if round % 10 == 0 {
            assert_balanced(server.database());
            crowd.finds_what_it_was_told().await;
        }
    }
    let told = crowd.told();
    assert!(told.receipts.len() > 100 && told.deposits.len() > 100, "{} {}", told.receipts.len(), told.deposits.len());
    assert!(told.pages > 100, "{}", told.pages);
    crowd.visitor().buy("AAPL", "1").await.assert_done();
    assert_sound(server.database());
}
