//! Backups, exports and copies: whole, checked, and never over something that is there.

use super::{everything, file, path, traded, tradefloor};
use crate::support::floor::Floor;
use crate::support::postgres::Cluster;
use crate::support::{Engine, place};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use tradefloor::domain::{Money, Quantity};
use tradefloor::store::rows::{AccountRow, Stored as _};
use tradefloor::store::transfer::look;

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_is_one_file_of_its_owners_and_restores_on_either_engine() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let floor = traded(engine).await;
        let before = everything(floor.database());
        let from = place::argument(floor.database());
        let here = tempfile::tempdir().unwrap();
        let run = |words: &[&str]| tradefloor(here.path(), words);
        run(&["backup", "backup.db", "--database", &from]).well("agree there (accounts: 2");
        assert_eq!(names(here.path()), ["backup.db"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = here.path().join("backup.db").metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        run(&["restore", "backup.db", "--database", "far/away/floor.db"]).well("agree there (accounts: 2");
        assert_eq!(names(&here.path().join("far/away")), ["floor.db"]);
        let server = Cluster::shared().database();
        run(&["restore", "backup.db", "--database", &server]).well("agree there (accounts: 2");
        for place in [file(&here.path().join("far/away/floor.db")), server.parse().unwrap()] {
            assert_eq!(everything(&place), before);
        }
    }
}

#[tokio::test]
async fn a_server_does_not_end_what_looks_at_all_its_books_because_that_takes_long() {
    let floor = traded(Engine::Postgres).await;
    let limits = look::<_, super::Unseen>(floor.database(), |conn| {
        let limits = ["statement_timeout", "idle_in_transaction_session_timeout"].map(|limit| {
            let said = sql_query(format!("SELECT current_setting('{limit}') AS value")).get_result::<Setting>(conn);
            said.unwrap().value
        });
        Ok(limits)
    });
    assert_eq!(limits.unwrap(), ["0", "0"]);
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

#[tokio::test]
async fn nothing_is_written_over() {
    let floor = traded(Engine::Sqlite).await;
    let from = place::argument(floor.database());
    let before = everything(floor.database());
    let here = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| tradefloor(here.path(), words);
    run(&["backup", "backup.db", "--database", &from]).well("agree");
    std::fs::write(here.path().join("mine"), "mine").unwrap();
    let there = "There is a file mine already; it was left as it is.";
    run(&["backup", "mine", "--database", &from]).badly(1, there);
    run(&["restore", "backup.db", "--database", "mine"]).badly(1, there);
    run(&["export", "mine", "--account", "ada", "--database", &from]).badly(1, there);
    run(&["copy", "--from", &from, "--to", "mine"]).badly(1, there);
    run(&["restore", "backup.db", "--database", &from]).badly(1, "There is a file");
    // The log of a database that was moved away would be taken for that of the one which is put there.
    std::fs::write(here.path().join("gone.db-wal"), "left behind").unwrap();
    run(&["restore", "backup.db", "--database", "gone.db"]).badly(1, "There is a file gone.db-wal already");
    run(&["backup", "no/such/directory/b.db", "--database", &from]).badly(1, "cannot be written");
    let server = Cluster::shared().database();
    run(&["copy", "--from", &from, "--to", &server]).well("agree there");
    let full = "There is something in postgres://tradefloor@127.0.0.1";
    run(&["copy", "--from", &from, "--to", &server]).badly(1, full);
    run(&["restore", "backup.db", "--database", &server]).badly(1, full);
    assert_eq!(names(here.path()), ["backup.db", "gone.db-wal", "mine"]);
    assert_eq!(std::fs::read_to_string(here.path().join("mine")).unwrap(), "mine");
    assert_eq!((everything(floor.database()), everything(&server.parse().unwrap())), (before.clone(), before));
}

#[tokio::test]
async fn copied_there_and_back_nothing_has_changed_and_numbers_go_on() {
    let floor = traded(Engine::Sqlite).await;
    let before = everything(floor.database());
    let here = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| tradefloor(here.path(), words);
    let server = Cluster::shared().database();
    run(&["copy", "--from", path(&floor.file()), "--to", &server]).well("agree there (accounts: 2, ledger entries: 9");
    assert_eq!(everything(&server.parse().unwrap()), before);
    run(&["copy", "--from", &server, "--to", "back.db"]).well("agree there (accounts: 2, ledger entries: 9");
    assert_eq!(everything(&file(&here.path().join("back.db"))), before);
    run(&["copy", "--from", "back.db", "--to", "again.db"]).well("agree there");
    assert_eq!(everything(&file(&here.path().join("again.db"))), before);
    assert_eq!(names(here.path()), ["again.db", "back.db"]);
    for place in [server.as_str(), "back.db"] {
        let mut create = crate::support::server::command(here.path());
        create.args(["user", "create", "cyd", "--password-cost", "4", "--database", place]);
        let mut child = create.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"violet-kettle-harbour-93\n").unwrap();
        assert!(child.wait().unwrap().success(), "{place}");
        run(&["verify", "--database", place]).well("agree (accounts: 3, ledger entries: 10");
    }
}

/// A file of a zip as rows by the names of their columns.
pub(super) fn sheet(zip: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn cents(text: &str) -> i64 {
    text.parse::<Money>().unwrap().cents()
}

fn units(text: &str) -> i64 {
    text.parse::<Quantity>().unwrap().units()
}

fn accounts(floor: &Floor) -> Vec<AccountRow> {
    look(floor.database(), |conn| Ok::<_, super::Unseen>(AccountRow::following(conn, &0, 10)?)).unwrap()
}

#[tokio::test]
async fn the_files_of_an_export_add_up_to_the_account() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let floor = traded(engine).await;
        let from = place::argument(floor.database());
        let here = tempfile::tempdir().unwrap();
        let run = |words: &[&str]| tradefloor(here.path(), words);
        let accounts = accounts(&floor);
        run(&["export", "ada.zip", "--account", "ADA", "--database", &from]).well("in ada.zip");
        run(&["export", "bob.zip", "--account", &accounts[1].public_id, "--database", &from]).well("in bob.zip");
        run(&["export", "eve.zip", "--account", "eve", "--database", &from]).badly(1, "There is no account of eve");
        run(&["export", "eve.zip", "--account", "?", "--database", &from]).badly(1, "There is no account of ?");
        assert_eq!(names(here.path()), ["ada.zip", "bob.zip"]);
        for (account, zip) in accounts.iter().zip(["ada.zip", "bob.zip"]) {
            let zip = here.path().join(zip);
            let (ledger, orders) = (sheet(&zip, "ledger.csv"), sheet(&zip, "orders.csv"));
            assert_eq!(ledger.len(), usize::try_from(account.entries).unwrap());
            assert_eq!(ledger.iter().map(|row| cents(&row["cash"])).sum::<i64>(), account.cash);
            assert_eq!(cents(&ledger.last().unwrap()["balance"]), account.cash);
            let head = account.head.iter().fold(String::new(), |head, byte| format!("{head}{byte:02x}"));
            assert_eq!(ledger.last().unwrap()["hash"], head);
            let traded: Vec<_> = ledger.iter().filter(|row| !row["order"].is_empty()).collect();
            assert_eq!(traded.len(), orders.len());
            for (line, order) in traded.iter().zip(&orders) {
                assert_eq!((&line["order"], &line["kind"]), (&order["order"], &order["side"]));
                assert_eq!(cents(&line["cash"]).abs(), cents(&order["cash"]));
            }
            let holdings = sheet(&zip, "holdings.csv");
            for holding in &holdings {
                let theirs: Vec<_> = ledger.iter().filter(|row| row["symbol"] == holding["symbol"]).collect();
                assert_eq!(theirs.iter().map(|row| units(&row["shares"])).sum::<i64>(), units(&holding["shares"]));
                assert_eq!(theirs.iter().map(|row| cents(&row["cost"])).sum::<i64>(), cents(&holding["cost"]));
                let gains = orders.iter().filter(|row| row["symbol"] == holding["symbol"] && !row["gain"].is_empty());
                assert_eq!(gains.map(|row| cents(&row["gain"])).sum::<i64>(), cents(&holding["realised"]));
            }
            assert!(!holdings.is_empty());
        }
    }
}
