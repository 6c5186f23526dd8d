//! What a test does to a running server from outside.

use crate::support::Server;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Limits a resource of a running server: `resource` as `prlimit` calls it, `soft` as it writes it.
pub(super) fn limit(server: &Server, resource: &str, soft: &str) {
    let process = server.process_id().to_string();
    run(Command::new("prlimit").args(["--pid", &process]).arg(format!("--{resource}={soft}:")));
}

/// A kilobyte count that the system tells of a running server, such as `VmRSS`.
pub(super) fn kilobytes(server: &Server, name: &str) -> u64 {
    let told = std::fs::read_to_string(format!("/proc/{}/status", server.process_id())).expect("it runs");
    let line = told.lines().find_map(|line| line.strip_prefix(name)).expect("the system tells of it");
    line.trim_matches([':', ' ', '\t', 'k', 'B']).parse().expect("a number")
}

/// A disk that fails when it is told to, for a server that is started through [`BadDisk::words`].
pub(super) struct BadDisk {
    library: PathBuf,
    orders: PathBuf,
}

impl BadDisk {
    /// Makes one, in a directory of the test's.
    pub(super) fn new(directory: &Path) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/faults/bad_disk.c");
        let library = directory.join("bad_disk.so");
        run(Command::new("cc").args(["-shared", "-fPIC", "-O1", "-Wall", "-o"]).arg(&library).arg(source).arg("-ldl"));
        Self { library, orders: directory.join("bad_disk") }
    }

    /// What a server is started through, to be on this disk.
    pub(super) fn words(&self) -> Vec<String> {
        let variable = |name: &str, value: &Path| format!("{name}={}", value.display());
        vec!["env".to_owned(), variable("LD_PRELOAD", &self.library), variable("BAD_DISK", &self.orders)]
    }

    /// From now on each call to `call` (`write` or `sync`) fails with this error number.
    pub(super) fn fails(&self, call: &str, error: i32) {
        let written = self.orders.with_extension("new");
        std::fs::write(&written, format!("{call} {error}\n")).expect("the order is given");
        std::fs::rename(&written, &self.orders).expect("the order is given");
    }

    /// From now on it is a good disk again.
    pub(super) fn recovers(&self) {
        std::fs::remove_file(&self.orders).expect("it was given an order");
    }
}

/// Runs a program to its end.
#[track_caller]
pub(super) fn run(command: &mut Command) {
    let ended = command.output().unwrap_or_else(|error| panic!("{command:?} does not run: {error}"));
    assert!(ended.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ended.stderr));
}
