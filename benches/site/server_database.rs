//! The same buys on a PostgreSQL server, beside the read-write script that PostgreSQL brings along for measuring itself
//! (`pgbench`, TPC-B), on the same server and over as many connections to it.

use crate::crowd::{buys, gather};
use crate::load::run_together;
use crate::postgres::Cluster;
use crate::process::Site;
use crate::report::{microseconds, middle};
use anyhow::Context as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The people, and the connections over which they reach the site.
const PEOPLE: usize = 1_000;
const VISITS: usize = 256;
/// Connections to the server, for either.
const CONNECTIONS: [u32; 2] = [8, 32];
/// Branches in TPC-B, each with ten tellers and 100,000 accounts: more than connections, so that its transactions seldom
/// wait for one another, as buys of a thousand people seldom do.
const BRANCHES: u32 = 100;
/// How long either is warmed up.
const WARM_UP: Duration = Duration::from_secs(1);

/// Measures both in turn and prints it.
pub(crate) async fn measure(binary: &Path, directory: &Path, rounds: u32, seconds: Duration) -> anyhow::Result<()> {
    let cluster = Arc::new(Cluster::start()?);
    cluster.database("tpcb")?;
    cluster.run("pgbench", &["-q", "-i", "-s", &BRANCHES.to_string(), "tpcb"])?;
    for connections in CONNECTIONS {
        let home = directory.join(format!("server-{connections}"));
        std::fs::create_dir(&home)?;
        let url = cluster.database(&format!("floor{connections}"))?;
        let writers = connections.to_string();
        let settings = ["--writers", &writers];
        let server = Site { database: Some(&url), settings: &settings, ..Site::new(binary, &home) }.start()?;
        let traders = gather(server.address, PEOPLE).await?;
        let mut scripts = buys(&traders, "/trade", VISITS);
        run_together(server.address, &mut scripts, WARM_UP).await?;
        pgbench(&cluster, connections, WARM_UP).await?;
        let (mut ours, mut theirs, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let (answers, took) = run_together(server.address, &mut scripts, seconds).await?;
            ours.push(f64::from(answers.total()) / took.as_secs_f64());
            times.push((answers.quantile(0.5), answers.quantile(0.99)));
            theirs.push(pgbench(&cluster, connections, seconds).await?);
        }
        times.sort_unstable();
        let (median, slow) = times.get(times.len() / 2).copied().unwrap_or_default();
        println!(
            "\ndurable market buys on PostgreSQL, {PEOPLE} accounts, {VISITS} connections to the site, {connections} to the server"
        );
        println!("{:<10}{:>10}{:>12}{:>12}", "", "a second", "median", "99 %");
        println!("{:<10}{:>10.0}{:>12}{:>12}", "site", middle(ours.clone()), microseconds(median), microseconds(slow));
        println!("{:<10}{:>10.0}   (TPC-B, {BRANCHES} branches)", "pgbench", middle(theirs.clone()));
        let ratio = middle(ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect());
        println!("The site makes {ratio:.2} times as many durable trades as pgbench makes transactions.");
    }
    Ok(())
}

/// Transactions a second.
async fn pgbench(cluster: &Arc<Cluster>, connections: u32, seconds: Duration) -> anyhow::Result<f64> {
    let (cluster, clients) = (Arc::clone(cluster), connections.to_string());
    let seconds = seconds.as_secs().max(1).to_string();
    let run =
        move || cluster.run("pgbench", &["-n", "-M", "prepared", "-c", &clients, "-j", "2", "-T", &seconds, "tpcb"]);
    let said = tokio::task::spawn_blocking(run).await??;
    let (_, after) = said.split_once("tps = ").context("pgbench counts")?;
    Ok(after.split(' ').next().unwrap_or_default().parse()?)
}
