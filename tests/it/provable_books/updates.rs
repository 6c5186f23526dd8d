//! A database file of an older version is kept as it was before anything is done to it.

use super::{path, traded, tradefloor};
use crate::support::{Engine, Place, place};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::path::{Path, PathBuf};

#[derive(QueryableByName)]
struct Remark {
    #[diesel(sql_type = Text)]
    text: String,
}

/// A file from before the first change, with a remark in it; `more` is done to it too.
fn old(directory: &Path, more: &str) -> PathBuf {
    let old = directory.join("old.db");
    let mut conn = SqliteConnection::establish(path(&old)).unwrap();
    conn.batch_execute(&format!(
        "PRAGMA application_id = 1413893202;
         CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
         CREATE TABLE remarks (text TEXT NOT NULL); INSERT INTO remarks VALUES ('as it was'); {more}"
    ))
    .unwrap();
    old
}

fn remarks(file: &Path) -> Vec<String> {
    let mut conn = SqliteConnection::establish(path(file)).unwrap();
    let remarks = diesel::sql_query("SELECT text FROM remarks").load::<Remark>(&mut conn).unwrap();
    remarks.into_iter().map(|remark| remark.text).collect()
}

fn tables(file: &Path) -> Vec<String> {
    let mut conn = SqliteConnection::establish(path(file)).unwrap();
    let tables = diesel::sql_query("SELECT name AS text FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    tables.load::<Remark>(&mut conn).unwrap().into_iter().map(|table| table.text).collect()
}

fn snapshots(directory: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|file| !path(file).ends_with("old.db")).collect()
}

#[test]
fn before_an_update_the_file_is_kept_beside_it_and_its_name_is_told() {
    let here = tempfile::tempdir().unwrap();
    let file = old(here.path(), "");
    let before = tables(&file);
    let verify = tradefloor(here.path(), &["verify", "--database", "old.db"]);
    verify.badly(1, "`tradefloor migrate` brings it up to date.");
    let updated = tradefloor(here.path(), &["migrate", "--database", path(&file)]).well("is up to date");
    let kept = snapshots(here.path());
    let name = path(&kept[0]);
    assert!(kept.len() == 1 && name.contains("old.db.before-2026"), "{kept:?}");
    assert!(updated.error.contains(name), "{updated:?}");
    assert_eq!((tables(&kept[0]), remarks(&kept[0])), (before, remarks(&file)));
    assert!(tables(&file).contains(&"ledger_entries".to_owned()));
    let again = tradefloor(here.path(), &["migrate", "--database", path(&file)]).well("is up to date");
    assert_eq!((again.error.as_str(), snapshots(here.path()).len()), ("", 1));
    tradefloor(here.path(), &["verify", "--database", "old.db"]).well("agree (accounts: 0");
}

#[test]
fn an_update_that_fails_leaves_the_file_as_it_was_however_often_it_is_tried() {
    let here = tempfile::tempdir().unwrap();
    // In the way of the change's last statements, after most of it is done.
    let file = old(here.path(), "CREATE TABLE watches (mine TEXT NOT NULL); INSERT INTO watches VALUES ('mine');");
    let before = tables(&file);
    for _ in 0..3 {
        let failed = tradefloor(here.path(), &["migrate", "--database", path(&file)]);
        failed.badly(1, "cannot be brought up to date: ");
        assert_eq!((tables(&file), remarks(&file)), (before.clone(), vec!["as it was".to_owned()]));
        let kept = snapshots(here.path());
        assert!(kept.len() == 1, "the same is kept once: {kept:?}");
        assert_eq!(tables(&kept[0]), before);
    }
    SqliteConnection::establish(path(&file)).unwrap().batch_execute("INSERT INTO remarks VALUES ('later')").unwrap();
    tradefloor(here.path(), &["migrate", "--database", path(&file)]).badly(1, "watches");
    assert_eq!(snapshots(here.path()).len(), 2, "something else is kept beside it");
}

#[tokio::test]
async fn a_database_that_is_up_to_date_or_new_is_not_kept() {
    let floor = traded(Engine::Sqlite).await;
    let here = floor.file().parent().unwrap().to_owned();
    tradefloor(&here, &["migrate", "--database", path(&floor.file())]).well("is up to date");
    tradefloor(&here, &["migrate", "--database", "new.db"]).well("is up to date");
    let files = std::fs::read_dir(here).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(files.into_iter().all(|file| !file.contains("before")));
}

/// Takes the newest changes back, until `left` are left, as their own undoing has it.
fn take_back(file: &Path, left: usize) {
    let mut changes: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    changes.sort();
    let mut conn = SqliteConnection::establish(path(file)).unwrap();
    for change in changes.iter().skip(left).rev() {
        let undoing = std::fs::read_to_string(change.join("down.sql")).unwrap();
        conn.batch_execute(&undoing).unwrap_or_else(|error| panic!("{}: {error}", change.display()));
    }
    let newest = format!(
        "DELETE FROM __diesel_schema_migrations WHERE version NOT IN (SELECT version FROM __diesel_schema_migrations ORDER BY version LIMIT {left})"
    );
    conn.batch_execute(&newest).unwrap();
}

#[tokio::test]
async fn books_of_every_older_version_agree_once_they_are_brought_up_to_date() {
    let floor = traded(Engine::Sqlite).await;
    let here = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| tradefloor(here.path(), words);
    for left in 2..10 {
        let file = format!("old{left}.db");
        run(&["backup", &file, "--database", path(&floor.file())]).well("agree there");
        take_back(&here.path().join(&file), left);
        run(&["verify", "--database", &file]).badly(1, "older");
        run(&["restore", &file, "--database", &format!("restored{left}.db")]).well("agree");
        run(&["migrate", "--database", &file]).well("is up to date");
        run(&["verify", "--database", &file]).well("orders: 5");
    }
}

#[tokio::test]
async fn a_backup_of_an_older_version_is_restored_to_a_server_and_left_as_it_was() {
    let floor = traded(Engine::Sqlite).await;
    let here = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| tradefloor(here.path(), words);
    run(&["backup", "old.db", "--database", path(&floor.file())]).well("agree there");
    take_back(&here.path().join("old.db"), 9);
    let server = Place::on(Engine::Postgres);
    run(&["restore", "old.db", "--database", &place::argument(server.database())]).well("agree");
    run(&["verify", "--database", &place::argument(server.database())]).well("orders: 5");
    run(&["verify", "--database", "old.db"]).badly(1, "older");
    assert_eq!(std::fs::read_dir(here.path()).unwrap().count(), 1);
}
