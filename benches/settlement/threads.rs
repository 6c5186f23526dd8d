//! Processor time, of this process and of the one thread of it that writes.

use anyhow::Context as _;
use std::path::Path;
use std::time::Duration;

/// What the thread that writes is called, as far as the system remembers names.
pub(crate) const WRITER: &str = "store-writer";

/// Time used so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Processor {
    /// By all threads.
    pub(crate) all: Duration,
    /// By the one that writes.
    pub(crate) writer: Duration,
}

impl Processor {
    /// Until now.
    pub(crate) fn now() -> anyhow::Result<Self> {
        let mut writer = Duration::ZERO;
        for task in std::fs::read_dir("/proc/self/task")? {
            let task = task?.path();
            // A thread that has just ended has nothing to tell.
            if std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == WRITER) {
                writer += ticks(&task.join("stat"))?;
            }
        }
        Ok(Self { all: ticks(Path::new("/proc/self/stat"))?, writer })
    }

    /// What was used after `before`.
    pub(crate) fn since(self, before: &Self) -> Self {
        Self { all: self.all.saturating_sub(before.all), writer: self.writer.saturating_sub(before.writer) }
    }
}

fn ticks(stat: &Path) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(stat)?;
    let (_, fields) = stat.rsplit_once(") ").context("no fields in stat")?;
    let ticks = fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
    // A tick is a hundredth of a second on every Linux that people run.
    Ok(Duration::from_millis(ticks * 10))
}
