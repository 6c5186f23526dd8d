//! What a command keeps to itself, and that it leaves nothing lying about.

use super::{PATIENCE, assert_refused, run, said};
use crate::support::process::signal;
use crate::support::server::command;
use crate::support::trader::PASSWORD;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tempfile::TempDir;

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A directory with the books of one person in `floor.db`.
fn with_books() -> TempDir {
    let here = tempfile::tempdir().unwrap();
    let created = run(
        here.path(),
        &["user", "create", "ada", "--database", "floor.db"],
        &[("TRADEFLOOR_PASSWORD_COST", "4")],
        PASSWORD,
    );
    assert_eq!(created.status.code(), Some(0), "{:?}", said(&created));
    here
}

#[test]
fn a_password_in_a_url_is_never_repeated_whatever_is_wrong_with_it() {
    let here = tempfile::tempdir().unwrap();
    let urls = [
        "postgres://floor:s3cr etPW@127.0.0.1:1/t",
        "postgres://floor:s3cr%zetPW@127.0.0.1:1/t",
        "postgres://floor:s3cr@etPW@127.0.0.1:1/t",
        "postgres://floor:s3cr/etPW@127.0.0.1:1/t",
        "postgres://floor:s3cretPW@127.0.0.1:1/t",
        "postgres//floor:s3cretPW@127.0.0.1:1/t",
        "POSTGRES://floor:s3cretPW@127.0.0.1:1/t",
        "mysql://floor:s3cretPW@127.0.0.1:1/t",
        "postgres://floor:s3cretPW",
        "postgres://floor:s3cretPW/t",
        "postgres://127.0.0.1:1/t?user=floor&password=s3cr etPW",
        "postgres://floor@127.0.0.1:port/t?password=s3cr%zetPW",
        "host=127.0.0.1 port=1 user=floor PASSWORD=s3cretPW",
    ];
    for url in urls {
        for words in [
            &["verify", "--database", url][..],
            &["serve", "--listen", "127.0.0.1:0", "--database", url],
            &["serve", "--listen", url],
            &["verify", url],
            &["serve", url],
            &[url],
            &["user", "create", url],
            &["user", "list", "--database", url],
            &["export", "--account", url, "x.zip"],
            &["copy", "--from", "floor.db", "--to", url],
        ] {
            let asked = run(here.path(), words, &[], "");
            let (code, output, error) = said(&asked);
            assert!(matches!(code, Some(1 | 2)), "{words:?}: {code:?}");
            let told = ["s3cr", "etPW"].iter().any(|part| output.contains(part) || error.contains(part));
            assert!(!told, "{words:?} is answered {error:?}");
        }
    }
    assert_eq!(names(here.path()), Vec::<String>::new(), "and nothing is named after it");
}

#[test]
fn the_file_of_the_books_is_for_its_owner_alone_and_one_that_is_there_stays_as_it_is() {
    let here = with_books();
    let mode = |name: &str| here.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("floor.db"), 0o600);
    std::fs::set_permissions(here.path().join("floor.db"), Permissions::from_mode(0o640)).unwrap();
    assert_eq!(run(here.path(), &["migrate", "--database", "floor.db"], &[], "").status.code(), Some(0));
    assert_eq!(mode("floor.db"), 0o640, "who may read it is for who runs the place to say");
}

/// Adds so much to the books that writing them takes a while, and room.
fn fill(here: &Path) {
    let mut books = SqliteConnection::establish(here.join("floor.db").to_str().unwrap()).unwrap();
    let many = "WITH RECURSIVE n (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < 300000)
                INSERT INTO valuations (account_id, at, value) SELECT 1, at, 7 FROM n";
    books.batch_execute(many).unwrap();
}

#[test]
fn where_there_is_no_room_for_a_copy_it_says_so_of_the_copy_and_leaves_nothing_behind() {
    let here = with_books();
    fill(here.path());
    let before = names(here.path());
    for (words, told) in [
        (&["backup", "copy.db", "--database", "floor.db"][..], "The database floor.db cannot be copied to copy.db: "),
        (&["copy", "--from", "floor.db", "--to", "copy.db"], "cannot be written: "),
    ] {
        let mut limited = Command::new("sh");
        limited.current_dir(here.path()).args(["-c", r#"trap '' XFSZ; ulimit -f 4096; exec "$0" "$@""#]);
        let ended = limited.arg(env!("CARGO_BIN_EXE_tradefloor")).args(words).output().unwrap();
        assert_refused(&ended, 1, &[told]);
        assert_eq!(names(here.path()), before, "{words:?}");
    }
}

/// The files in `here` that are none of the books.
fn copies(here: &Path) -> Vec<String> {
    names(here).into_iter().filter(|name| !name.starts_with("floor.db")).collect()
}

/// A backup that has begun to write.
fn begun(here: &Path, mut command: Command) -> Child {
    let mut child = command.spawn().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while copies(here).is_empty() {
        assert!(Instant::now() < deadline && child.try_wait().unwrap().is_none(), "no draft is begun");
        std::thread::yield_now();
    }
    child
}

const BACKUP: [&str; 4] = ["backup", "copy.db", "--database", "floor.db"];

#[test]
fn a_backup_that_is_told_to_stop_leaves_nothing_behind() {
    let here = with_books();
    fill(here.path());
    for name in ["INT", "TERM", "HUP"] {
        let mut backup = command(here.path());
        backup.args(BACKUP).stderr(Stdio::piped());
        let child = begun(here.path(), backup);
        signal(name, child.id());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(130), "{:?}", said(&ended));
        assert_eq!(said(&ended).2, "Stopped before it was done; nothing was left behind.\n");
        assert_eq!(copies(here.path()), Vec::<String>::new());
    }
}

#[test]
fn a_backup_that_is_told_to_stop_at_any_moment_is_whole_or_not_there() {
    let here = with_books();
    let began = Instant::now();
    assert_eq!(run(here.path(), &BACKUP, &[], "").status.code(), Some(0));
    let lasts = began.elapsed();
    for part in 0..24 {
        if here.path().join("copy.db").exists() {
            std::fs::remove_file(here.path().join("copy.db")).unwrap();
        }
        let mut backup = command(here.path());
        let child = backup.args(BACKUP).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(lasts * part / 20);
        signal("INT", child.id());
        let ended = child.wait_with_output().unwrap();
        let kept = match (ended.status.code(), said(&ended).2.as_str()) {
            // It had not begun to listen, and nothing was begun.
            (None, "") | (Some(130), "Stopped before it was done; nothing was left behind.\n") => vec![],
            (Some(0), _) | (Some(130), "Stopped; copy.db was written before.\n") => vec!["copy.db"],
            other => panic!("{other:?}"),
        };
        assert_eq!(copies(here.path()), kept, "{:?}", said(&ended));
    }
}

#[test]
fn a_backup_that_is_to_outlive_its_terminal_does() {
    let here = with_books();
    fill(here.path());
    let mut nohup = Command::new("sh");
    nohup.current_dir(here.path()).args(["-c", r#"trap '' HUP; exec "$0" "$@""#]);
    nohup.arg(env!("CARGO_BIN_EXE_tradefloor")).args(BACKUP).stdout(Stdio::piped());
    let child = begun(here.path(), nohup);
    signal("HUP", child.id());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), copies(here.path())), (Some(0), vec!["copy.db".to_owned()]));
}

#[test]
fn who_hears_no_more_changes_nothing_about_how_a_command_ends() {
    let here = with_books();
    let verify = || {
        let mut verify = command(here.path());
        verify.args(["verify", "--database", "floor.db"]).stderr(Stdio::piped());
        verify
    };
    let mut child = verify().stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), said(&ended).2), (Some(0), String::new()));
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ended = verify().stdout(full).output().unwrap();
    assert_refused(&ended, 1, &["It is done, and could not be said on standard output"]);
}

#[test]
fn who_cannot_hear_what_went_wrong_changes_nothing_about_how_a_command_ends() {
    let here = with_books();
    fill(here.path());
    let deaf = |words: &[&str]| {
        let mut deaf = command(here.path());
        deaf.args(words).stderr(File::options().write(true).open("/dev/full").unwrap());
        deaf
    };
    assert_eq!(deaf(&["verify", "--database", "nowhere.db"]).status().unwrap().code(), Some(1));
    assert_eq!(deaf(&["verify", "--nonsense"]).status().unwrap().code(), Some(2));
    let mut child = begun(here.path(), deaf(&BACKUP));
    signal("HUP", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(copies(here.path()), Vec::<String>::new());
}

#[test]
fn a_path_that_begins_with_two_slashes_is_a_path_while_somebody_writes_there() {
    let here = with_books();
    let file = here.path().join("floor.db");
    let mut writes = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    writes
        .batch_execute("PRAGMA journal_mode = WAL; INSERT INTO valuations (account_id, at, value) VALUES (1, 1, 7)")
        .unwrap();
    assert!(here.path().join("floor.db-wal").metadata().unwrap().len() > 0);
    let verified = run(here.path(), &["verify", "--database", &format!("/{}", file.display())], &[], "");
    assert_eq!(verified.status.code(), Some(0), "{:?}", said(&verified));
}
