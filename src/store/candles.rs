//! What prices did: candles of every instrument, in each timeframe.

use super::Conn;
use super::error::StoreError;
use super::schema::candles;
use crate::domain::{At, Candle, InstrumentId, Price, Recorded, Timeframe};
use diesel::dsl::{max, min};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::collections::BTreeMap;

/// Rows in one statement: eight values each, well within what either engine binds.
const BATCH: usize = 1_000;
/// Instruments in one statement.
pub const MANY: usize = 500;

type Row = (At, Price, Price, Price, Price, i64);
type Line = (candles::start, candles::open, candles::high, candles::low, candles::close, candles::volume);

const LINE: Line = (candles::start, candles::open, candles::high, candles::low, candles::close, candles::volume);

#[derive(Insertable)]
#[diesel(table_name = candles, treat_none_as_default_value = false)]
struct NewRow {
    instrument_id: InstrumentId,
    timeframe: Timeframe,
    start: At,
    open: Price,
    high: Price,
    low: Price,
    close: Price,
    volume: i64,
}

impl From<&Recorded> for NewRow {
    fn from(recorded: &Recorded) -> Self {
        let Recorded { instrument: instrument_id, timeframe, candle } = *recorded;
        let Candle { start, open, high, low, close, volume } = candle;
        Self { instrument_id, timeframe, start, open, high, low, close, volume }
    }
}

/// One statement, spelled for the engine of `$conn`: what replaces rows has no type that both engines take.
macro_rules! upsert {
    ($rows:ident, $conn:ident) => {
        diesel::insert_into(candles::table)
            .values(&$rows)
            .on_conflict((candles::instrument_id, candles::timeframe, candles::start))
            .do_update()
            .set((
                candles::open.eq(excluded(candles::open)),
                candles::high.eq(excluded(candles::high)),
                candles::low.eq(excluded(candles::low)),
                candles::close.eq(excluded(candles::close)),
                candles::volume.eq(excluded(candles::volume)),
            ))
            .execute($conn)?
    };
}

fn candle((start, open, high, low, close, volume): Row) -> Result<Candle, StoreError> {
    Candle::new(start, [open, high, low, close], volume)
        .map_err(|broken| StoreError::Corrupt(format!("the candle of {start}: {broken}")))
}

#[diesel::dsl::auto_type]
fn of(instrument: InstrumentId, timeframe: Timeframe) -> _ {
    candles::table.filter(candles::instrument_id.eq(instrument)).filter(candles::timeframe.eq(timeframe))
}

/// Writes candles; one whose span is there already replaces it, the last of several of one span counts.
///
/// # Errors
/// When the database fails, or one breaks a rule or belongs to no instrument.
pub fn save(conn: &mut Conn, recorded: &[Recorded]) -> Result<(), StoreError> {
    // In order of the key, which is the order on the disk; a statement may not meet one row twice.
    let keyed = recorded.iter().map(|one| ((one.instrument, one.timeframe, one.candle.start), one));
    let unique: Vec<&Recorded> = keyed.collect::<BTreeMap<_, _>>().into_values().collect();
    for batch in unique.chunks(BATCH) {
        let rows: Vec<NewRow> = batch.iter().map(|one| NewRow::from(*one)).collect();
        match conn {
            Conn::Sqlite(conn) => upsert!(rows, conn),
            Conn::Postgres(conn) => upsert!(rows, conn),
        };
    }
    Ok(())
}

/// The candles of spans that begin at `from` or later and before `until`, oldest first, the first `limit` of them.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn range(
    conn: &mut Conn,
    instrument: InstrumentId,
    timeframe: Timeframe,
    from: At,
    until: At,
    limit: i64,
) -> Result<Vec<Candle>, StoreError> {
    let within = of(instrument, timeframe).filter(candles::start.ge(from)).filter(candles::start.lt(until));
    let rows = within.order(candles::start).limit(limit).select(LINE).load::<Row>(conn)?;
    rows.into_iter().map(candle).collect()
}

/// The latest `limit` candles of spans that begin before `before`, oldest first.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn newest(
    conn: &mut Conn,
    instrument: InstrumentId,
    timeframe: Timeframe,
    before: At,
    limit: i64,
) -> Result<Vec<Candle>, StoreError> {
    let earlier = of(instrument, timeframe).filter(candles::start.lt(before));
    let rows = earlier.order(candles::start.desc()).limit(limit).select(LINE).load::<Row>(conn)?;
    rows.into_iter().rev().map(candle).collect()
}

/// The candles of many instruments whose spans begin at `from` or later and before `until`, by instrument and oldest
/// first, `limit` of them in all at most; of the first 500 instruments that are named. One statement.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn of_many(
    conn: &mut Conn,
    instruments: &[InstrumentId],
    timeframe: Timeframe,
    from: At,
    until: At,
    limit: i64,
) -> Result<Vec<(InstrumentId, Candle)>, StoreError> {
    let named = instruments.get(..MANY).unwrap_or(instruments);
    let within = candles::table
        .filter(candles::instrument_id.eq_any(named))
        .filter(candles::timeframe.eq(timeframe))
        .filter(candles::start.ge(from))
        .filter(candles::start.lt(until));
    let ordered = within.order((candles::instrument_id, candles::start)).limit(limit);
    let rows = ordered.select((candles::instrument_id, LINE)).load::<(InstrumentId, Row)>(conn)?;
    rows.into_iter().map(|(instrument, row)| Ok((instrument, candle(row)?))).collect()
}

/// The lowest and the highest price on market days that begin at `from` or later and before `until`: of the last 52
/// weeks, say. Nothing when there is no such day.
///
/// # Errors
/// When the database fails.
pub fn extent(
    conn: &mut Conn,
    instrument: InstrumentId,
    from: At,
    until: At,
) -> Result<Option<(Price, Price)>, StoreError> {
    let days = of(instrument, Timeframe::Day).filter(candles::start.ge(from)).filter(candles::start.lt(until));
    let (low, high): (Option<Price>, Option<Price>) =
        days.select((min(candles::low), max(candles::high))).first(conn)?;
    Ok(low.zip(high))
}

/// The last price of the latest market day before the one that begins at `day`.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn previous_close(conn: &mut Conn, instrument: InstrumentId, day: At) -> Result<Option<Price>, StoreError> {
    Ok(newest(conn, instrument, Timeframe::Day, day, 1)?.first().map(|candle| candle.close))
}

/// Whether anything at all was ever recorded of `instrument` in this timeframe.
///
/// # Errors
/// When the database fails.
pub fn any(conn: &mut Conn, instrument: InstrumentId, timeframe: Timeframe) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(of(instrument, timeframe))).get_result(conn)?)
}

/// Forgets candles of spans that begin before `before`, the oldest first, about `limit` at most, and returns how many.
///
/// # Errors
/// When the database fails.
pub fn delete_before(
    conn: &mut Conn,
    instrument: InstrumentId,
    timeframe: Timeframe,
    before: At,
    limit: i64,
) -> Result<usize, StoreError> {
    let old = of(instrument, timeframe).filter(candles::start.lt(before));
    let rest: Option<At> = old.order(candles::start).offset(limit).select(candles::start).first(conn).optional()?;
    let end = rest.unwrap_or(before);
    let forgotten = candles::table
        .filter(candles::instrument_id.eq(instrument))
        .filter(candles::timeframe.eq(timeframe))
        .filter(candles::start.lt(end));
    Ok(diesel::delete(forgotten).execute(conn)?)
}
