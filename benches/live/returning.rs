//! Everybody comes back after a restart.

use crate::Arguments;
use crate::comparison::{anywhere, number};
use crate::crowd::Crowd;
use crate::process;
use std::path::Path;
use std::time::Instant;

/// How long everybody may take.
const PATIENCE: u64 = 120;

/// Restarts the site under its sockets, whose clients come back after a random wait or all at once.
pub(crate) fn measure(arguments: &Arguments, directory: &Path) -> anyhow::Result<()> {
    let count = arguments.sockets.last().copied().unwrap_or(1);
    println!(
        "\n{count} clients return after a restart\n{:<34}{:>8}{:>10}{:>10}{:>10}{:>12}",
        "", "stop", "back", "within", "refused", "server CPU"
    );
    for (name, wait) in [("after a random wait, as documented", 1_000), ("all at once", 0)] {
        let site = process::site(arguments, directory, anywhere())?;
        let address = site.address;
        let mut crowd = Crowd::come(arguments, address, "/rates/live", count, Some(wait))?;
        let first = crowd.gather(PATIENCE)?;
        anyhow::ensure!(first.there == count, "of {count} clients {} came", first.there);
        let begun = Instant::now();
        site.stop()?;
        let stopped = begun.elapsed();
        let site = process::site(arguments, directory, address)?;
        let back = crowd.gather(PATIENCE)?;
        println!(
            "{name:<34}{:>6.1} s{:>10}{:>8.1} s{:>10}{:>10.1} s",
            stopped.as_secs_f64(),
            back.there,
            number(back.after) / 1e3,
            back.refused.saturating_sub(first.refused),
            site.processor()?.as_secs_f64(),
        );
    }
    Ok(())
}
