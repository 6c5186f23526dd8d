//! Whether answers wait when the log of writes is folded into the database file.

use crate::load::{Script, run};
use crate::slow_disk::SlowDisk;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tradefloor::clock::Clock;

/// Puts the load on the server for `seconds`, and sets the answers that were waited for while a checkpoint went on beside
/// all others.
pub(crate) async fn measure(
    address: SocketAddr,
    disk: &SlowDisk,
    scripts: &mut Vec<Script>,
    seconds: Duration,
) -> anyhow::Result<String> {
    let (seen, begun) = (disk.counted()?.folds, Instant::now());
    let moment = Duration::from_micros(u64::try_from(Clock.now().micros())?);
    let (each, _) = run::<Vec<(Instant, Instant)>>(address, scripts, seconds).await?;
    let since = |at: Duration| at.saturating_sub(moment);
    let folds: Vec<(Duration, Duration)> =
        disk.folds_after(seen)?.into_iter().map(|(begin, end)| (since(begin), since(end))).collect();
    let (mut across, mut apart) = (Vec::new(), Vec::new());
    for (sent, received) in each.into_iter().flatten() {
        let (sent, received) = (sent - begun, received - begun);
        // The first that ends after it was sent is the only one that can be the first it meets.
        let next = folds.partition_point(|(_, end)| *end < sent);
        let met = folds.get(next).is_some_and(|(begin, _)| *begin <= received);
        let times = if met { &mut across } else { &mut apart };
        times.push(received.saturating_sub(sent));
    }
    let lengths = folds.iter().map(|(begin, end)| end.saturating_sub(*begin)).collect();
    let mut text = format!("{} checkpoints in {seconds:.0?}\n", folds.len());
    let rows = [("checkpoints", lengths), ("answers across one", across), ("all other answers", apart)];
    // Writing to a `String` cannot fail.
    let _ = writeln!(text, "{:<20}{:>9}{:>12}{:>12}{:>12}{:>12}", "", "number", "median", "99 %", "99.9 %", "longest");
    for (name, mut times) in rows {
        times.sort_unstable();
        let _ = write!(text, "{name:<20}{:>9}", times.len());
        for share in [500, 990, 999, 1_000] {
            let place = (times.len() * share / 1_000).min(times.len().saturating_sub(1));
            let time = times.get(place).copied().unwrap_or_default();
            let _ = write!(text, "{:>9.2} ms", time.as_secs_f64() * 1e3);
        }
        text.push('\n');
    }
    Ok(text.trim_end().to_owned())
}
