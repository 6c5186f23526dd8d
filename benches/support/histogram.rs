//! Waiting times in buckets whose width is a 32nd of their octave: no memory grows while time is measured.

use std::time::Duration;

/// Steps within each doubling.
const STEPS: u64 = 32;
/// Enough for every number of nanoseconds.
const BUCKETS: usize = 64 * 32;

/// How often each time was seen.
#[derive(Clone)]
pub(crate) struct Histogram {
    counts: Box<[u32]>,
    total: u32,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// Nothing seen yet.
    pub(crate) fn new() -> Self {
        Self { counts: vec![0; BUCKETS].into_boxed_slice(), total: 0 }
    }

    /// Counts one waiting time.
    pub(crate) fn record(&mut self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        if let Some(count) = self.counts.get_mut(bucket(nanoseconds)) {
            *count += 1;
            self.total += 1;
        }
    }

    /// Counts what `other` counted.
    pub(crate) fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
    }

    /// How many times were counted.
    pub(crate) fn total(&self) -> u32 {
        self.total
    }

    /// The time that `share` of all do not exceed, to a 32nd.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        let mut left = f64::from(self.total) * share;
        for (bucket, count) in self.counts.iter().enumerate() {
            left -= f64::from(*count);
            if *count > 0 && left <= 0.0 {
                return Duration::from_nanos(least(bucket + 1));
            }
        }
        Duration::ZERO
    }
}

fn bucket(nanoseconds: u64) -> usize {
    let value = nanoseconds.max(STEPS);
    let octave = u64::from(value.ilog2());
    let step = (value >> (octave - 5)) - STEPS;
    usize::try_from(octave * STEPS + step).unwrap_or(BUCKETS - 1)
}

fn least(bucket: usize) -> u64 {
    let bucket = u64::try_from(bucket).unwrap_or(0);
    let (octave, step) = (bucket / STEPS, bucket % STEPS);
    (STEPS + step).checked_shl(u32::try_from(octave.saturating_sub(5)).unwrap_or(0)).unwrap_or(u64::MAX)
}
