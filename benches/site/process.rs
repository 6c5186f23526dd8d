//! Servers as child processes, and what the operating system knows about them.

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
const OPEN_AT: &str = "http://";

/// Says where the floor listens, as the site does.
pub(crate) fn announce(address: Option<SocketAddr>) {
    if let Some(address) = address {
        println!("The floor is open at {OPEN_AT}{address} and stays so until it is killed.");
    }
}

impl Server {
    /// The site in `binary`, on the database in `directory`, with passwords that cost nothing and as many
    /// sign-ups as it takes. Its log goes to a file there.
    pub(crate) fn site(binary: &Path, directory: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(binary);
        command.arg("serve").args(["--listen", "127.0.0.1:0", "--password-cost", "4", "--no-past"]);
        command.args(["--tries-per-address", "1000", "--opening-balance", "1000000"]);
        command.arg("--database").arg(directory.join("tradefloor.db"));
        command.stderr(std::fs::File::create(directory.join("log"))?);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRADEFLOOR_")) {
            command.env_remove(name);
        }
        Self::start(&mut command)
    }

    /// The floor, with the page in the file `page`.
    pub(crate) fn floor(page: &Path) -> anyhow::Result<Self> {
        Self::start(Command::new(std::env::current_exe()?).arg("--floor").arg(page))
    }

    fn start(command: &mut Command) -> anyhow::Result<Self> {
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

    /// Memory in use, in MiB: all that is mapped in, and this process's fair share of it.
    pub(crate) fn memory(&self) -> anyhow::Result<(u64, u64)> {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let mebibytes = |name: &str| {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
        };
        Ok((mebibytes("Rss:"), mebibytes("Pss:")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _status = self.child.wait();
    }
}
