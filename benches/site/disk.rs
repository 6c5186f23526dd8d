//! What one durable write costs on the disk that the database lies on.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// Writes that are timed.
const WRITES: usize = 100;

/// One sentence with the median of some synced writes in `directory`, and the processors there are.
pub(crate) fn describe(directory: &Path) -> anyhow::Result<String> {
    let mut file = File::create(directory.join("synced"))?;
    let mut times = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let median = times.get(WRITES / 2).copied().unwrap_or(Duration::ZERO);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(format!("{processors} processors; writing 4 KiB and syncing it takes {median:.0?}."))
}
