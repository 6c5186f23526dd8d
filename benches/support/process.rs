//! Servers as child processes, and what the operating system knows about them.

use crate::slow_disk::SlowDisk;
use anyhow::{Context as _, bail};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running server. Dropping it kills and reaps it.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// The words before the address in the line that a server is waited for.
pub(crate) const OPEN_AT: &str = "http://";

/// A site to be: the binary, where its files go, and what is unlike usual about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    /// The program.
    pub(crate) binary: &'a Path,
    /// Where its log, its key and its database file go.
    pub(crate) directory: &'a Path,
    /// The database, when it is not a file of its own in `directory`.
    pub(crate) database: Option<&'a str>,
    /// Further settings.
    pub(crate) settings: &'a [&'a str],
    /// The disk it is put on.
    pub(crate) disk: Option<&'a SlowDisk>,
}

impl<'a> Site<'a> {
    /// On a database file of its own.
    pub(crate) fn new(binary: &'a Path, directory: &'a Path) -> Self {
        Self { binary, directory, database: None, settings: &[], disk: None }
    }

    /// Starts it, with passwords that cost nothing and as many sign-ups as it takes.
    pub(crate) fn start(self) -> anyhow::Result<Server> {
        let mut command = Command::new(self.binary);
        command.arg("serve").args(["--listen", "127.0.0.1:0", "--password-cost", "4"]);
        command.args(["--tries-per-address", "1000000", "--opening-balance", "1000000"]);
        let own = self.directory.join("tradefloor.db").to_string_lossy().into_owned();
        command.args(["--database", self.database.unwrap_or(&own)]).args(self.settings);
        command.arg("--key-file").arg(self.directory.join("tradefloor.key"));
        command.stderr(std::fs::File::create(self.directory.join("log"))?);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRADEFLOOR_")) {
            command.env_remove(name);
        }
        if let Some(disk) = self.disk {
            disk.under(&mut command);
        }
        Server::start(&mut command)
    }
}

impl Server {
    /// Starts `command` and waits until it says where it listens.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("a server's output is piped")?;
        let mut lines = BufReader::new(output).lines();
        let address = loop {
            let Some(line) = lines.next() else { bail!("a server ended before it was open") };
            let line = line?;
            let Some((_, after)) = line.split_once(OPEN_AT) else { continue };
            break after.split(' ').next().unwrap_or_default().parse()?;
        };
        // The rest is read away, so that a server which has more to say does not wait for a reader.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Ok(Self { child, address })
    }

    /// Processor time used so far.
    pub(crate) fn processor(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, fields) = stat.rsplit_once(") ").context("no fields in stat")?;
        let ticks = fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
        // A tick is a hundredth of a second on every Linux that people run.
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _status = self.child.wait();
    }
}
