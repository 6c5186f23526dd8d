//! From the command to the first page on a database that exists, and what an idle site takes.

use crate::client::Connection;
use crate::memory;
use crate::process::Site;
use crate::trader::Trader;
use std::path::Path;
use std::time::{Duration, Instant};

/// Starts that are timed.
const STARTS: usize = 7;
/// How long a site is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(3);

/// Two sentences.
pub(crate) async fn measure(binary: &Path, directory: &Path) -> anyhow::Result<String> {
    let directory = directory.join("start");
    std::fs::create_dir(&directory)?;
    let first = Site::new(binary, &directory).start()?;
    Trader::register(first.address, "starter").await?;
    drop(first);
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let begun = Instant::now();
        let site = Site::new(binary, &directory).start()?;
        let mut connection = Connection::open(site.address).await?;
        connection.exchange(b"GET / HTTP/1.1\r\nHost: floor\r\n\r\n").await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let median = times.get(STARTS / 2).copied().unwrap_or_default();
    let site = Site::new(binary, &directory).start()?;
    tokio::time::sleep(IDLE).await;
    let (resident, share) = memory::of(site.id())?;
    Ok(format!("Start to first page: {median:.0?}. Idle memory: {resident} MiB resident, {share} MiB proportional."))
}
