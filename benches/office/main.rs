//! Whether the lists of the back office stay as quick when their tables grow: the same questions, in every order and with
//! every filter, the first page and a later one, to books with few entries and to books with many.
//!
//! The databases are those of the growth benchmark's kind, made once and kept under `target/`. Nothing is asserted:
//! `docs/performance.md` says how to read the figures.
#![expect(clippy::float_arithmetic, reason = "figures for people, not money")]
#![expect(clippy::print_stdout, reason = "a benchmark speaks on standard output")]

mod staff;

#[path = "../growth/books.rs"]
mod books;
#[path = "../support/client.rs"]
mod client;
#[path = "../support/histogram.rs"]
mod histogram;
#[path = "../growth/insert.rs"]
mod insert;
#[path = "../growth/kept.rs"]
mod kept;
#[path = "../support/load.rs"]
#[expect(dead_code, reason = "other benches use the rest")]
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
#[expect(dead_code, reason = "nobody trades here")]
mod trader;

use anyhow::Context as _;
use books::{ENTRIES_EACH, Plan};
use clap::Parser;
use kept::Kept;
use load::run_together;
use process::Site;
use server::Server;
use staff::Administrator;
use std::path::Path;
use std::time::{Duration, Instant};
use tradefloor::store::browse::{self, By, Table};

/// The slowest that a page may become.
const LIMIT: f64 = 1.5;
/// After how long the back office, which closes by itself, is opened again.
const OPEN_FOR: Duration = Duration::from_mins(5);
/// Somebody whose books are in either database.
const SOMEBODY: &str = "trader-7";

/// How the benchmark runs.
#[derive(Debug, Parser)]
struct Arguments {
    /// Rounds of each question, small and large in turn; the median counts
    #[arg(long, default_value_t = 9)]
    rounds: u32,
    /// Seconds for each question in each round
    #[arg(long, default_value_t = 0.15)]
    seconds: f64,
    /// Entries in the ledger of the small database
    #[arg(long, default_value_t = 10_000)]
    small: usize,
    /// Entries in the ledger of the large database
    #[arg(long, default_value_t = 10_000_000)]
    large: usize,
    /// The tables to ask; those that grow with the ledger unless it is said
    #[arg(long = "table", default_values = ["ledger", "orders"])]
    tables: Vec<String>,
    /// What `cargo bench` passes
    #[arg(long, hide = true)]
    bench: bool,
}

/// A question to both.
struct Question {
    name: String,
    small: String,
    large: String,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure(&arguments))
}

async fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let seconds = Duration::try_from_secs_f64(arguments.seconds).context("--seconds is a length of time")?;
    let binary = Path::new(env!("CARGO_BIN_EXE_tradefloor"));
    let directory = tempfile::tempdir()?;
    let small = serve(binary, directory.path(), arguments.small).await?;
    let large = serve(binary, directory.path(), arguments.large).await?;
    let mut here = Administrator::sign_in(small.address).await?;
    let mut there = Administrator::sign_in(large.address).await?;
    let mut opened = Instant::now();
    for name in &arguments.tables {
        let table = browse::ALL.into_iter().find(|table| table.name == name);
        let table = table.with_context(|| format!("there is no table {name}"))?;
        println!("\n{name}, {} and {} entries in the ledger", arguments.small, arguments.large);
        println!("{:<44}{:>12}{:>12}{:>8}{:>12}", "", "small", "large", "ratio", "CPU's ratio");
        let (mut slow, mut count) = ([0, 0], 0);
        for (name, path) in questions(table) {
            if opened.elapsed() > OPEN_FOR {
                here.open().await?;
                there.open().await?;
                opened = Instant::now();
            }
            for question in pages(name, path, &here, &there).await? {
                let ratios = compare(&question, (&small, &here), (&large, &there), arguments.rounds, seconds).await?;
                count += 1;
                for (slow, ratio) in slow.iter_mut().zip(ratios) {
                    *slow += usize::from(ratio > LIMIT);
                }
            }
        }
        let [longer, dearer] = slow;
        println!("of {count} pages, {longer} take more than {LIMIT} times as long and {dearer} as much processor time");
    }
    Ok(())
}

/// Serves books with so many entries.
async fn serve(binary: &Path, directory: &Path, entries: usize) -> anyhow::Result<Server> {
    let kept = Kept::find(binary, Plan { people: entries / ENTRIES_EACH, others: Vec::new() }).await?;
    staff::appoint(binary, &kept.file)?;
    let home = directory.join(entries.to_string());
    std::fs::create_dir(&home)?;
    let database = kept.file.to_string_lossy().into_owned();
    Site { database: Some(&database), ..Site::new(binary, &home) }.start()
}

/// Every order and every filter of a table, and some together, each with its address.
fn questions(table: &'static Table) -> Vec<(String, String)> {
    let base = format!("/admin/{}", table.name);
    let mut all = vec![(String::new(), base.clone())];
    for column in table.columns.iter().filter(|column| column.is_listed()) {
        for direction in ["asc", "desc"] {
            let query = format!("sort={}&dir={direction}", column.name);
            all.push((query.clone(), format!("{base}?{query}")));
        }
    }
    let mut asked: Vec<String> = table.filters.iter().filter_map(one).collect();
    asked.push("q=trader-7".to_owned());
    asked.push(format!("q={}", "nothing-of-the-kind"));
    for query in asked {
        all.push((query.clone(), format!("{base}?{query}")));
        let sort = table.columns.iter().rfind(|column| column.is_listed()).map_or("", |column| column.name);
        all.push((format!("{query}, sort={sort}"), format!("{base}?{query}&sort={sort}&dir=desc")));
    }
    all
}

/// Something to ask a filter for.
fn one(filter: &browse::Filter) -> Option<String> {
    let value = match (&filter.by, filter.name) {
        (By::Row(_), "account" | "user" | "actor" | "person") => SOMEBODY,
        (By::Row(_), "instrument") => "AAPL",
        (By::Word, "kind" | "side") => "buy",
        (By::Word, "role") => "trader",
        (By::Word, "state") => "filled",
        (By::Flag(..), _) => "yes",
        // Long enough ago for the window to begin in the midst of the table.
        (By::Days, name) => return Some(format!("{name}-to={}", days_ago(10))),
        _ => return None,
    };
    Some(format!("{}={value}", filter.name))
}

fn days_ago(days: i64) -> String {
    let then = tradefloor::clock::Clock.now().micros() - days * 86_400_000_000;
    tradefloor::domain::At::from_micros(then).to_string().chars().take(10).collect()
}

/// The first page of a question, and one that two others come before.
async fn pages(
    name: String,
    path: String,
    here: &Administrator,
    there: &Administrator,
) -> anyhow::Result<Vec<Question>> {
    let first = Question { name: name.clone(), small: path.clone(), large: path.clone() };
    let (mut small, mut large) = (path.clone(), path);
    for _ in 0..2 {
        let next = (next_of(&here.read(&small).await?), next_of(&there.read(&large).await?));
        let (Some(one), Some(other)) = next else { return Ok(vec![first]) };
        (small, large) = (one, other);
    }
    Ok(vec![first, Question { name: format!("{name}, third page"), small, large }])
}

/// The address of the next page.
fn next_of(page: &str) -> Option<String> {
    let (before, _) = page.split_once(r#"" rel="next""#)?;
    let (_, href) = before.rsplit_once(r#"href=""#)?;
    Some(href.replace("&#38;", "&").replace("&amp;", "&"))
}

/// Asks both in turn and prints the medians, what the large one's is of the small one's, and the same of the servers'
/// processor time, which is steadier; the two ratios.
async fn compare(
    question: &Question,
    small: (&Server, &Administrator),
    large: (&Server, &Administrator),
    rounds: u32,
    seconds: Duration,
) -> anyhow::Result<[f64; 2]> {
    let mut turns = [
        Turn {
            server: small.0,
            scripts: vec![small.1.look(&question.small)],
            medians: Vec::new(),
            spent: Spent::default(),
        },
        Turn {
            server: large.0,
            scripts: vec![large.1.look(&question.large)],
            medians: Vec::new(),
            spent: Spent::default(),
        },
    ];
    for round in 0..=rounds {
        for turn in &mut turns {
            let before = turn.server.processor()?;
            let (times, _) = run_together(turn.server.address, &mut turn.scripts, seconds).await?;
            // The first round warms both up.
            if round > 0 {
                turn.medians.push(times.quantile(0.5).as_secs_f64());
                turn.spent.answers += times.total();
                turn.spent.processor += turn.server.processor()?.saturating_sub(before);
            }
        }
    }
    let [one, other] = turns.map(|turn| (middle(turn.medians), turn.spent.each()));
    let ratios = [other.0 / one.0, other.1 / one.1];
    println!(
        "{:<44}{:>9.0} µs{:>9.0} µs{:>8.2}{:>12.2}",
        question.name,
        one.0 * 1e6,
        other.0 * 1e6,
        ratios[0],
        ratios[1]
    );
    Ok(ratios)
}

/// One server's part in a question.
struct Turn<'a> {
    server: &'a Server,
    scripts: Vec<load::Script>,
    medians: Vec<f64>,
    spent: Spent,
}

/// Processor time, and what it went into.
#[derive(Default)]
struct Spent {
    answers: u32,
    processor: Duration,
}

impl Spent {
    /// Seconds for each answer.
    fn each(&self) -> f64 {
        self.processor.as_secs_f64() / f64::from(self.answers.max(1))
    }
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
