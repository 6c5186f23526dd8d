//! What prices did: every candle keeps its rules.

use super::walk::Walk;
use super::{BooksError, Check, ensure};
use crate::domain::{At, Candle, Price, Timeframe};
use crate::store::Conn;
use crate::store::rows::{CandleRow, Stored as _};
use std::collections::BTreeSet;

/// Checks every candle, tells `met` of each, and counts them.
///
/// # Errors
/// The first that breaks a rule.
pub(super) fn check(conn: &mut Conn, instruments: &BTreeSet<i64>, mut met: impl FnMut()) -> Result<u64, BooksError> {
    let mut count = 0;
    let mut candles = Walk::new(CandleRow::before_all(), CandleRow::key, CandleRow::following);
    while let Some(candle) = candles.next(conn)? {
        check_one(&candle, instruments)?;
        count += 1;
        met();
    }
    Ok(count)
}

fn check_one(candle: &CandleRow, instruments: &BTreeSet<i64>) -> Check {
    let row = || format!("candles row ({}, {}, {})", candle.instrument_id, candle.timeframe, candle.start);
    let there = instruments.contains(&candle.instrument_id);
    ensure(there, row, || format!("there is no instrument {}", candle.instrument_id))?;
    let timeframe = Timeframe::of_seconds(candle.timeframe);
    ensure(timeframe.is_some(), row, || format!("{} seconds are no timeframe", candle.timeframe))?;
    let start = At::from_micros(candle.start);
    let begins = timeframe.is_some_and(|timeframe| timeframe.begins(start));
    ensure(begins, row, || format!("no such span begins at {start}"))?;
    let prices = [candle.open, candle.high, candle.low, candle.close].map(Price::from_units);
    let sound = Candle::new(start, prices, candle.volume);
    ensure(sound.is_ok(), row, || sound.err().map(|broken| broken.to_string()).unwrap_or_default())
}
