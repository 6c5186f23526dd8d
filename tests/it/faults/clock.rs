//! The clock of the machine jumps, in both directions, while the house is open and between two openings.

use super::crowd::{Crowd, Stays, generous};
use crate::support::books::assert_balanced;
use crate::support::sound::assert_sound;
use crate::support::{Server, Visitor};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Days that the clock is off, one after the other.
const JUMPS: [i64; 4] = [-3, 2, -400, 0];

/// A clock that shows what a file says.
struct WrongClock {
    says: PathBuf,
}

impl WrongClock {
    fn new(directory: &Path) -> Self {
        let clock = Self { says: directory.join("clock") };
        clock.jumps(0);
        clock
    }

    fn jumps(&self, days: i64) {
        let new = self.says.with_extension("new");
        std::fs::write(&new, format!("{days:+}d\n")).unwrap();
        std::fs::rename(new, &self.says).unwrap();
    }

    /// What a server is started through, to go by this clock.
    fn words(&self) -> Vec<String> {
        let library = libraries().into_iter().find(|path| path.exists());
        let library = library.expect("libfaketime is installed (scripts/test installs it)");
        vec![
            "env".to_owned(),
            format!("LD_PRELOAD={}", library.display()),
            format!("FAKETIME_TIMESTAMP_FILE={}", self.says.display()),
            "FAKETIME_NO_CACHE=1".to_owned(),
            // Only the time of day jumps.
            "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
        ]
    }
}

/// Where Debian keeps the library, on any machine.
fn libraries() -> Vec<PathBuf> {
    let machines = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    machines.map(|machine| machine.path().join("faketime/libfaketimeMT.so.1")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_clock_does_valid_work_is_done_and_the_books_keep_their_order() {
    let directory = tempfile::tempdir().unwrap();
    let clock = WrongClock::new(directory.path());
    let words = clock.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut server = Server::with(|settings| {
        generous(settings);
        // Nobody is signed out for want of use by a clock that jumps ahead.
        settings.set("--session-idle", "1000d").set("--session-max", "2000d").through(&words);
    });
    let mut crowd = Crowd::gather(&server, 4).await;
    for (turn, jump) in JUMPS.into_iter().enumerate() {
        let work = crowd.works(2, Stays::Yes);
        tokio::time::sleep(Duration::from_millis(100)).await;
        clock.jumps(jump);
        tokio::time::sleep(Duration::from_millis(200)).await;
        work.ends().await;
        crowd.visitor().buy("AAPL", "1").await.assert_done();
        let newcomer = Visitor::new(&server);
        newcomer.register(&format!("newcomer{turn}")).await.assert_done();
        newcomer.sign_out().await.assert_done();
        newcomer.sign_in(&format!("newcomer{turn}")).await.assert_done();
        for page in ["/portfolio", "/wallet", "/orders", "/history", "/settings", "/rates", "/stocks/AAPL"] {
            newcomer.get(page).await.assert_is(200);
        }
        prices_move(crowd.visitor()).await;
        crowd.finds_what_it_was_told().await;
        assert_balanced(server.database());
        assert_eq!(days_off(crowd.visitor()).await, jump);
        // It opens again on books from the future as well.
        if turn % 2 == 0 {
            assert!(server.stop().success());
            server.restart();
            crowd.moves_to(&server);
        }
    }
    assert_eq!(crowd.told().later, (0, 0));
    let ledger = crowd.visitor().get("/wallet.csv").await;
    let numbers: Vec<u64> =
        ledger.text.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect();
    assert!(numbers.is_sorted_by(|later, earlier| later == &(earlier + 1)), "newest first, by their place");
    assert_sound(server.database());
    assert!(!server.said().contains("panicked"), "{}", server.said());
}

/// How many days the time of the newest entry in the ledger, which is the server's, is off.
async fn days_off(visitor: &Visitor) -> i64 {
    visitor.deposit("12345.67").await.assert_done();
    let ledger = visitor.get("/wallet.csv").await;
    let newest = ledger.text.lines().nth(1).expect("an entry");
    let at: jiff::Timestamp = newest.split(',').nth(1).expect("its time").parse().expect("a time");
    // An hour is more than any machine takes for it.
    let hours = jiff::Timestamp::now().duration_until(at).as_hours();
    (hours + 12).div_euclid(24)
}

async fn prices_move(visitor: &Visitor) {
    let prices = || async { visitor.get("/rates").await.select_all("[data-field=last]") };
    let before = prices().await;
    assert!(!before.is_empty());
    for _ in 0..200 {
        if prices().await != before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("prices stand still");
}
