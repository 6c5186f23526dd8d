//! A disk that counts, and that is slow to sync when it is told to: see `slow_disk.c`.

use anyhow::bail;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How many foldings the file keeps.
const KEPT: u64 = 65_536;
/// Bytes of the three numbers before them.
const HEAD: u64 = 24;
/// Bytes of each.
const FOLD: u64 = 16;

/// What a server's disk has done since it was started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    /// Syncs, of whatever file.
    pub(crate) syncs: u64,
    /// Times that the log was folded into the database: checkpoints.
    pub(crate) folds: u64,
}

/// The disk under one server.
#[derive(Debug)]
pub(crate) struct SlowDisk {
    library: PathBuf,
    name: PathBuf,
    file: File,
}

impl SlowDisk {
    /// Makes one, in a directory of its own server.
    pub(crate) fn new(directory: &Path) -> anyhow::Result<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/support/slow_disk.c");
        let (library, name) = (directory.join("slow_disk.so"), directory.join("slow_disk"));
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-o"]).arg(&library).arg(source).arg("-ldl");
        let ended = compiler.output()?;
        if !ended.status.success() {
            bail!("cc: {}", String::from_utf8_lossy(&ended.stderr));
        }
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&name)?;
        file.set_len(HEAD + KEPT * FOLD)?;
        Ok(Self { library, name, file })
    }

    /// Puts what `command` starts on this disk.
    pub(crate) fn under(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library).env("SLOW_DISK", &self.name);
    }

    /// From now on each sync takes so much longer.
    pub(crate) fn delays(&self, by: Duration) -> anyhow::Result<()> {
        let microseconds = u64::try_from(by.as_micros())?;
        Ok(self.file.write_all_at(&microseconds.to_ne_bytes(), 0)?)
    }

    /// What it has done so far.
    pub(crate) fn counted(&self) -> anyhow::Result<Counted> {
        Ok(Counted { syncs: self.number(8)?, folds: self.number(16)? })
    }

    /// From when to when since 1970 the log was folded in, of those foldings that came after the first `seen`.
    pub(crate) fn folds_after(&self, seen: u64) -> anyhow::Result<Vec<(Duration, Duration)>> {
        let all = self.counted()?.folds;
        let moment = |at: u64| Ok::<_, anyhow::Error>(Duration::from_nanos(self.number(at)?));
        let places = (seen.max(all.saturating_sub(KEPT))..all).map(|fold| HEAD + fold % KEPT * FOLD);
        places.map(|place| Ok((moment(place)?, moment(place + 8)?))).collect()
    }

    fn number(&self, at: u64) -> anyhow::Result<u64> {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(u64::from_ne_bytes(bytes))
    }
}
