//! Programs as child processes on a processor of their own, and what the operating system knows about them.

use crate::Arguments;
use anyhow::{Context as _, bail};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The words before the address in the line that a server is waited for.
const OPEN_AT: &str = "http://";
/// How many instruments the market has.
const INSTRUMENTS: usize = 50;

/// Says where a floor listens, as the site does.
pub(crate) fn announce(address: Option<SocketAddr>) {
    if let Some(address) = address {
        println!("The floor is open at {OPEN_AT}{address} and stays so until it is killed.");
    }
}

/// The processors there are, and how busy they are with other things.
pub(crate) fn machine() -> anyhow::Result<String> {
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load: Vec<_> = load.split(' ').take(3).collect();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(format!("{processors} processors, load average {} before it begins.", load.join(" ")))
}

/// `program` on one processor, with as many open files as it may have.
pub(crate) fn pinned(processor: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", processor, "sh", "-c", "ulimit -n $(ulimit -Hn); exec \"$0\" \"$@\""]).arg(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRADEFLOOR_")) {
        command.env_remove(name);
    }
    command
}

/// A running server. Dropping it kills and reaps it.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// The site, on a market whose instruments all change between two pushes, at `address`. Its log goes to a file in
    /// `directory`.
    pub(crate) fn site(arguments: &Arguments, directory: &Path, address: SocketAddr) -> anyhow::Result<Self> {
        let instruments = directory.join("instruments.csv");
        let lines =
            (0..INSTRUMENTS).map(|number| format!("TF{number:02},Instrument {number},Sector,{}.50\n", 100 + number));
        std::fs::write(&instruments, format!("symbol,name,sector,price\n{}", lines.collect::<String>()))?;
        let mut command = pinned(processor(arguments, 0), Path::new(env!("CARGO_BIN_EXE_tradefloor")));
        command.arg("serve").args(["--password-cost", "4", "--speed", "40"]);
        command.args(["--sockets", "100000", "--sockets-per-address", "100000"]);
        command.arg("--listen").arg(address.to_string());
        command.arg("--instruments").arg(instruments);
        command.arg("--database").arg(directory.join("tradefloor.db"));
        command.stderr(std::fs::OpenOptions::new().create(true).append(true).open(directory.join("log"))?);
        Self::start(&mut command)
    }

    /// A floor that pushes the message in the file `message`.
    pub(crate) fn floor(arguments: &Arguments, part: &str, message: &Path) -> anyhow::Result<Self> {
        let mut command = pinned(processor(arguments, 0), &std::env::current_exe()?);
        Self::start(command.args(["--as", part, "--message"]).arg(message))
    }

    fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output: ChildStdout = child.stdout.take().context("a server's output is piped")?;
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

    /// Processor time used so far, of all threads.
    pub(crate) fn processor(&self) -> anyhow::Result<Duration> {
        let mut nanoseconds = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let run = std::fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
            nanoseconds += run.split(' ').next().and_then(|spent| spent.parse::<u64>().ok()).unwrap_or(0);
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Memory that is its own or its fair share, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<usize> {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or_default();
        Ok(line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<usize>().ok()).unwrap_or(0) * 1_024)
    }

    /// Has it stop as an operator would, and waits until it has.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }
}

/// The processor of the server (0) or of the client (1).
pub(crate) fn processor(arguments: &Arguments, place: usize) -> &str {
    arguments.processors.get(place).map_or("0", String::as_str)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _status = self.child.wait();
    }
}
