//! Programs as child processes on a processor of their own, and what the operating system knows about them.

use crate::Arguments;
use crate::server::{OPEN_AT, Server};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

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

/// The site, on a market whose instruments all change between two pushes, at `address`. Its log goes to a file in
/// `directory`.
pub(crate) fn site(arguments: &Arguments, directory: &Path, address: SocketAddr) -> anyhow::Result<Server> {
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
    Server::start(&mut command)
}

/// A floor that pushes the message in the file `message`.
pub(crate) fn floor(arguments: &Arguments, part: &str, message: &Path) -> anyhow::Result<Server> {
    let mut command = pinned(processor(arguments, 0), &std::env::current_exe()?);
    Server::start(command.args(["--as", part, "--message"]).arg(message))
}

/// The processor of the server (0) or of the client (1).
pub(crate) fn processor(arguments: &Arguments, place: usize) -> &str {
    arguments.processors.get(place).map_or("0", String::as_str)
}
