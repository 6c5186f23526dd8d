//! How long candles are kept.

use crate::domain::{At, InstrumentId, Timeframe};
use crate::store::{Conn, Lock, Store, StoreError, candles, instruments};
use std::time::Duration;

/// Candles that one write forgets at the most: few enough that orders hardly wait behind it.
const TOGETHER: i64 = 2_000;
/// Instruments that one read looks through.
const AT_ONCE: usize = 100;
const DAY: Duration = Duration::from_hours(24);

/// How long candles of each timeframe are kept; nothing stands for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Those of a minute.
    pub minutes: Option<Duration>,
    /// Those of five minutes.
    pub five_minutes: Option<Duration>,
    /// Those of an hour.
    pub hours: Option<Duration>,
    /// Those of a day.
    pub days: Option<Duration>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            minutes: Some(DAY.saturating_mul(30)),
            five_minutes: Some(DAY.saturating_mul(90)),
            hours: Some(DAY.saturating_mul(730)),
            days: None,
        }
    }
}

impl Retention {
    const fn of(&self, timeframe: Timeframe) -> Option<Duration> {
        match timeframe {
            Timeframe::Minute => self.minutes,
            Timeframe::FiveMinutes => self.five_minutes,
            Timeframe::Hour => self.hours,
            Timeframe::Day => self.days,
        }
    }
}

/// What is to be forgotten of one instrument.
#[derive(Debug, Clone, Copy)]
struct Old {
    instrument: InstrumentId,
    timeframe: Timeframe,
    before: At,
}

/// Forgets candles that are older than they are kept, and returns how many. Their age is counted from the newest
/// candle of the same instrument and timeframe, so that a recording of long ago is kept as long as any other; of those that
/// begin by `latest`, so that a candle which a wrong clock has put into the far future does not make all others old.
///
/// # Errors
/// When the store fails; what has been forgotten until then stays so.
pub async fn sweep(store: &Store, retention: Retention, latest: At) -> Result<i64, StoreError> {
    let all: Vec<InstrumentId> = store
        .read(|conn| Ok::<_, StoreError>(instruments::all(conn)?.into_iter().map(|one| one.instrument.id).collect()))
        .await?;
    let mut forgotten = 0;
    for some in all.chunks(AT_ONCE) {
        let some = some.to_vec();
        let old: Result<Vec<Old>, StoreError> = store.read(move |conn| overdue(conn, &some, retention, latest)).await;
        let mut old = old?;
        while !old.is_empty() {
            let written = store.write(Lock::House, move |conn| forget(conn, old.clone())).await;
            let (gone, rest): (i64, Vec<Old>) = written.map_err(|error: StoreError| error)?;
            forgotten += gone;
            old = rest;
        }
    }
    Ok(forgotten)
}

/// Forgets of what is old as much as one write may, and says how much that was and what is left.
fn forget(conn: &mut Conn, mut old: Vec<Old>) -> Result<(i64, Vec<Old>), StoreError> {
    let mut room = TOGETHER;
    while let Some(Old { instrument, timeframe, before }) = old.last().copied() {
        let gone = candles::delete_before(conn, instrument, timeframe, before, room)?;
        room -= i64::try_from(gone).unwrap_or(room);
        if room <= 0 {
            break;
        }
        old.pop();
    }
    Ok((TOGETHER - room, old))
}

fn overdue(
    conn: &mut Conn,
    instruments: &[InstrumentId],
    retention: Retention,
    latest: At,
) -> Result<Vec<Old>, StoreError> {
    let end = latest.plus(Duration::from_micros(1));
    let mut overdue = Vec::new();
    for instrument in instruments.iter().copied() {
        for timeframe in Timeframe::ALL {
            let Some(kept) = retention.of(timeframe) else { continue };
            let Some(newest) = candles::newest(conn, instrument, timeframe, end, 1)?.pop() else { continue };
            let before = newest.start.minus(kept);
            if !candles::range(conn, instrument, timeframe, At::from_micros(i64::MIN), before, 1)?.is_empty() {
                overdue.push(Old { instrument, timeframe, before });
            }
        }
    }
    Ok(overdue)
}
