//! What live rates cost, beside the least that any program can do on the same machine.
//!
//! Starts the release binary on 50 instruments that all change with each push, and beside it two floors as processes of
//! their own that push the very bytes of one of its messages as often: a loop that writes them to every connection,
//! and the plainest broadcast with actix-ws. One client loads each in turn, with the server on one processor and
//! itself on another. Nothing is asserted: `docs/performance.md` says how to read the figures.
#![expect(clippy::float_arithmetic, reason = "figures for people, not money")]
#![expect(clippy::print_stdout, reason = "a benchmark speaks on standard output")]

mod client;
mod comparison;
mod crowd;
mod floors;
mod frames;
mod page;
mod process;
mod returning;
#[path = "../support/server.rs"]
#[expect(dead_code, reason = "another bench looks at the process")]
mod server;

use clap::{Parser, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// How the benchmark runs.
#[derive(Debug, Clone, Parser)]
struct Arguments {
    /// Seconds that each load is measured
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Rounds in which the site and the floors are compared; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How many sockets, for each point of the curve; the floors are compared at the last but one
    #[arg(long, value_delimiter = ',', default_value = "100,1000,5000,10000")]
    sockets: Vec<usize>,
    /// Only the parts whose name contains this: floors, curve, symbols, page, restart
    #[arg(long, default_value = "")]
    only: String,
    /// The processors of the server and of the client, as `taskset` takes them
    #[arg(long, value_delimiter = ',', default_value = "0,1")]
    processors: Vec<String>,
    /// What this process is to be instead
    #[arg(long = "as", hide = true, value_name = "PART")]
    part: Option<Part>,
    /// The message that a floor pushes
    #[arg(long, hide = true, value_name = "FILE", default_value = "message")]
    message: PathBuf,
    /// Where a client connects
    #[arg(long, hide = true, default_value = "127.0.0.1:0")]
    address: SocketAddr,
    /// What it asks for there
    #[arg(long, hide = true, default_value = "/rates/live")]
    path: String,
    /// Whether it comes back when it loses its sockets, and after how many milliseconds at the most at first
    #[arg(long, hide = true)]
    back_within: Option<u64>,
    /// What `cargo bench` passes
    #[arg(long, hide = true)]
    bench: bool,
}

/// The parts of the benchmark that run as processes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Raw,
    Plain,
    Client,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match arguments.part {
        Some(Part::Raw) => floors::raw(&arguments.message),
        Some(Part::Plain) => actix_web::rt::System::new().block_on(floors::plain(&arguments.message)),
        Some(Part::Client) => runtime.block_on(client::run(&arguments)),
        None => measure(&arguments),
    }
}

fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let wanted = |part: &str| part.contains(&arguments.only);
    println!("{}", process::machine()?);
    if wanted("floors") {
        comparison::floors(arguments, directory.path())?;
    }
    if wanted("curve") {
        comparison::curve(arguments, directory.path())?;
    }
    if wanted("symbols") {
        comparison::symbols(arguments, directory.path())?;
    }
    if wanted("page") {
        page::measure(arguments, directory.path())?;
    }
    if wanted("restart") {
        returning::measure(arguments, directory.path())?;
    }
    Ok(())
}
