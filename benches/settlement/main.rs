//! How fast orders are settled without a site around them, and where the time goes.
//!
//! Places market buys at a desk over a database file, as durable as the site's, from many tasks at once. Nothing is
//! asserted: `docs/performance.md` says how to read the figures.
#![expect(clippy::float_arithmetic, reason = "figures for people, not money")]
#![expect(clippy::print_stdout, reason = "a benchmark speaks on standard output")]

mod desk;
mod hashing;
mod profile;
mod threads;

use anyhow::Context as _;
use clap::Parser;
use desk::Room;
use std::sync::Arc;
use std::time::{Duration, Instant};
use threads::Processor;
use tokio::task::JoinSet;

/// How the benchmark runs.
#[derive(Debug, Parser)]
struct Arguments {
    /// Rounds for each number of tasks; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Seconds for each round
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Tasks that have an order under way at any time
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64, 256])]
    tasks: Vec<usize>,
    /// Accounts that they trade for
    #[arg(long, default_value_t = 1_000)]
    accounts: usize,
    /// The most orders that share a commit
    #[arg(long, default_value_t = 256)]
    writes_per_commit: usize,
    /// Look with `perf` where the time goes
    #[arg(long)]
    profile: bool,
    /// What `cargo bench` passes
    #[arg(long, hide = true)]
    bench: bool,
}

/// What one round came to.
struct Round {
    rate: f64,
    /// Processor time of the whole process for each order, and of the thread that writes.
    order: (Duration, Duration),
    /// The share of a core that the thread that writes took.
    busy: f64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(&arguments))
}

async fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let seconds = Duration::try_from_secs_f64(arguments.seconds).context("--seconds is a length of time")?;
    let directory = tempfile::tempdir()?;
    let room = Arc::new(Room::open(directory.path(), arguments.accounts, arguments.writes_per_commit).await?);
    println!(
        "settlement alone, {} accounts, at most {} orders in a commit; a hash of an entry takes {:.0?}",
        arguments.accounts,
        arguments.writes_per_commit,
        hashing::time()
    );
    println!("{:>6}{:>12}{:>16}{:>18}{:>16}", "tasks", "a second", "CPU, all", "CPU, writer", "writer busy");
    for tasks in &arguments.tasks {
        let mut rounds = Vec::new();
        for _ in 0..arguments.rounds {
            rounds.push(round(&room, *tasks, seconds).await?);
        }
        let of = |figure: &dyn Fn(&Round) -> f64| middle(rounds.iter().map(figure).collect());
        println!(
            "{tasks:>6}{:>12.0}{:>13.0} µs{:>15.0} µs{:>14.0} %",
            of(&|round| round.rate),
            of(&|round| round.order.0.as_secs_f64() * 1e6),
            of(&|round| round.order.1.as_secs_f64() * 1e6),
            of(&|round| round.busy * 100.0),
        );
    }
    if arguments.profile {
        let tasks = arguments.tasks.last().copied().unwrap_or(1);
        let watched = profile::watch(directory.path(), seconds * 4);
        let (rounds, profile) = tokio::join!(round(&room, tasks, seconds * 5), watched);
        println!("\nwhere the time goes with {tasks} tasks, by samples\n{}", profile?);
        println!("(the thread that writes took {:.0} % of a core meanwhile)", rounds?.busy * 100.0);
    }
    room.close();
    Ok(())
}

async fn round(room: &Arc<Room>, tasks: usize, seconds: Duration) -> anyhow::Result<Round> {
    let before = Processor::now()?;
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for task in 0..tasks {
        let room = Arc::clone(room);
        running.spawn(async move {
            let mut orders = 0_u32;
            while begun.elapsed() < seconds {
                room.buy(task, orders).await?;
                orders += 1;
            }
            anyhow::Ok(orders)
        });
    }
    let mut orders = 0;
    while let Some(ended) = running.join_next().await {
        orders += ended??;
    }
    let (took, used) = (begun.elapsed(), Processor::now()?.since(&before));
    let orders = orders.max(1);
    Ok(Round {
        rate: f64::from(orders) / took.as_secs_f64(),
        order: (used.all / orders, used.writer / orders),
        busy: used.writer.as_secs_f64() / took.as_secs_f64(),
    })
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
