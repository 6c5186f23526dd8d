//! Keeps a feed running: one that fails or panics is run again, after a wait that doubles with each failure.

use super::End;
use super::pace::Pace;
use crate::market::board::Board;
use crate::market::status::Phase;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// The wait after the first failure, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));
/// A feed that ran this long before it failed has recovered from what went before.
const RECOVERED: Duration = Duration::from_mins(2);

/// Runs a feed until it is told to stop or comes to its own end. `run` is called again after each failure, and takes up
/// where it left off.
pub(super) fn supervise(board: &Board, pace: &mut Pace, mut run: impl FnMut(&Board, &mut Pace) -> End) -> Phase {
    let (first, longest) = WAITS;
    let mut wait = first;
    loop {
        let begun = Instant::now();
        // What a panic may have left half done is the feed's own state, which it builds anew, and the board's, whose
        // every change is whole.
        let problem = match catch_unwind(AssertUnwindSafe(|| run(board, pace))) {
            Ok(End::Told) => return Phase::Stopped,
            Ok(End::Over) => return Phase::Ended,
            Ok(End::Failed(problem)) => problem,
            Err(payload) => format!("it panicked: {}", words(payload.as_ref())),
        };
        if begun.elapsed() >= RECOVERED {
            wait = first;
        }
        board.fail(&problem);
        tracing::error!(%problem, "the market's feed failed and begins again in {} s", wait.as_secs());
        if pace.rest(wait).is_err() {
            return Phase::Stopped;
        }
        tracing::info!("the market's feed begins again");
        wait = (wait * 2).min(longest);
    }
}

/// What a panic said.
fn words(payload: &(dyn Any + Send)) -> &str {
    let said = payload.downcast_ref::<&str>().copied();
    said.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

#[cfg(test)]
#[path = "supervisor_tests.rs"]
mod tests;
