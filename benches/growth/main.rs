//! Whether the site stays as quick when its books grow: the same questions to a database with few entries and to one with
//! many, and for an account with many fills and one with few.
//!
//! The databases are made once, in bulk, and kept under `target/`. Nothing is asserted: `docs/performance.md` says how to
//! read the figures.
#![expect(clippy::float_arithmetic, reason = "figures for people, not money")]
#![expect(clippy::print_stdout, reason = "a benchmark speaks on standard output")]

mod books;
mod insert;
mod kept;

#[path = "../support/client.rs"]
mod client;
#[path = "../support/histogram.rs"]
mod histogram;
#[path = "../support/load.rs"]
mod load;
#[path = "../support/process.rs"]
mod process;
#[path = "../support/server.rs"]
#[expect(dead_code, reason = "another bench looks at memory")]
mod server;
#[path = "../support/slow_disk.rs"]
#[expect(dead_code, reason = "the disk is left as it is here")]
mod slow_disk;
#[path = "../support/trader.rs"]
#[expect(dead_code, reason = "another bench signs people up")]
mod trader;

use anyhow::Context as _;
use books::{ENTRIES_EACH, Plan};
use clap::Parser;
use kept::Kept;
use load::{Script, run_together};
use process::Site;
use server::Server;
use std::path::Path;
use std::time::Duration;
use trader::Trader;

/// How long each load is warmed up.
const WARM_UP: Duration = Duration::from_millis(500);
/// People who take turns on either database, and those who do on the large one beside them.
const FEW: usize = 10;
const MANY: usize = 500;
/// More fills than one page shows.
const FULL_PAGE: usize = 100;

/// How the benchmark runs.
#[derive(Debug, Parser)]
struct Arguments {
    /// Rounds of each load; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Seconds for each server in each round
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Entries in the ledger of the small database
    #[arg(long, default_value_t = 10_000)]
    small: usize,
    /// Entries in the ledger of the large database
    #[arg(long, default_value_t = 10_000_000)]
    large: usize,
    /// Fills of the account that has many; one with ten and one with a hundred are set beside it
    #[arg(long, default_value_t = 100_000)]
    fills: usize,
    /// What `cargo bench` passes
    #[arg(long, hide = true)]
    bench: bool,
}

/// Somebody's questions to a server, one at a time.
struct Turn<'a> {
    name: &'a str,
    server: &'a Server,
    scripts: Vec<Script>,
}

/// What somebody asks.
type Question<'a> = &'a dyn Fn(&Trader) -> Script;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure(&arguments))
}

async fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let seconds = Duration::try_from_secs_f64(arguments.seconds).context("--seconds is a length of time")?;
    let binary = Path::new(env!("CARGO_BIN_EXE_tradefloor"));
    let others = vec![arguments.fills + 1, 11, FULL_PAGE + 1];
    let busy = arguments.large.saturating_sub(others.iter().sum()) / ENTRIES_EACH + 1;
    let (quiet, usual) = (busy + 1, busy + 2);
    let small = Kept::find(binary, Plan { people: arguments.small / ENTRIES_EACH, others: Vec::new() }).await?;
    let large = Kept::find(binary, Plan { people: busy - 1, others }).await?;
    let directory = tempfile::tempdir()?;
    let serve = |kept: &Kept, name: &str| {
        let home = directory.path().join(name);
        std::fs::create_dir(&home)?;
        let database = kept.file.to_string_lossy().into_owned();
        Site { database: Some(&database), ..Site::new(binary, &home) }.start()
    };
    let (small, large) = (serve(&small, "small")?, serve(&large, "large")?);
    let few_here = entered(&small, (1..=arguments.small / ENTRIES_EACH).take(FEW)).await?;
    let step = |number: usize| ((busy - 1) / number).max(1);
    let few = entered(&large, (1..busy).step_by(step(FEW)).take(FEW)).await?;
    let many = entered(&large, (1..busy).step_by(step(MANY)).take(MANY)).await?;
    let alone = async |number| entered(&large, std::iter::once(number)).await;
    let (busy, quiet, usual) = (alone(busy).await?, alone(quiet).await?, alone(usual).await?);
    let page = |path: &'static str| move |trader: &Trader| trader.look(path, false);
    let questions: [(&str, Question<'_>); 3] = [
        ("portfolio page", &page("/portfolio")),
        ("wallet's newest page", &page("/wallet")),
        ("one buy", &|trader| trader.buy("/trade")),
    ];
    for (name, ask) in questions {
        let turns = vec![
            Turn { name: "small", server: &small, scripts: in_turn(&few_here, ask) },
            Turn { name: "large", server: &large, scripts: in_turn(&few, ask) },
            Turn { name: "large, many people", server: &large, scripts: in_turn(&many, ask) },
        ];
        println!("\n{name}, {} and {} entries in the ledger", arguments.small, arguments.large);
        compare(turns, arguments.rounds, seconds).await?;
    }
    // The last is of something that nobody here has ever traded.
    for path in ["/portfolio", "/history", "/wallet", "/history?symbol=COST"] {
        let turns = vec![
            Turn { name: "10 fills", server: &large, scripts: in_turn(&quiet, &page(path)) },
            Turn { name: "100 fills", server: &large, scripts: in_turn(&usual, &page(path)) },
            Turn { name: "many fills", server: &large, scripts: in_turn(&busy, &page(path)) },
        ];
        println!("\n{path} of accounts with 10, {FULL_PAGE} and {} fills", arguments.fills);
        compare(turns, arguments.rounds, seconds).await?;
    }
    Ok(())
}

/// The people with these numbers, signed in.
async fn entered(server: &Server, numbers: impl Iterator<Item = usize>) -> anyhow::Result<Vec<Trader>> {
    let mut people = Vec::new();
    for number in numbers {
        people.push(Trader::sign_in(server.address, &books::name(number)).await?);
    }
    Ok(people)
}

/// What everybody asks, in turn, over one connection.
fn in_turn(people: &[Trader], ask: Question<'_>) -> Vec<Script> {
    people.iter().map(ask).reduce(Script::and).into_iter().collect()
}

/// Has them take turns in each round, and prints the medians and what they are of the first one's.
async fn compare(mut turns: Vec<Turn<'_>>, rounds: u32, seconds: Duration) -> anyhow::Result<()> {
    for turn in &mut turns {
        run_together(turn.server.address, &mut turn.scripts, WARM_UP).await?;
    }
    let mut figures = vec![[const { Vec::new() }; 5]; turns.len()];
    for _ in 0..rounds {
        let mut first = None;
        for (turn, figures) in turns.iter_mut().zip(&mut figures) {
            let before = turn.server.processor()?;
            let (times, _) = run_together(turn.server.address, &mut turn.scripts, seconds).await?;
            let processor = turn.server.processor()?.saturating_sub(before) / times.total().max(1);
            let (median, slow, processor) =
                (times.quantile(0.5).as_secs_f64(), times.quantile(0.99).as_secs_f64(), processor.as_secs_f64());
            let (first_median, first_processor) = *first.get_or_insert((median, processor));
            let found = [median, slow, processor, median / first_median, processor / first_processor];
            figures.iter_mut().zip(found).for_each(|(all, found)| all.push(found));
        }
    }
    println!("{:<20}{:>11}{:>11}{:>13}{:>10}{:>12}", "", "median", "99 %", "server CPU", "ratio", "CPU's ratio");
    for (turn, figures) in turns.iter().zip(figures) {
        let [median, slow, processor, ratio, of_processor] = figures.map(middle);
        let [median, slow, processor] = [median, slow, processor].map(|seconds| seconds * 1e6);
        let name = turn.name;
        println!("{name:<20}{median:>8.0} µs{slow:>8.0} µs{processor:>10.0} µs{ratio:>10.2}{of_processor:>12.2}");
    }
    Ok(())
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
