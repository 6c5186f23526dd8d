//! How long a batch of writes grows.
//!
//! Whoever is in a batch waits for the rest of it, and the threads that answer them have nothing to do meanwhile; but each
//! commit waits for the disk. So a batch goes on for about as long as its commit will take, and hands over then.

use std::time::{Duration, Instant};

/// For how long any batch may go on while others wait. With less, what each commit costs besides its pages is felt.
const SHORTEST: Duration = Duration::from_micros(1_500);

/// The pace of one thread that writes.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// How long its latest commit took.
    commit: Duration,
}

impl Pace {
    /// Until when a batch that begins now takes in who waits: for as long as a commit takes, or a while.
    pub(super) fn end_of_batch(&self) -> Instant {
        Instant::now() + SHORTEST.max(self.commit)
    }

    /// Runs `commit`, and notes how long it took.
    pub(super) fn timed<T>(&mut self, commit: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let committed = commit();
        self.commit = began.elapsed();
        committed
    }
}

#[cfg(test)]
mod tests {
    use super::{Pace, SHORTEST};
    use std::time::Instant;

    #[test]
    fn a_batch_goes_on_longer_where_commits_take_long() {
        let mut pace = Pace::default();
        let slow = SHORTEST * 3;
        pace.timed(|| std::thread::sleep(slow));
        let began = Instant::now();
        assert!(pace.end_of_batch() >= began + slow);
    }

    #[test]
    fn a_batch_goes_on_for_a_while_however_fast_commits_are() {
        let mut pace = Pace::default();
        pace.timed(|| ());
        let began = Instant::now();
        assert!(pace.end_of_batch() >= began + SHORTEST);
    }
}
