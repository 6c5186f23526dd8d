//! A past for a market that has none yet.

use super::AT_ONCE;
use crate::domain::{InstrumentId, Recorded, Timeframe};
use crate::store::{Lock, Store, StoreError, candles};

/// Candles in one write: few enough that orders hardly wait behind it.
const TOGETHER: usize = 2_000;

/// Those of `instruments` of which no day is known, so that a past would contradict nothing.
///
/// # Errors
/// When the store fails.
pub async fn without_history(store: &Store, instruments: &[InstrumentId]) -> Result<Vec<InstrumentId>, StoreError> {
    let mut without = Vec::new();
    for some in instruments.chunks(AT_ONCE) {
        let some = some.to_vec();
        let found: Result<Vec<InstrumentId>, StoreError> = store
            .read(move |conn| {
                let mut without = Vec::new();
                for instrument in some {
                    if !candles::any(conn, instrument, Timeframe::Day)? {
                        without.push(instrument);
                    }
                }
                Ok(without)
            })
            .await;
        without.extend(found?);
    }
    Ok(without)
}

/// Saves a past as it is told, a bounded piece at a time, and returns how many candles that were. To be done before a
/// [`super::Recorder`] starts, so that open spans go on from it. The days of an instrument come last, so that one whose
/// past was broken off is still without.
///
/// # Errors
/// When the store fails; what was saved until then stays, and does no harm when it is saved again.
pub async fn backfill(store: &Store, past: impl Iterator<Item = Recorded>) -> Result<u64, StoreError> {
    let mut saved = 0;
    let mut past = past.peekable();
    while past.peek().is_some() {
        let piece: Vec<Recorded> = past.by_ref().take(TOGETHER).collect();
        saved += u64::try_from(piece.len()).unwrap_or(0);
        let written: Result<(), StoreError> = store.write(Lock::House, move |conn| candles::save(conn, &piece)).await;
        written?;
    }
    Ok(saved)
}
