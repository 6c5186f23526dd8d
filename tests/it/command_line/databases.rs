//! Databases that cannot be used: one sentence, and not a byte of them changes.

use super::{assert_refused, run, said};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;

const NAME: &str = "tradefloor.db";

fn migrated(directory: &Path) {
    let (code, standard, error) = said(&run(directory, &["migrate", "--database", NAME], &[], ""));
    assert_eq!((code, standard.as_str()), (Some(0), "The database tradefloor.db is up to date.\n"), "{error}");
}

fn connected(directory: &Path) -> SqliteConnection {
    SqliteConnection::establish(directory.join(NAME).to_str().unwrap()).unwrap()
}

/// Every file and what is in it. The index of a write-ahead log is a cache in memory, so it does not count.
fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.is_file() && path.extension().is_none_or(|kind| kind != "db-shm"));
    files
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect()
}

/// Claims that every command that opens the database refuses it with these words and changes nothing.
#[track_caller]
fn assert_left_alone(directory: &Path, words: &[&str]) {
    let before = contents(directory);
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["user", "set-role", "somebody", "admin"],
        &["user", "create", "somebody"],
    ] {
        let arguments = [arguments, &["--database", NAME]].concat();
        assert_refused(&run(directory, &arguments, &[], "a-long-enough-password-5"), 1, words);
        assert!(contents(directory) == before, "{arguments:?} changed a file");
    }
}

#[test]
fn migrating_makes_a_database_and_doing_it_again_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    migrated(directory.path());
    let before = contents(directory.path());
    migrated(directory.path());
    assert!(contents(directory.path()) == before);
    let (_, standard, _) = said(&run(directory.path(), &["migrate"], &[], ""));
    assert_eq!(standard, "The database ./data/tradefloor.db is up to date.\n");
}

#[test]
fn a_database_from_a_newer_version_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    migrated(directory.path());
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000001')";
    connected(directory.path()).batch_execute(newer).unwrap();
    assert_left_alone(directory.path(), &["a newer version of Tradefloor", "99991231000001", "Use that version."]);
}

#[test]
fn a_database_from_a_newer_version_that_was_killed_is_left_alone_with_its_log() {
    let elsewhere = tempfile::tempdir().unwrap();
    migrated(elsewhere.path());
    let mut newer = connected(elsewhere.path());
    newer.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000001')").unwrap();
    let directory = tempfile::tempdir().unwrap();
    for file in [NAME, "tradefloor.db-wal"] {
        std::fs::copy(elsewhere.path().join(file), directory.path().join(file)).unwrap();
    }
    assert_left_alone(directory.path(), &["a newer version of Tradefloor", "99991231000001"]);
}

#[test]
fn a_damaged_database_is_left_alone() {
    let sound = tempfile::tempdir().unwrap();
    migrated(sound.path());
    let bytes = std::fs::read(sound.path().join(NAME)).unwrap();
    let overwritten = |from: usize, to: usize| {
        let mut bytes = bytes.clone();
        bytes[from..to].fill(0xa5);
        bytes
    };
    for (what, damaged) in [
        ("truncated to a page and a half", bytes[..6_000].to_vec()),
        ("truncated to its second half", bytes[bytes.len() / 2..].to_vec()),
        ("without its last page", bytes[..bytes.len() - 4_096].to_vec()),
        ("overwritten in the middle", overwritten(bytes.len() / 2, bytes.len() / 2 + 8_192)),
        ("overwritten in its list of tables", overwritten(100, 200)),
        ("plain text", b"Dear Tradefloor, these are my notes.\n".repeat(50)),
        ("one byte", vec![b'x']),
    ] {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(NAME), damaged).unwrap();
        println!("{what}");
        assert_left_alone(directory.path(), &["The database tradefloor.db is damaged", "it was left as it is."]);
    }
}

#[test]
fn another_programs_database_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    connected(directory.path())
        .batch_execute("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('x')")
        .unwrap();
    assert_left_alone(directory.path(), &["tradefloor.db is not a Tradefloor database; it was left as it is."]);
}

#[test]
fn a_place_that_cannot_hold_a_database_is_one_sentence() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("file"), "kept").unwrap();
    std::fs::create_dir(directory.path().join("folder")).unwrap();
    for (place, words) in [
        ("file/tradefloor.db", ["The directory file cannot be created", "exists"]),
        ("file/deeper/tradefloor.db", ["The directory file/deeper cannot be created", "Not a directory"]),
        ("/proc/tradefloor/tradefloor.db", ["The directory /proc/tradefloor cannot be created", "No such file"]),
        ("/proc/tradefloor.db", ["The database /proc/tradefloor.db cannot be opened", "unable to open"]),
        ("folder", ["The database folder cannot be opened", "unable to open"]),
    ] {
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"]] {
            let arguments = [command, &["--database", place]].concat();
            assert_refused(&run(directory.path(), &arguments, &[], ""), 1, &words);
        }
    }
    assert_eq!(std::fs::read(directory.path().join("file")).unwrap(), b"kept");
}

#[test]
fn a_port_that_is_taken_is_one_sentence_and_nothing_is_touched() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = tempfile::tempdir().unwrap();
    migrated(directory.path());
    let before = contents(directory.path());
    let refused = run(directory.path(), &["--listen", &address, "--database", NAME], &[], "");
    assert_refused(&refused, 1, &["Tradefloor cannot listen on", &address, "in use", "--listen"]);
    assert!(contents(directory.path()) == before, "the database was changed");
    let foreign = run(directory.path(), &["--listen", "192.0.2.1:8080", "--database", NAME], &[], "");
    assert_refused(&foreign, 1, &["Tradefloor cannot listen on 192.0.2.1:8080"]);
}
