//! Servers as child processes, and what the operating system knows about them.

use crate::server::Server;
use crate::slow_disk::SlowDisk;
use std::path::Path;
use std::process::Command;

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
        command.arg("serve").args(["--listen", "127.0.0.1:0", "--password-cost", "4", "--no-past"]);
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
