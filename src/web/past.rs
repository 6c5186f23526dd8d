//! What was recorded of an instrument, for its page.

use super::chart::{self, ChartRange};
use crate::domain::{At, Candle, InstrumentId, Price, Timeframe};
use crate::market::Board;
use crate::store::{Conn, StoreError, candles};
use std::time::Duration;

/// The days of 52 weeks.
const YEAR: Duration = Duration::from_hours(52 * 7 * 24);

/// Which past is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    range: ChartRange,
    /// The range's first moment and the first after it.
    pub(super) span: (At, At),
    most: i64,
    /// Where the daily candle of the current market day begins.
    day: At,
}

impl Look {
    /// The past of `board` as far back as `range`; where the board has no time yet, that before `clock`.
    pub(super) fn of(range: ChartRange, board: &Board, clock: At) -> Self {
        let (now, calendar) = (board.market_time().unwrap_or(clock), board.calendar());
        let (span, day) = (range.around(now, calendar), Timeframe::Day.start(now, calendar.day(now)));
        Self { range, span, most: range.most(calendar), day }
    }
}

/// What was recorded of an instrument.
#[derive(Debug)]
pub(super) struct Past {
    /// Of which candles it consists.
    pub(super) timeframe: Timeframe,
    /// Oldest first.
    pub(super) candles: Vec<Candle>,
    /// The lowest and highest price of the market day, where known.
    pub(super) day: Option<(Price, Price)>,
    /// The lowest and highest price of 52 weeks, where known.
    pub(super) year: Option<(Price, Price)>,
}

impl Past {
    /// As it was saved.
    pub(super) fn read(conn: &mut Conn, id: InstrumentId, look: Look) -> Result<Self, StoreError> {
        let tomorrow = look.day.plus(Timeframe::Day.span());
        let (timeframe, candles) = of_range(conn, id, look.range, look.span, look.most)?;
        Ok(Self {
            timeframe,
            candles,
            day: candles::extent(conn, id, look.day, tomorrow)?,
            year: candles::extent(conn, id, tomorrow.minus(YEAR), tomorrow)?,
        })
    }

    /// Adds what the market is making of it.
    pub(super) fn go_on(&mut self, board: &Board, id: InstrumentId, look: Look) {
        chart::add_open(&mut self.candles, board.candle(id, self.timeframe), look.span.1);
        let today = board.candle(id, Timeframe::Day).filter(|candle| candle.start == look.day);
        self.day = chart::wider(self.day, today.map(|candle| (candle.low, candle.high)));
    }
}

/// The candles of `range`, which spans these moments, oldest first, at most `limit` of them. Where days were recorded
/// from before the finer candles of the range begin, they are those of days: a month of days says more of a month than
/// its last few hours.
pub(super) fn of_range(
    conn: &mut Conn,
    id: InstrumentId,
    range: ChartRange,
    (from, until): (At, At),
    limit: i64,
) -> Result<(Timeframe, Vec<Candle>), StoreError> {
    let fine = range.timeframe();
    let finest = candles::range(conn, id, fine, from, until, limit)?;
    if fine == Timeframe::Day {
        return Ok((fine, finest));
    }
    let first = finest.first().map_or(until, |candle| candle.start);
    // A day that ends before them is one of which they know nothing.
    let earlier = first.minus(Timeframe::Day.span());
    if earlier < from || candles::range(conn, id, Timeframe::Day, from, earlier, 1)?.is_empty() {
        return Ok((fine, finest));
    }
    Ok((Timeframe::Day, candles::range(conn, id, Timeframe::Day, from, until, limit)?))
}
