//! Durable market buys by a thousand people: beside the floor, and beside the same server made to commit each order by
//! itself; on the disk as it is, and on one whose syncs take longer.

use crate::checkpoints;
use crate::crowd::{buys, gather};
use crate::floor;
use crate::histogram::Histogram;
use crate::load::{Script, run_together};
use crate::process::Site;
use crate::report::{microseconds, middle};
use crate::server::Server;
use crate::slow_disk::SlowDisk;
use std::path::Path;
use std::time::Duration;

/// The people.
const PEOPLE: usize = 1_000;
/// The connections they share.
const CONNECTIONS: usize = 256;
/// What the site is called that commits each order by itself.
const ALONE: &str = "one each";
/// How long each server is warmed up.
const WARM_UP: Duration = Duration::from_millis(500);
/// How much longer a sync takes on the slow disk.
const SLOW: Duration = Duration::from_millis(2);

/// A server, its disk if it has one, and what it is asked.
struct Contender {
    name: &'static str,
    server: Server,
    disk: Option<SlowDisk>,
    scripts: Vec<Script>,
}

/// What one of them came to over all rounds.
struct Outcome {
    times: Histogram,
    rates: Vec<f64>,
    processor: Duration,
    syncs: u64,
}

/// Measures all of it and prints it.
pub(crate) async fn measure(
    binary: &Path,
    beside: Option<&Path>,
    directory: &Path,
    rounds: u32,
    seconds: Duration,
) -> anyhow::Result<()> {
    let mut contenders = gathered(binary, beside, directory).await?;
    for delay in [Duration::ZERO, SLOW] {
        for contender in &mut contenders {
            if let Some(disk) = &contender.disk {
                disk.delays(delay)?;
            }
            run_together(contender.server.address, &mut contender.scripts, WARM_UP).await?;
        }
        let mut outcomes: Vec<Outcome> = contenders.iter().map(|_| Outcome::new()).collect();
        for _ in 0..rounds {
            for (contender, outcome) in contenders.iter_mut().zip(&mut outcomes) {
                outcome.round(contender, seconds).await?;
            }
        }
        println!("\ndurable market buys, {PEOPLE} accounts, {CONNECTIONS} connections{}", told(delay));
        print_all(&contenders, &outcomes);
    }
    for delay in [Duration::ZERO, SLOW] {
        for Contender { name, server, disk, scripts } in &mut contenders {
            let Some(disk) = disk.as_ref().filter(|_| *name != ALONE) else { continue };
            disk.delays(delay)?;
            println!("\nacross checkpoints, the same load on the {name}{}", told(delay));
            println!("{}", checkpoints::measure(server.address, disk, scripts, seconds * rounds * 2).await?);
        }
    }
    Ok(())
}

fn told(delay: Duration) -> String {
    if delay.is_zero() { String::new() } else { format!(", each sync {delay:?} longer") }
}

/// The floor, the site, the site with a commit for each order, and another build if there is one, each with everybody
/// signed up.
async fn gathered(binary: &Path, beside: Option<&Path>, directory: &Path) -> anyhow::Result<Vec<Contender>> {
    let mut contenders = Vec::new();
    let (usual, alone) = ([].as_slice(), ["--writes-per-commit", "1"].as_slice());
    for (name, binary, settings) in
        [("site", Some(binary), usual), (ALONE, Some(binary), alone), ("beside", beside, usual)]
    {
        let Some(binary) = binary else { continue };
        let home = directory.join(name.replace(' ', "-"));
        std::fs::create_dir(&home)?;
        let disk = SlowDisk::new(&home)?;
        let server = Site { settings, disk: Some(&disk), ..Site::new(binary, &home) }.start()?;
        let traders = gather(server.address, PEOPLE).await?;
        if contenders.is_empty() {
            let page = directory.join("page.html");
            std::fs::write(&page, "unused")?;
            let scripts = buys(&traders, "/form", CONNECTIONS);
            contenders.push(Contender { name: "floor", server: floor::start(&page)?, disk: None, scripts });
        }
        contenders.push(Contender { name, server, disk: Some(disk), scripts: buys(&traders, "/trade", CONNECTIONS) });
    }
    Ok(contenders)
}

impl Outcome {
    fn new() -> Self {
        Self { times: Histogram::new(), rates: Vec::new(), processor: Duration::ZERO, syncs: 0 }
    }

    async fn round(&mut self, contender: &mut Contender, seconds: Duration) -> anyhow::Result<()> {
        let syncs = |contender: &Contender| match &contender.disk {
            Some(disk) => Ok(disk.counted()?.syncs),
            None => anyhow::Ok(0),
        };
        let (processor, synced) = (contender.server.processor()?, syncs(contender)?);
        let (times, took) = run_together(contender.server.address, &mut contender.scripts, seconds).await?;
        self.processor += contender.server.processor()?.saturating_sub(processor);
        self.syncs += syncs(contender)? - synced;
        self.rates.push(f64::from(times.total()) / took.as_secs_f64());
        self.times.add(&times);
        Ok(())
    }
}

fn print_all(contenders: &[Contender], outcomes: &[Outcome]) {
    println!(
        "{:<10}{:>10}{:>12}{:>12}{:>12}{:>13}{:>14}{:>10}",
        "", "a second", "median", "99 %", "99.9 %", "server CPU", "orders/sync", "ratio"
    );
    let floor = outcomes.first().map_or(&[][..], |floor| &floor.rates);
    for (Contender { name, .. }, outcome) in contenders.iter().zip(outcomes) {
        let of_floor = middle(outcome.rates.iter().zip(floor).map(|(rate, floor)| rate / floor).collect());
        let orders = f64::from(outcome.times.total());
        let together = match u32::try_from(outcome.syncs) {
            Ok(0) | Err(_) => "-".to_owned(),
            Ok(syncs) => format!("{:.1}", orders / f64::from(syncs)),
        };
        println!(
            "{name:<10}{:>10.0}{:>12}{:>12}{:>12}{:>13}{together:>14}{:>9.1}%",
            middle(outcome.rates.clone()),
            microseconds(outcome.times.quantile(0.5)),
            microseconds(outcome.times.quantile(0.99)),
            microseconds(outcome.times.quantile(0.999)),
            microseconds(outcome.processor / outcome.times.total().max(1)),
            of_floor * 100.0
        );
    }
    if let [_, site, alone, ..] = outcomes {
        let times = site.rates.iter().zip(&alone.rates).map(|(site, alone)| site / alone).collect();
        println!("The site is {:.2} times as fast as with a commit for each order.", middle(times));
    }
}
