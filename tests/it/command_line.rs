//! The command line: a mistake is one sentence, a command teaches itself, and the first start needs nothing.

mod databases;
mod discretion;
mod terminal;

use crate::support::process::Process;
use crate::support::server::command;
use crate::support::trader::PASSWORD;
use crate::support::{Server, Visitor};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};
use tradefloor::domain::Act;

/// How long a command that is to end may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the binary to its end in `directory`, with `input` on standard input.
fn run(directory: &Path, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Output {
    let mut child = command(directory)
        .args(arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A command that reads no input may be gone before it is written.
    let _ = child.stdin.take().expect("standard input is piped").write_all(input.as_bytes());
    let deadline = Instant::now() + PATIENCE;
    while child.try_wait().expect("a child can be asked whether it ended").is_none() {
        if Instant::now() > deadline {
            let _already_gone = child.kill();
            let output = child.wait_with_output().expect("what it said can be read");
            panic!("{arguments:?} does not end: {:?}", said(&output));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().expect("what it said can be read")
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it speaks UTF-8");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Claims that a command failed with `code` and one sentence with all of `words` in it. Log lines are not sentences.
#[track_caller]
fn assert_refused(output: &Output, code: i32, words: &[&str]) {
    let (status, standard, error) = said(output);
    let sentences: Vec<_> = error.lines().filter(|line| !line.contains(" INFO ")).collect();
    assert!(status == Some(code) && standard.is_empty() && sentences.len() == 1, "{status:?} {standard:?} {error:?}");
    assert!(words.iter().all(|word| sentences[0].contains(word)), "{words:?} are not all in {error:?}");
    assert!(sentences[0].ends_with('.'), "{error:?} is no sentence");
}

const SECONDS: &str = "it must be a length of time above zero, such as 250ms, 15s, 12h or 30d.";
const COUNT: &str = "it must be a whole number from 1 to 4294967295.";
const DOLLARS: &str = "it must be an amount of dollars above zero, such as 10000.00.";
const SPEED: &str = "a speed is a number from 0.1 to 100000, such as 10 or 2.5, or one of the words pause and max.";
const ADDRESS: &str = "it must be an address and a port, such as 127.0.0.1:8080 or 0.0.0.0:80.";

/// A setting, a value that it cannot have, and what it can.
const WRONG: &[(&str, &str, &str)] = &[
    ("--listen", "nonsense", ADDRESS),
    ("--listen", "127.0.0.1", ADDRESS),
    ("--listen", "127.0.0.1:99999", ADDRESS),
    ("--public-url", "market.example", "it must be a scheme and a host, such as https://market.example."),
    ("--public-url", "https://market.example/shop", "it must be a scheme and a host, such as https://market.example."),
    ("--market", "real", "it must be one of simulated, replay."),
    ("--seed", "-1", "it must be a whole number from 0 to 18446744073709551615."),
    ("--seed", "one", "it must be a whole number from 0 to 18446744073709551615."),
    ("--speed", "0.05", SPEED),
    ("--speed", "-2", SPEED),
    ("--speed", "fast", SPEED),
    ("--speed", "1e9", SPEED),
    ("--speed", "NaN", SPEED),
    ("--live-every", "0s", SECONDS),
    ("--live-every", "5", SECONDS),
    ("--keep-1m", "0s", "it must be a length of time such as 12h or 30d, or forever."),
    ("--keep-1d", "never", "it must be a length of time such as 12h or 30d, or forever."),
    ("--sockets", "0", COUNT),
    ("--sockets", "5000000000", COUNT),
    ("--sockets-per-address", "-1", COUNT),
    ("--opening-balance", "-1", "it must be an amount of dollars, such as 10000.00, or 0."),
    ("--opening-balance", "1e4", "it must be an amount of dollars, such as 10000.00, or 0."),
    ("--funding-max", "0", DOLLARS),
    ("--funding-total-max", "lots", DOLLARS),
    ("--quote-age-max", "15", SECONDS),
    ("--password-cost", "3", "it must be a whole number from 4 to 16."),
    ("--password-cost", "17", "it must be a whole number from 4 to 16."),
    ("--password-cost", "x", "it must be a whole number from 4 to 16."),
    ("--session-idle", "soon", SECONDS),
    ("--session-max", "0d", SECONDS),
    ("--tries-per-address", "many", COUNT),
    ("--tries-per-name", "0", COUNT),
    ("--workers", "0", COUNT),
    ("--readers", "1.5", COUNT),
    ("--waiting-writes", "0", COUNT),
    ("--writes-per-commit", "0", COUNT),
    ("--log", "tradefloor=loud", "it must be a level (off, error, warn, info, debug or trace)"),
    ("--log-format", "xml", "it must be one of text, json."),
];

#[test]
fn a_wrong_setting_is_one_sentence_that_names_it_its_value_and_what_is_allowed() {
    let directory = tempfile::tempdir().unwrap();
    for &(setting, value, allowed) in WRONG {
        let names = format!("{setting} cannot be `{value}`: ");
        assert_refused(&run(directory.path(), &[setting, value], &[], ""), 2, &[&names, allowed]);
        assert_refused(&run(directory.path(), &["serve", setting, value], &[], ""), 2, &[&names, allowed]);
        let variable = format!("TRADEFLOOR_{}", setting.trim_start_matches('-').replace('-', "_").to_uppercase());
        assert_refused(&run(directory.path(), &[], &[(&variable, value)], ""), 2, &[&names, allowed]);
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "nothing was started");
}

#[test]
fn settings_that_contradict_each_other_and_words_that_mean_nothing_are_one_sentence_too() {
    let directory = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (&["--listen", ""][..], &["--listen cannot be empty: ", ADDRESS][..]),
        (&["--seed", ""], &["--seed cannot be empty: it must be a whole number"]),
        (&["--market", ""], &["--market cannot be empty: it must be one of simulated, replay."]),
        (&["--database", ""], &["--database"]),
        (&["--listen"], &["--listen needs a value."]),
        (&["--market", "replay"], &["--market cannot be `replay` without a recording", "--tape FILE"]),
        (&["--market", "simulated", "--tape", "x.csv"], &["--market cannot be `simulated` with a --tape"]),
        (&["--tape", "x.csv", "--instruments", "y.csv"], &["--instruments cannot be given with a --tape"]),
        (&["--loop"], &["--loop cannot be given without a --tape"]),
        (
            &["--opening-balance", "500", "--funding-total-max", "100"],
            &["--opening-balance cannot be `500.00`", "--funding-total-max, which is 100.00."],
        ),
        (&["--colour"], &["There is no setting --colour."]),
        (&["sell"], &["There is no command `sell`.", "tradefloor --help"]),
        (&["user", "promote"], &["There is no command `promote`."]),
        (&["user", "create"], &["NAME is missing.", "tradefloor user create --help"]),
        (&["user", "set-role", "ada"], &["ROLE is missing."]),
        (&["user", "create", "a b"], &["NAME cannot be `a b`: A username cannot contain spaces."]),
        (
            &["user", "create", "ada", "--role", "king"],
            &["--role cannot be `king`: it must be one of trader, support, admin."],
        ),
        (&["migrate", "--listen", "127.0.0.1:1"], &["There is no setting --listen."]),
    ] {
        assert_refused(&run(directory.path(), arguments, &[], ""), 2, words);
    }
    assert_refused(&run(directory.path(), &[], &[("TRADEFLOOR_LOOP", "maybe")], ""), 2, &["--loop cannot be `maybe`"]);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "nothing was started");
}

#[test]
fn files_that_are_missing_or_wrong_are_one_sentence() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("wrong.csv"), "symbol,name\nAAPL,Apple\n").unwrap();
    for (arguments, words) in [
        (["--tape", "missing.csv"], ["The tape cannot be replayed: missing.csv", "No such file"]),
        (["--tape", "wrong.csv"], ["The tape cannot be replayed: wrong.csv, line 1", "there is no column \"name\""]),
        (["--instruments", "missing.csv"], ["The instruments in missing.csv cannot be used", "No such file"]),
        (["--instruments", "wrong.csv"], ["The instruments in wrong.csv cannot be used", "line 1"]),
    ] {
        let arguments = [&["--listen", "127.0.0.1:0"], &arguments[..]].concat();
        assert_refused(&run(directory.path(), &arguments, &[], ""), 1, &words);
    }
}

#[test]
fn help_teaches_every_command_and_names_the_variable_of_each_setting() {
    let directory = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (&["--help"][..], &["serve", "migrate", "user", "--listen", "--tape", "127.0.0.1:8080"][..]),
        (&["serve", "--help"], &["--market", "simulated", "replay", "--seed", "--speed", "--loop", "--database"]),
        (&["migrate", "--help"], &["Create the database or bring it up to date", "TRADEFLOOR_DATABASE"]),
        (&["user", "--help"], &["create", "set-password", "set-role", "list"]),
        (
            &["user", "create", "--help"],
            &["standard input", "--role admin < password.txt", "TRADEFLOOR_OPENING_BALANCE"],
        ),
        (&["user", "set-password", "--help"], &["sign them out everywhere"]),
        (&["user", "set-role", "--help"], &["trader", "support", "admin"]),
        (&["user", "list", "--help"], &["TRADEFLOOR_DATABASE"]),
        (&["--version"], &["tradefloor "]),
    ] {
        let (code, standard, error) = said(&run(directory.path(), arguments, &[], ""));
        assert!(code == Some(0) && error.is_empty(), "{arguments:?}: {code:?} {error}");
        let plain = standard.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.iter().all(|word| plain.contains(word)), "{arguments:?}: {words:?} are not all in {standard}");
    }
    let (_, help, _) = said(&run(directory.path(), &["--help"], &[], ""));
    for (setting, ..) in WRONG {
        let variable = format!("TRADEFLOOR_{}", setting.trim_start_matches('-').replace('-', "_").to_uppercase());
        assert!(help.contains(setting) && help.contains(&variable), "{setting} is not taught");
    }
}

#[test]
fn the_first_start_needs_nothing_and_says_where_it_is_and_who_can_run_it() {
    let directory = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Without the past of 52 instruments, which takes a program that was built for tests its time.
    let mut start = command(directory.path());
    start.env("TRADEFLOOR_LISTEN", free.to_string()).env("TRADEFLOOR_NO_PAST", "true");
    let mut process = Process::start(&mut start);
    let patience = Duration::from_secs(20);
    let address = process.wait_for_line(patience, |line| line.contains("open at").then(|| line.to_owned()));
    assert!(address.contains(&format!("http://{free}")), "{address}");
    let first = process.wait_for_line(patience, |line| line.contains("administrator").then(|| line.to_owned()));
    assert!(first.ends_with("tradefloor user create NAME --role admin"), "{first}");
    assert!(process.stop(patience).success());
    let data = directory.path().join("data");
    assert!(data.join("tradefloor.db").is_file());
    let key = std::fs::metadata(data.join("tradefloor.key")).unwrap();
    assert_eq!((key.permissions().mode() & 0o777, key.len()), (0o600, 64));

    // The advice works as it is given, and is not given again.
    let made = run(directory.path(), &["user", "create", "boss", "--role", "admin"], &[], &format!("{PASSWORD}\n"));
    assert_eq!(said(&made), (Some(0), "boss can sign in now, as admin.\n".to_owned(), String::new()));
    let mut again = Process::start(start.env("TRADEFLOOR_LISTEN", "127.0.0.1:0"));
    again.wait_for_line(patience, |line| line.contains("open at").then_some(()));
    assert!(again.stop(patience).success());
    assert!(!again.said().contains("administrator"), "{}", again.said());
}

#[test]
fn a_key_that_a_power_cut_left_empty_is_made_anew_and_a_wrong_one_is_not_touched() {
    let mut server = Server::start();
    server.stop();
    let key = server.file().with_extension("key");
    std::fs::write(&key, "").unwrap();
    server.restart();
    server.stop();
    assert_eq!(std::fs::metadata(&key).unwrap().len(), 64);
    std::fs::write(&key, "short").unwrap();
    let database = server.file();
    let arguments = ["--listen", "127.0.0.1:0", "--no-past", "--database", database.to_str().unwrap()];
    let refused = run(server.directory(), &arguments, &[], "");
    assert_refused(&refused, 1, &["The secrets in", "64 bytes"]);
    assert_eq!(std::fs::read(&key).unwrap(), b"short");
}

#[test]
fn where_there_are_no_books_nobody_is_listed_or_changed_and_no_books_are_made() {
    let here = tempfile::tempdir().unwrap();
    for words in [&["list"][..], &["set-role", "ada", "admin"], &["set-password", "ada"]] {
        let asked = run(here.path(), &[&["user"], words, &["--database", "mistyped.db"]].concat(), &[], PASSWORD);
        assert_refused(&asked, 1, &["There are no books in mistyped.db"]);
    }
    assert_eq!(std::fs::read_dir(here.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn people_are_made_changed_and_listed_while_the_server_runs() {
    let server = Server::start();
    let database = server.file();
    let database = ["--database", database.to_str().unwrap()];
    let user = |arguments: &[&str], input: &str| {
        run(
            server.directory(),
            &[&["user"], arguments, &database[..]].concat(),
            &[("TRADEFLOOR_PASSWORD_COST", "4")],
            input,
        )
    };
    assert_eq!(said(&user(&["create", "Ada"], PASSWORD)).1, "Ada can sign in now, as trader.\n");
    let ada = Visitor::new(&server);
    ada.sign_in("ada").await.assert_done();
    ada.get("/portfolio").await.assert_is(200).assert_says("$10,000.00");

    assert_refused(&user(&["create", "ADA"], PASSWORD), 1, &["That username is taken"]);
    assert_refused(&user(&["create", "bob"], "short\n"), 2, &["That password is not accepted: ", "at least 10"]);
    assert_refused(&user(&["create", "bob"], ""), 2, &["That password is not accepted: "]);
    assert_refused(&user(&["set-role", "nobody", "admin"], ""), 1, &["No user has that name"]);
    assert_refused(&user(&["set-password", "nobody"], PASSWORD), 1, &["No user has that name"]);

    ada.get("/admin").await.assert_is(404);
    assert_eq!(said(&user(&["set-role", "ada", "support"], "")).1, "ada is now support.\n");
    ada.get("/admin").await.assert_redirects_to("/admin/grant");
    let listed = said(&user(&["list"], "")).1;
    assert!(listed.lines().count() == 1 && listed.starts_with("Ada ") && listed.contains(" support "), "{listed}");

    let other = "another-password-of-hers-7";
    ada.get("/portfolio").await.assert_is(200);
    let changed = said(&user(&["set-password", "ada"], &format!("{other}\r\n")));
    assert_eq!(changed.1, "ada has a new password and is signed out everywhere.\n", "{changed:?}");
    ada.get("/portfolio").await.assert_redirects_to("/login");
    ada.sign_in("ada").await.assert_is(422);
    ada.sign_in_with("ada", other).await.assert_done();

    // What the command line does to people, and who of the staff it makes, is on record without an author.
    assert_eq!(said(&user(&["create", "boss", "--role", "admin"], PASSWORD)).1, "boss can sign in now, as admin.\n");
    let record = server.record();
    // A wrong sign-in is entered a moment after its answer, so that its place is not known.
    let entries = record.iter().filter(|line| line.act != Act::SignInRefused);
    let acts: Vec<_> = entries.map(|line| (line.act.as_str(), line.actor.is_some())).collect();
    let expected = [
        ("create_user", false),
        ("sign_in", true),
        ("set_password", false),
        ("set_role", false),
        ("create_user", false),
    ];
    assert_eq!(acts, expected);
    assert_eq!(record[0].became.get("role"), Some("admin"));
}
