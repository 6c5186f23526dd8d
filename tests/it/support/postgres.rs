//! A PostgreSQL server of the tests' own: on a temporary directory and a port of its own, started when the first test
//! asks for it and gone with the test process, however that ends.

use super::process::free_port;
use diesel::prelude::*;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock};

/// Starts the server, says so, and stops it and removes its directory once its standard input ends: the end of the
/// process that holds the other end of that pipe ends the server too, also when it was killed.
const KEEPER: &str = include_str!("postgres.sh");
/// How it is run: tests lose no power.
const OPTIONS: &str = "-c fsync=off -c max_connections=200";

/// A server that several databases share.
pub(crate) struct Cluster {
    port: u16,
    directory: PathBuf,
    databases: AtomicU32,
    _keeper: Child,
    _lifeline: ChildStdin,
}

impl Cluster {
    /// The one that the tests share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Cluster> = LazyLock::new(Cluster::start);
        &SHARED
    }

    /// Starts a server. It ends when this value is dropped or the process ends.
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory for the server").keep();
        // Its owner must be able to enter it, which a private directory of another user forbids.
        open_to_all(&directory);
        let port = free_port();
        let mut keeper = Command::new("bash")
            .args(["-c", KEEPER, "keeper"])
            .arg(programs())
            .arg(&directory)
            .arg(port.to_string())
            .arg(OPTIONS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(directory.join("keeper.log")).expect("a log for the keeper"))
            .spawn()
            .expect("bash starts");
        let lifeline = keeper.stdin.take().expect("the keeper listens");
        let mut said = String::new();
        let output = keeper.stdout.take().expect("the keeper speaks");
        BufReader::new(output).read_line(&mut said).expect("the keeper is heard");
        let log = || std::fs::read_to_string(directory.join("keeper.log")).unwrap_or_default();
        assert_eq!(said.trim(), "ready", "PostgreSQL does not start: {}", log());
        Self { port, directory, databases: AtomicU32::new(0), _keeper: keeper, _lifeline: lifeline }
    }

    /// The address of a new, empty database.
    pub(crate) fn database(&self) -> String {
        let name = format!("floor{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut conn = PgConnection::establish(&self.url("postgres")).expect("the server answers");
        diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut conn).expect("a database is made");
        self.url(&name)
    }

    /// Stops the server at once, as pulling its plug would.
    pub(crate) fn stop(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    /// Starts it again on the same data and port.
    pub(crate) fn restart(&self) {
        let options = format!("-p {} -k {} -h 127.0.0.1 -c max_connections=200", self.port, self.directory.display());
        self.control(&["-w", "-t", "60", "-l", &self.directory.join("log").to_string_lossy(), "-o", &options, "start"]);
    }

    fn control(&self, words: &[&str]) {
        let program = programs().join("pg_ctl");
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.arg("-D").arg(self.directory.join("data")).args(words).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().expect("pg_ctl runs").success(), "pg_ctl {words:?}");
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://tradefloor@127.0.0.1:{}/{database}", self.port)
    }
}

fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| {
        let told = Command::new("id").arg("-u").output().expect("id runs");
        told.stdout.starts_with(b"0")
    })
}

fn open_to_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let everybody = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(directory, everybody).expect("the directory opens");
}

/// Where Debian keeps the newest server's programs, which are not on the path.
fn programs() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    versions.sort();
    versions.pop().expect("PostgreSQL is installed under /usr/lib/postgresql (scripts/test installs it)")
}
