//! Ten times as many writes arrive as may wait.

use super::crowd::{Crowd, Stays, generous};
use super::machine::kilobytes;
use crate::support::Place;
use crate::support::Server;
use crate::support::place::Engine;
use crate::support::sound::assert_sound;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use std::time::Duration;
use tradefloor::store::{Conn, Database};

/// How many writes may wait; beside them there is the one that is being made.
const WAITING: usize = 6;
/// How often the disk is slow, and for how long.
const SLOW: (usize, Duration) = (6, Duration::from_millis(300));

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flooded_with_ten_times_what_may_wait_it_sends_the_rest_away_and_keeps_what_it_took() {
    flood(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_it_does_before_a_database_server() {
    flood(Engine::Postgres).await;
}

async fn flood(engine: Engine) {
    let server = Server::in_place(Place::on(engine), |settings| {
        generous(settings);
        settings.set("--waiting-writes", &WAITING.to_string()).set("--writers", "1");
    });
    let crowd = Crowd::gather(&server, 8).await;
    // What the server needs for so many visitors, it has after the first stretch.
    let work = crowd.works(10, Stays::Yes);
    tokio::time::sleep(SLOW.1).await;
    work.ends().await;
    let (memory, threads) = (kilobytes(&server, "VmRSS"), kilobytes(&server, "Threads"));
    let before = crowd.told();
    let mut other = Other::at(server.database());
    let work = crowd.works(10, Stays::Yes);
    for _ in 0..SLOW.0 {
        other.holds();
        tokio::time::sleep(SLOW.1).await;
        other.0.batch_execute("ROLLBACK").unwrap();
        tokio::time::sleep(SLOW.1 / 3).await;
    }
    work.ends().await;
    let (told, grown) = (crowd.told(), kilobytes(&server, "VmRSS"));
    assert!(told.later.0 > before.later.0 + 10 * WAITING, "most are sent away: {:?}", told.later);
    assert!(told.later.1 == 0, "pages need no turn among the writes: {:?}", told.later);
    assert!(told.deposits.len() > before.deposits.len() + WAITING, "and some are not: {}", told.deposits.len());
    assert!(grown < 2 * memory + 20_000, "it needed {memory} kB before the flood and {grown} kB after");
    assert!(kilobytes(&server, "Threads") <= threads + 8, "no thread is made for each");
    crowd.finds_what_it_was_told().await;
    crowd.visitor().buy("AAPL", "1").await.assert_done();
    assert_sound(server.database());
}

/// Somebody else at the same books, who keeps those who write waiting, as a slow disk would.
struct Other(Conn);

impl Other {
    fn at(database: &Database) -> Self {
        Self(match database {
            Database::Sqlite(path) => Conn::Sqlite(SqliteConnection::establish(&path.to_string_lossy()).unwrap()),
            Database::Postgres(url) => Conn::Postgres(PgConnection::establish(url).unwrap()),
        })
    }

    fn holds(&mut self) {
        let hold = match self.0 {
            Conn::Sqlite(_) => "PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE",
            Conn::Postgres(_) => "BEGIN; LOCK TABLE ledger_entries IN EXCLUSIVE MODE",
        };
        self.0.batch_execute(hold).unwrap();
    }
}
