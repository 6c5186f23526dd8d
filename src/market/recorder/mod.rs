//! The recorder: brings the candles that the board folds to the store, and looks after them there.
//!
//! It is the one part of the market that knows the store. Every few seconds it collects the candles that closed and
//! the open ones that changed, and saves them in a few writes; a span is saved again as long as it changes. Until a
//! write is answered, what it holds is tried again and the board keeps what comes after, so that a store which is busy
//! or away costs nothing but time, up to the board's bound.

mod backfill;
mod import;
mod retention;

pub use backfill::{backfill, without_history};
pub use import::{ImportError, Imported, Watch, import};
pub use retention::{Retention, sweep};

use super::board::Board;
use super::candles::Collected;
use super::status::FeedName;
use crate::domain::{At, InstrumentId, Recorded, Timeframe};
use crate::store::{Lock, Store, StoreError, candles};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often candles are saved unless somebody chooses otherwise; a market that is not closed in order loses the
/// trades of this time from its candles.
pub const SAVE_EVERY: Duration = Duration::from_secs(5);
/// How soon it is looked whether the market has begun.
const SOON: Duration = Duration::from_millis(50);
/// Candles in one write: few enough that orders hardly wait behind it.
const TOGETHER: usize = 1_000;
/// Instruments looked up in one read.
const AT_ONCE: usize = 250;

/// A running recorder.
#[derive(Debug)]
pub struct Recorder {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Recorder {
    /// Starts to save what `board` folds, every `every`, on the current runtime.
    #[must_use]
    pub fn start(store: Store, board: Arc<Board>, every: Duration) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(Saving::new(store, board).run(every, stop.clone()));
        Self { stop, task }
    }

    /// Saves what there is and ends. To be called when the feed has stopped and the store has not.
    pub async fn close(self) {
        self.stop.cancel();
        if self.task.await.is_err() {
            tracing::error!("the recorder panicked");
        }
    }
}

struct Saving {
    store: Store,
    board: Arc<Board>,
    /// Whether candles go on from those that were saved before.
    resumed: bool,
    /// What was collected and is not saved yet, in writes; nothing further is collected meanwhile.
    waiting: VecDeque<Arc<[Recorded]>>,
    failing: bool,
}

impl Saving {
    fn new(store: Store, board: Arc<Board>) -> Self {
        // A recording begins again from its beginning, and its spans with it.
        let resumed = board.status().name == FeedName::Replay;
        Self { store, board, resumed, waiting: VecDeque::new(), failing: false }
    }

    async fn run(mut self, every: Duration, stop: CancellationToken) {
        loop {
            // Whoever looks at an open candle should see what was recorded of it as soon as may be.
            let pause = if self.resumed { every } else { every.min(SOON) };
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep(pause.max(Duration::from_millis(1))) => {}
            }
            self.turn().await;
        }
        // Once for what waited, once for what came meanwhile.
        self.turn().await;
        self.turn().await;
        if !self.waiting.is_empty() {
            tracing::error!("the newest candles could not be saved");
        }
    }

    async fn turn(&mut self) {
        match self.save().await {
            Ok(()) if self.failing => {
                self.failing = false;
                tracing::info!("candles are saved again");
            }
            Ok(()) => {}
            Err(error) if self.failing => tracing::debug!(%error, "candles were not saved"),
            Err(error) => {
                self.failing = true;
                tracing::warn!(%error, "candles were not saved; they are kept and tried again");
            }
        }
    }

    async fn save(&mut self) -> Result<(), StoreError> {
        if !self.resumed {
            let Some(now) = self.board.market_time() else { return Ok(()) };
            self.board.resume(&latest(&self.store, &self.board, now).await?);
            self.resumed = true;
        }
        if self.waiting.is_empty() {
            let Collected { candles, lost } = self.board.collect();
            if lost > 0 {
                tracing::error!(lost, "more candles closed than could be kept; the oldest are lost");
            }
            self.waiting = writes(candles);
        }
        while let Some(write) = self.waiting.front().cloned() {
            let saved: Result<(), StoreError> =
                self.store.write(Lock::House, move |conn| candles::save(conn, &write)).await;
            match saved {
                Ok(()) => {}
                Err(error @ (StoreError::Busy | StoreError::Unavailable | StoreError::Unconfirmed)) => {
                    return Err(error);
                }
                // Trying again would only be refused again, and nothing after it would ever be saved.
                Err(error) => tracing::error!(%error, "candles were refused and are lost"),
            }
            self.waiting.pop_front();
        }
        Ok(())
    }
}

/// What was collected as writes of bounded size, in order of instrument, each span once, as it was last.
fn writes(collected: Vec<Recorded>) -> VecDeque<Arc<[Recorded]>> {
    let keyed = collected.into_iter().map(|one| ((one.instrument, one.timeframe, one.candle.start), one));
    let spans: Vec<Recorded> = keyed.collect::<BTreeMap<_, _>>().into_values().collect();
    let mut writes: VecDeque<Vec<Recorded>> = VecDeque::new();
    // What one instrument did stays together, so that its timeframes agree whenever the power fails.
    for one in spans.chunk_by(|one, next| one.instrument == next.instrument) {
        match writes.back_mut() {
            Some(write) if write.len() + one.len() <= TOGETHER => write.extend_from_slice(one),
            _ => writes.push_back(one.to_vec()),
        }
    }
    writes.into_iter().map(Arc::from).collect()
}

/// The newest saved candle of each instrument in each timeframe, when it is of a span that may be the current one.
async fn latest(store: &Store, board: &Board, now: At) -> Result<Vec<Recorded>, StoreError> {
    let ids: Vec<InstrumentId> = board.roster().all().iter().map(|traded| traded.instrument.id).collect();
    let mut latest = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let some = some.to_vec();
        let found: Result<Vec<Recorded>, StoreError> = store.read(move |conn| newest(conn, &some)).await;
        latest.extend(found?.into_iter().filter(|one| one.candle.start <= now));
    }
    Ok(latest)
}

/// What was recorded of the spans that an instrument is in the middle of.
#[derive(Debug)]
pub struct OpenSpans {
    recorded: Vec<Recorded>,
    /// Whole shares traded so far on the present day.
    pub volume: i64,
}

/// Looks up what was recorded of an instrument's present spans, for a market that is about to trade it.
///
/// # Errors
/// When the store fails.
pub async fn open_spans(store: &Store, board: &Board, instrument: InstrumentId) -> Result<OpenSpans, StoreError> {
    let Some(now) = board.market_time() else { return Ok(OpenSpans { recorded: Vec::new(), volume: 0 }) };
    let found: Result<Vec<Recorded>, StoreError> = store.read(move |conn| newest(conn, &[instrument])).await;
    let mut recorded = found?;
    recorded.retain(|one| one.candle.start <= now);
    let today = Timeframe::Day.start(now, board.day_of(now));
    let days = recorded.iter().filter(|one| one.timeframe == Timeframe::Day && one.candle.start == today);
    let volume = days.map(|day| day.candle.volume).sum();
    Ok(OpenSpans { recorded, volume })
}

impl OpenSpans {
    /// Lets the candles that `board` makes go on from them.
    pub fn go_on(&self, board: &Board) {
        board.resume(&self.recorded);
    }
}

fn newest(conn: &mut crate::store::Conn, instruments: &[InstrumentId]) -> Result<Vec<Recorded>, StoreError> {
    let end = At::from_micros(i64::MAX);
    let mut found = Vec::new();
    for instrument in instruments.iter().copied() {
        for timeframe in Timeframe::ALL {
            let newest = candles::newest(conn, instrument, timeframe, end, 1)?;
            found.extend(newest.into_iter().map(|candle| Recorded { instrument, timeframe, candle }));
        }
    }
    Ok(found)
}
