//! A PostgreSQL server of the benchmark's own, as durable as it is by default: in a temporary directory, on a port of its
//! own, and gone with the process.

use anyhow::{Context as _, bail};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// What starts it, and stops it when nobody listens any more.
const KEEPER: &str = include_str!("../../tests/it/support/postgres.sh");
/// How it is run: durable, and with room in memory for all that is measured, for either program.
const OPTIONS: &str = "-c max_connections=300 -c shared_buffers=1GB -c max_wal_size=4GB";

/// A running server.
pub(crate) struct Cluster {
    port: u16,
    programs: PathBuf,
    _keeper: Child,
    _lifeline: ChildStdin,
}

impl Cluster {
    /// Starts it.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?.keep();
        // Its owner must be able to enter it.
        std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o755))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let programs = programs()?;
        let mut keeper = Command::new("bash")
            .args(["-c", KEEPER, "keeper"])
            .args([&programs, &directory])
            .args([&port.to_string(), OPTIONS])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let lifeline = keeper.stdin.take().context("the keeper listens")?;
        let mut said = String::new();
        BufReader::new(keeper.stdout.take().context("the keeper speaks")?).read_line(&mut said)?;
        if said.trim() != "ready" {
            bail!("PostgreSQL does not start");
        }
        Ok(Self { port, programs, _keeper: keeper, _lifeline: lifeline })
    }

    /// Makes a database and gives its address.
    pub(crate) fn database(&self, name: &str) -> anyhow::Result<String> {
        self.run("psql", &["-q", "-d", "postgres", "-c", &format!("CREATE DATABASE {name}")])?;
        Ok(format!("postgres://tradefloor@127.0.0.1:{}/{name}", self.port))
    }

    /// Runs one of its own programs against it; what that said.
    pub(crate) fn run(&self, program: &str, words: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(self.programs.join(program));
        command.args(["-h", "127.0.0.1", "-U", "tradefloor", "-p", &self.port.to_string()]).args(words);
        let ended = command.stdin(Stdio::null()).output()?;
        if !ended.status.success() {
            bail!("{program}: {}", String::from_utf8_lossy(&ended.stderr));
        }
        Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
    }
}

/// Where Debian keeps the newest server's programs.
fn programs() -> anyhow::Result<PathBuf> {
    let installed = std::fs::read_dir(Path::new("/usr/lib/postgresql")).into_iter().flatten().flatten();
    installed.map(|version| version.path().join("bin")).max().context("PostgreSQL is installed (scripts/test does it)")
}
