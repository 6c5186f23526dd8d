//! A question for a password on a terminal, broken off.

use super::PATIENCE;
use crate::support::process::signal;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// Asks for a password and then tells how the command ended, what process it was, and whether the terminal shows what
/// is typed.
const ASKED: &str = r#"trap : INT
sh -c 'echo "process $$"; exec "$0" user create ada --database "$1"' "$BINARY" "$BOOKS"
echo "code $?"
stty -a | tr ' ;' '\n\n' | grep -x -e echo -e -echo
"#;

/// A terminal on which a password is being asked for, and what it shows so far.
fn asked(directory: &tempfile::TempDir) -> (Child, String) {
    let mut terminal = Command::new("script")
        .args(["--quiet", "--flush", "--command", ASKED, "/dev/null"])
        .env("BINARY", env!("CARGO_BIN_EXE_tradefloor"))
        .env("BOOKS", directory.path().join("floor.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut shown = String::new();
    let deadline = Instant::now() + PATIENCE;
    while !shown.contains("New password for ada: ") {
        assert!(Instant::now() < deadline, "{shown}");
        let mut byte = [0];
        terminal.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
        shown.push(char::from(byte[0]));
    }
    (terminal, shown)
}

fn rest(mut terminal: Child) -> String {
    let mut rest = String::new();
    terminal.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    terminal.wait().unwrap();
    // A terminal writes it out itself while it does not yet hide what is typed.
    rest.replace('\r', "").trim().trim_start_matches("^C").to_owned()
}

const STOPPED: &str = "Stopped before it was done; nothing was left behind.\ncode 130\necho";

#[test]
fn ctrl_c_at_the_question_for_a_password_ends_it_and_the_terminal_shows_what_is_typed() {
    let directory = tempfile::tempdir().unwrap();
    for _ in 0..20 {
        let (mut terminal, _) = asked(&directory);
        terminal.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
        assert_eq!(rest(terminal), STOPPED);
    }
    assert_eq!(directory.path().read_dir().unwrap().count(), 0, "nothing is begun");
}

#[test]
fn so_it_does_when_it_is_told_to_stop_there() {
    let directory = tempfile::tempdir().unwrap();
    let (terminal, shown) = asked(&directory);
    let process = shown.lines().find_map(|line| line.trim().strip_prefix("process ")).unwrap();
    signal("TERM", process.parse().unwrap());
    assert_eq!(rest(terminal), STOPPED);
}
