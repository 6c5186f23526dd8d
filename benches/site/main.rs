//! How fast the real site is, beside the least that the same web framework can do on the same machine.
//!
//! Starts the release binary on a database file in a temporary directory, and a bare actix-web server as a
//! second process with as many threads. Both get the same load from the same client in alternating rounds;
//! what is printed is the median of the rounds and the ratio. Nothing is asserted: `docs/performance.md` says how
//! to read the figures.
#![expect(clippy::float_arithmetic, reason = "figures for people, not money")]
#![expect(clippy::print_stdout, reason = "a benchmark speaks on standard output")]

mod checkpoints;
mod commits;
mod disk;
mod floor;
mod kind;
mod memory;
mod report;
mod server_database;
mod setting;
mod start;

#[path = "../support/client.rs"]
mod client;
#[path = "../support/crowd.rs"]
mod crowd;
#[path = "../support/histogram.rs"]
mod histogram;
#[path = "../support/load.rs"]
mod load;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/process.rs"]
mod process;
#[path = "../support/server.rs"]
#[expect(dead_code, reason = "another bench looks at memory and stops servers")]
mod server;
#[path = "../support/slow_disk.rs"]
mod slow_disk;
#[path = "../support/trader.rs"]
#[expect(dead_code, reason = "another bench signs in")]
mod trader;

use anyhow::Context as _;
use clap::Parser;
use std::path::PathBuf;
use std::time::Duration;

/// How the benchmark runs.
#[derive(Debug, Parser)]
struct Arguments {
    /// Rounds of each load; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Seconds that each server is under load in each round
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Only the loads whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// Another build of the server, measured in the same rounds
    #[arg(long, value_name = "FILE")]
    beside: Option<PathBuf>,
    /// Answer as the floor does, with the page in this file
    #[arg(long, hide = true, value_name = "FILE")]
    floor: Option<PathBuf>,
    /// What `cargo bench` passes
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Some(page) = &arguments.floor {
        return runtime.block_on(floor::serve(page));
    }
    let patience = Duration::try_from_secs_f64(arguments.seconds).context("--seconds is a length of time")?;
    runtime.block_on(compare(&arguments, patience))
}

async fn compare(arguments: &Arguments, seconds: Duration) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    println!("{}", disk::describe(directory.path())?);
    let site = PathBuf::from(env!("CARGO_BIN_EXE_tradefloor"));
    if "start".contains(&arguments.only) {
        println!("{}", start::measure(&site, directory.path()).await?);
    }
    if "commits".contains(&arguments.only) {
        commits::measure(&site, arguments.beside.as_deref(), directory.path(), arguments.rounds, seconds).await?;
    }
    if "postgres".contains(&arguments.only) {
        server_database::measure(&site, directory.path(), arguments.rounds, seconds).await?;
    }
    if kind::ALL.iter().all(|load| !load.name.contains(&arguments.only)) {
        return Ok(());
    }
    let setting = setting::Setting::build(&site, arguments.beside.as_deref(), directory.path()).await?;
    for load in kind::ALL.iter().filter(|load| load.name.contains(&arguments.only)) {
        for connections in [1, 64] {
            let rounds = setting.measure(load, connections, arguments.rounds, seconds).await?;
            println!("{}", report::table(load.name, connections, &rounds));
        }
    }
    println!("{}", setting.memory()?);
    Ok(())
}
