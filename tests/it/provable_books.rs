//! The books prove themselves: `verify` finds whatever was changed, and what is backed up, restored, exported or copied
//! is whole.

mod corrections;
mod elsewhere;
mod tampering;
mod updates;

use crate::support::floor::{Floor, funding, order};
use crate::support::server::command;
use crate::support::unseen::Unseen;
use crate::support::{Engine, Server, Visitor, place};
use std::path::Path;
use tokio::task::JoinSet;
use tradefloor::accounts::CODE_LASTS;
use tradefloor::clock::Clock;
use tradefloor::domain::{
    AccountId, At, Candle, InstrumentId, Money, Price, Recorded, Side, SignInCode, Timeframe, UserId,
};
use tradefloor::store::codes::{self, Code};
use tradefloor::store::rows::{
    AccountRow, AuditRow, CandleRow, CodeRow, EntryRow, EpochRow, FillRow, HoldingRow, InstrumentRow, OrderRow,
    ReversalRow, SessionRow, Stored, UserRow, ValuationRow, WatchRow,
};
use tradefloor::store::sessions::Session;
use tradefloor::store::transfer::look;
use tradefloor::store::{Conn, Database, Lock, StoreError, candles, sessions, valuations, watches};
use tradefloor::trading::{Funded, Placed};

const SHARE: i64 = 1_000_000_000;

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    output: String,
    error: String,
}

impl Ended {
    /// Expects success and, of what was said, a part.
    #[track_caller]
    fn well(self, said: &str) -> Self {
        assert!(self.code == Some(0) && self.output.contains(said), "{self:?}");
        self
    }

    /// Expects this exit code and, of the sentence on standard error, a part.
    #[track_caller]
    fn badly(self, code: i32, said: &str) -> Self {
        assert!(self.code == Some(code) && self.output.is_empty() && self.error.contains(said), "{self:?}");
        assert!(!self.error.contains('\u{1b}'), "nothing is drawn where there is no terminal: {self:?}");
        self
    }
}

/// Runs the binary with these words, in `directory`.
fn tradefloor(directory: &Path, words: &[&str]) -> Ended {
    let done = command(directory).args(words).output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what it says is text");
    Ended { code: done.status.code(), output: text(done.stdout), error: text(done.stderr) }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path of the tests is text")
}

fn file(path: &Path) -> Database {
    Database::Sqlite(path.to_owned())
}

/// Two people who have traded, one of them with a session, a star and a value over time, and two candles. Closed afterwards.
async fn traded(engine: Engine) -> Floor {
    let floor = Floor::on(engine).await;
    let (ada, bob) = (floor.account("ada", 1_000_000).await, floor.account("bob", 50_000_000).await);
    floor.quote("ACME", 1_000_000, 1_000_500);
    floor.quote("BOLT", 9_999, 10_001);
    for (account, key, side, symbol, units) in [
        (ada, "a", Side::Buy, "ACME", 3 * SHARE),
        (bob, "a", Side::Buy, "BOLT", 1_000 * SHARE + 1),
        (ada, "b", Side::Sell, "ACME", SHARE),
        (ada, "c", Side::Buy, "BOLT", SHARE / 3),
        (bob, "b", Side::Sell, "BOLT", 1_000 * SHARE + 1),
    ] {
        assert!(matches!(floor.desk.place(account, order(key, side, symbol, units)).await, Ok(Placed::Filled(_))));
    }
    for (key, added) in [("d", true), ("e", false)] {
        assert!(matches!(floor.desk.fund(ada, funding(key, added, 12_345)).await, Ok(Funded::Done { .. })));
    }
    around(&floor, ada).await;
    floor.store.close();
    floor
}

async fn around(floor: &Floor, account: AccountId) {
    let now = Clock.now();
    let (user, instrument) = (UserId(1), InstrumentId(2));
    let added: Result<(), StoreError> = floor
        .store
        .write(Lock::House, move |conn| {
            let session = Session {
                key_hash: "0123456789abcdef".repeat(4),
                user_id: user,
                password_version: 1,
                state: "{}".to_owned(),
                created_at: now,
                seen_at: now,
                expires_at: now,
                granted_until: None,
                acting_as: None,
                acting_until: None,
            };
            sessions::insert(conn, &session)?;
            let code_hash = SignInCode::random().hash();
            codes::put(
                conn,
                &Code { user_id: UserId(2), code_hash, created_at: now, expires_at: now.plus(CODE_LASTS) },
            )?;
            watches::set(conn, user, instrument, true)?;
            valuations::record(conn, &[(account, now, Money::from_cents(5))])?;
            let candle = Candle::opened(At::from_micros(0), Price::from_units(10_000), 3);
            let of = |timeframe| Recorded { instrument, timeframe, candle };
            candles::save(conn, &[of(Timeframe::Minute), of(Timeframe::Day)])
        })
        .await;
    added.unwrap();
}

/// Every row of every table, in order.
fn everything(database: &Database) -> Vec<String> {
    fn all<R: Stored + std::fmt::Debug>(conn: &mut Conn) -> Vec<String> {
        let rows = R::following(conn, &R::before_all(), 10_000).unwrap();
        rows.into_iter().map(|row| format!("{row:?}")).collect()
    }
    let rows = look(database, |conn| {
        let tables = [
            all::<UserRow>,
            all::<SessionRow>,
            all::<CodeRow>,
            all::<InstrumentRow>,
            all::<AccountRow>,
            all::<EpochRow>,
            all::<HoldingRow>,
            all::<OrderRow>,
            all::<FillRow>,
            all::<EntryRow>,
            all::<ReversalRow>,
            all::<AuditRow>,
            all::<ValuationRow>,
            all::<WatchRow>,
            all::<CandleRow>,
        ];
        Ok::<_, Unseen>(tables.into_iter().flat_map(|table| table(conn)).collect())
    });
    rows.unwrap()
}

#[tokio::test]
async fn verify_says_that_traded_books_agree_on_either_engine() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let floor = traded(engine).await;
        let before = everything(floor.database());
        let words = ["verify", "--database", &place::argument(floor.database())];
        let here = tempfile::tempdir().unwrap();
        let agree = "agree (accounts: 2, ledger entries: 9, orders: 5, holdings: 3, candles: 2, acts: 0)";
        assert_eq!(tradefloor(here.path(), &words).well(agree).error, "");
        assert_eq!(everything(floor.database()), before);
    }
}

#[tokio::test]
async fn while_the_server_serves_its_books_are_verified_backed_up_and_restored() {
    let server = Server::on(Engine::Sqlite);
    let mut work = JoinSet::new();
    for name in ["ada", "bob", "cyd"] {
        let visitor = Visitor::new(&server);
        visitor.register(name).await.assert_done();
        work.spawn(async move {
            for turn in 0..40 {
                let (side, shares) = if turn % 3 == 2 { ("sell", "0.5") } else { ("buy", "0.25") };
                let ticket = visitor.ticket(side, "AAPL", "shares", shares).await;
                visitor.send(&ticket).await.assert_done();
            }
        });
    }
    let (directory, database) = (server.directory().to_owned(), server.file());
    let beside = tokio::task::spawn_blocking(move || {
        for turn in 0..5 {
            tradefloor(&directory, &["verify", "--database", path(&database)]).well("agree");
            let (backup, restored) = (format!("backup{turn}.db"), format!("again/restored{turn}.db"));
            tradefloor(&directory, &["backup", &backup, "--database", path(&database)]).well("agree there");
            tradefloor(&directory, &["restore", &backup, "--database", &restored]).well("agree there");
            tradefloor(&directory, &["verify", "--database", &restored]).well("agree");
            crate::support::books::assert_balanced(&file(&directory.join(&restored)));
            assert_eq!(everything(&file(&directory.join(backup))), everything(&file(&directory.join(restored))));
        }
    });
    while let Some(ended) = work.join_next().await {
        ended.unwrap();
    }
    beside.await.unwrap();
    let words = ["verify", "--database", &place::argument(server.database())];
    tradefloor(server.directory(), &words)
        .well("(accounts: 3, ledger entries: 123, orders: 120, holdings: 3, candles: ");
}

#[test]
fn what_cannot_be_checked_or_understood_is_told_by_sentence_and_exit_code() {
    let here = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| tradefloor(here.path(), words);
    run(&["verify", "--database", "none.db"]).badly(1, "There are no books in none.db.");
    run(&["backup", "b.db", "--database", "none.db"]).badly(1, "There are no books in none.db.");
    run(&["restore", "none.db", "--database", "new.db"]).badly(1, "There is no backup in none.db.");
    run(&["copy", "--from", "none.db", "--to", "new.db"]).badly(1, "There are no books in none.db.");
    run(&["export", "a.zip", "--account", "ada"]).badly(1, "There are no books in ./data/tradefloor.db.");
    std::fs::write(here.path().join("note.txt"), "not a database at all, only a note to myself").unwrap();
    let damaged = "The backup note.txt is damaged (file is not a database); it was left as it is. Restore another one.";
    run(&["restore", "note.txt", "--database", "new.db"]).badly(1, damaged);
    run(&["verify", "--database", "note.txt"]).badly(1, "The database note.txt is damaged (file is not a database)");
    run(&["verify", "--database", "postgres://nobody@127.0.0.1:1/none"]).badly(1, "cannot be opened");
    run(&["verify", "everything"]).badly(2, "everything");
    run(&["backup"]).badly(2, "FILE");
    run(&["export", "a.zip"]).badly(2, "--account");
    run(&["copy", "--from", "a.db"]).badly(2, "--to");
    let left: Vec<_> = std::fs::read_dir(here.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["note.txt"], "nothing is made where nothing was done");
}
