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
    from: At,
    until: At,
    most: i64,
    /// Where the daily candle of the current market day begins.
    day: At,
}

impl Look {
    /// The past of `board` as far back as `range`; where the board has no time yet, that before `clock`.
    pub(super) fn of(range: ChartRange, board: &Board, clock: At) -> Self {
        let (now, calendar) = (board.market_time().unwrap_or(clock), board.calendar());
        let (from, until) = range.around(now, calendar);
        Self { range, from, until, most: range.most(calendar), day: Timeframe::Day.start(now, calendar.day(now)) }
    }
}

/// What was recorded of an instrument.
#[derive(Debug)]
pub(super) struct Past {
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
        Ok(Self {
            candles: candles::range(conn, id, look.range.timeframe(), look.from, look.until, look.most)?,
            day: candles::extent(conn, id, look.day, tomorrow)?,
            year: candles::extent(conn, id, tomorrow.minus(YEAR), tomorrow)?,
        })
    }

    /// Adds what the market is making of it.
    pub(super) fn go_on(&mut self, board: &Board, id: InstrumentId, look: Look) {
        chart::add_open(&mut self.candles, board.candle(id, look.range.timeframe()), look.until);
        let today = board.candle(id, Timeframe::Day).filter(|candle| candle.start == look.day);
        self.day = chart::wider(self.day, today.map(|candle| (candle.low, candle.high)));
    }
}
