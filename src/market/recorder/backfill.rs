//! A past for a market that has none yet.

use super::AT_ONCE;
use crate::domain::{InstrumentId, Recorded, Timeframe};
use crate::store::{Lock, Store, StoreError, candles};

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

/// Saves the past of an instrument, all of it or nothing, and returns how many candles that are. To be done before a
/// [`super::Recorder`] starts and before anybody waits for other writes, so that open spans go on from it.
///
/// # Errors
/// When the store fails.
pub async fn backfill(store: &Store, past: Vec<Recorded>) -> Result<usize, StoreError> {
    let saved = past.len();
    store.write(Lock::House, move |conn| candles::save(conn, &past)).await.map(|()| saved)
}
