//! The real binary, serving on a port of its own from a directory of its own.

use super::place::{self, Engine, Place};
use super::process::{self, Process};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;
use tradefloor::store::Database;

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(20);
/// How long an orderly stop may take.
const STOP: Duration = Duration::from_secs(20);

/// What the server is started with; it starts out with a free port and a cheap password cost.
pub(crate) struct Settings {
    flags: BTreeMap<String, Option<String>>,
    variables: BTreeMap<String, String>,
    through: Vec<String>,
}

impl Settings {
    fn for_tests() -> Self {
        let mut settings = Self { flags: BTreeMap::new(), variables: BTreeMap::new(), through: Vec::new() };
        settings.set("--listen", "127.0.0.1:0").set("--password-cost", "4");
        // It is half a million candles, and few tests look at any.
        settings.switch("--no-past");
        settings
    }

    /// Lets a simulated market have a past; it takes a while for every instrument, so name a few.
    pub(crate) fn with_past(&mut self) -> &mut Self {
        self.flags.remove("--no-past");
        self
    }

    /// Gives `flag` a value, in place of the one it had.
    pub(crate) fn set(&mut self, flag: &str, value: &str) -> &mut Self {
        self.flags.insert(flag.to_owned(), Some(value.to_owned()));
        self
    }

    /// Gives `flag`, which takes no value.
    pub(crate) fn switch(&mut self, flag: &str) -> &mut Self {
        self.flags.insert(flag.to_owned(), None);
        self
    }

    /// Sets an environment variable; those of the surrounding shell that begin with `TRADEFLOOR_` never reach the server.
    pub(crate) fn variable(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Starts the server through a program that becomes it, such as `env` or `setpriv`: its words come before those of
    /// the server.
    pub(crate) fn through(&mut self, words: &[&str]) -> &mut Self {
        self.through = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// Replays a recorded tape instead of simulating.
    pub(crate) fn replay(&mut self, tape: &Path, speed: &str) -> &mut Self {
        self.set("--market", "replay").set("--tape", &tape.to_string_lossy()).set("--speed", speed)
    }
}

/// A running (or killed) server and the directory that outlives its restarts.
pub(crate) struct Server {
    process: Process,
    address: String,
    settings: Settings,
    place: Place,
}

impl Server {
    /// Starts with the settings that suit most tests: the simulated market, an empty database.
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    /// Starts with the settings that `change` changes.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::for_tests();
        change(&mut settings);
        Self::at(Place::new(), settings)
    }

    /// Starts on this engine, whatever the run is on.
    pub(crate) fn on(engine: Engine) -> Self {
        Self::at(Place::on(engine), Settings::for_tests())
    }

    /// Starts on a database that is there already, beside whoever else uses it.
    pub(crate) fn beside(other: &Self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::for_tests();
        settings.set("--key-file", &other.directory().join("tradefloor.key").to_string_lossy());
        change(&mut settings);
        Self::at(other.place.shared(), settings)
    }

    /// Starts in a place that the test has prepared, with the settings that `change` changes.
    pub(crate) fn in_place(place: Place, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::for_tests();
        change(&mut settings);
        Self::at(place, settings)
    }

    fn at(place: Place, settings: Settings) -> Self {
        let (process, address) = run(&settings, &place);
        Self { process, address, settings, place }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The full address of a path that begins with a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The database.
    pub(crate) fn database(&self) -> &Database {
        self.place.database()
    }

    /// The database file, for a test that is about files.
    pub(crate) fn file(&self) -> PathBuf {
        self.place.file()
    }

    /// The directory the server runs in; it lasts until the server is dropped.
    pub(crate) fn directory(&self) -> &Path {
        self.place.directory()
    }

    /// The server's process id.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// What the server printed lately.
    pub(crate) fn said(&self) -> String {
        self.process.said()
    }

    /// `kill -9`, as a power cut would end it. The directory stays.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Asks it to stop in order, waits until it has, and tells how it ended.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.process.stop(STOP)
    }

    /// Sends it a signal by its name, without the `SIG`.
    pub(crate) fn signal(&self, name: &str) {
        process::signal(name, self.process_id());
    }

    /// Starts it again on the same directory, on another port: visitors go on with `Visitor::moves_to`.
    pub(crate) fn restart(&mut self) {
        self.process.kill();
        let (process, address) = run(&self.settings, &self.place);
        self.process = process;
        self.address = address;
    }
}

fn run(settings: &Settings, place: &Place) -> (Process, String) {
    let mut command = command_through(&settings.through, place.directory());
    command.arg("serve").arg("--database").arg(place::argument(place.database()));
    if !settings.flags.contains_key("--key-file") {
        command.arg("--key-file").arg(place.directory().join("tradefloor.key"));
    }
    for (flag, value) in &settings.flags {
        command.arg(flag).args(value);
    }
    command.envs(&settings.variables);
    let mut process = Process::start(&mut command);
    let address = process.wait_for_line(START, address_in);
    (process, address)
}

/// The binary, ready for arguments, in `directory` and untouched by the surrounding shell's settings.
pub(crate) fn command(directory: &Path) -> Command {
    command_through(&[], directory)
}

fn command_through(words: &[String], directory: &Path) -> Command {
    const BINARY: &str = env!("CARGO_BIN_EXE_tradefloor");
    let mut words = words.iter().map(String::as_str).chain([BINARY]);
    let mut command = Command::new(words.next().unwrap_or(BINARY));
    command.args(words);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TRADEFLOOR_") {
            command.env_remove(name);
        }
    }
    command.current_dir(directory);
    command
}

fn address_in(line: &str) -> Option<String> {
    let (_, after) = line.split_once("http://")?;
    let host = after.split(|sign: char| !(sign.is_ascii_alphanumeric() || ".:[]-".contains(sign))).next()?;
    Some(format!("http://{}", host.trim_end_matches(['.', ':'])))
}

#[test]
fn the_address_is_found_in_the_sentence_that_announces_it() {
    let found = address_in("Tradefloor is open at http://127.0.0.1:41234 (press Ctrl-C to stop).");
    assert_eq!(found.as_deref(), Some("http://127.0.0.1:41234"));
    assert_eq!(address_in("http://127.0.0.1:8080/").as_deref(), Some("http://127.0.0.1:8080"));
    assert_eq!(address_in("migrating"), None);
}
