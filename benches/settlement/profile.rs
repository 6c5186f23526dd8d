//! Where the processor time goes, as `perf` samples it.

use crate::threads::WRITER;
use anyhow::{Context as _, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How to have it where it is missing.
const ADVICE: &str = "perf does not run here (Debian: apt-get install linux-perf, and kernel.perf_event_paranoid=1)";

/// Samples this process for `seconds` and sums up whose code it was in.
pub(crate) async fn watch(directory: &Path, seconds: Duration) -> anyhow::Result<String> {
    let samples = directory.join("perf.data");
    tokio::task::spawn_blocking(move || sampled(&samples, seconds)).await?
}

fn sampled(samples: &Path, seconds: Duration) -> anyhow::Result<String> {
    let process = std::process::id().to_string();
    let recorded = Command::new("perf")
        .args(["record", "-q", "-F", "1999", "-e", "cpu-clock", "-p", &process, "-o"])
        .arg(samples)
        .args(["--", "sleep", &seconds.as_secs_f64().to_string()])
        .output();
    let recorded = recorded.context(ADVICE)?;
    if !recorded.status.success() {
        bail!("{ADVICE}: {}", String::from_utf8_lossy(&recorded.stderr));
    }
    let told = Command::new("perf")
        .args(["report", "-i"])
        .arg(samples)
        .args(["--stdio", "-q", "-g", "none", "--percent-limit", "0", "-F", "overhead,comm,dso,sym", "-t", "|"])
        .output()?;
    summed(&String::from_utf8_lossy(&told.stdout))
}

/// The shares of everybody in the thread that writes, and of all other threads together.
fn summed(report: &str) -> anyhow::Result<String> {
    let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
    let mut rest = 0.0;
    for line in report.lines() {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let [overhead, thread, object, symbol, ..] = fields.as_slice() else { continue };
        let Ok(share) = overhead.trim_end_matches('%').parse::<f64>() else { continue };
        if *thread == WRITER {
            *shares.entry(owner(object, symbol)).or_default() += share;
        } else {
            rest += share;
        }
    }
    let writer: f64 = shares.values().sum();
    if writer <= 0.0 {
        bail!("there are no samples of the thread that writes");
    }
    let mut owners: Vec<_> = shares.into_iter().collect();
    owners.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut text = format!("  the thread that writes: {writer:.0} % of all samples; all other threads: {rest:.0} %\n");
    for (owner, share) in owners {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  {owner:<28}{:>5.1} % of that thread", share / writer * 100.0);
    }
    Ok(text.trim_end().to_owned())
}

/// Whose code a sample was in. All C in this program is SQLite, and names of C have no path.
fn owner(object: &str, symbol: &str) -> &'static str {
    let name = symbol.split_once("] ").map_or(symbol, |(_, name)| name);
    match object {
        object if object.contains("kernel") || object.starts_with('[') => "the system (disk, wake-ups)",
        object if object.starts_with("libc") || object.starts_with("libm") => "the C library (memory)",
        _ if name.contains("sha2") || name.contains("sha256") => "hashing",
        _ if name.contains("tradefloor") => "us",
        _ if name.contains("diesel") => "Diesel",
        _ if name.contains("::") || name.starts_with("_R") || name.starts_with('<') || name.starts_with("__rust") => {
            "Rust's library and tokio"
        }
        _ if name.starts_with("0x") => "unknown (built without symbols)",
        _ => "SQLite",
    }
}
