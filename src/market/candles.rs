//! Candles as ticks make them: the open ones of every instrument, and those that closed since anybody looked.
//!
//! Each tick is folded the moment it is posted, so that nothing has to be queued and nothing is sampled. A span in
//! which nothing was traded has no candle.

use super::board::Board;
use super::status::FeedName;
use crate::domain::{At, Candle, InstrumentId, Price, Recorded, Timeframe};
use std::collections::VecDeque;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

/// Closed candles that wait to be collected; beyond that the oldest are lost. It is what fifty instruments make in a
/// day, or ten thousand in eight minutes.
pub(super) const MOST_CLOSED: usize = 100_000;

/// What a tick says of the last trade.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    pub(super) last: Price,
    /// Whole shares traded this market day, as its feed counts them.
    pub(super) volume: i64,
    pub(super) at: At,
}

/// What happened to candles since they were collected last.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Those that closed, in the order in which they did; then those that are open and changed.
    pub(super) candles: Vec<Recorded>,
    /// How many were lost because nobody collected them.
    pub(super) lost: u64,
}

impl Board {
    /// The candle of the span that an instrument was traded in last, which moves with every trade; nothing before the
    /// first. Its start tells whether that span is the current one.
    #[must_use]
    pub fn candle(&self, id: InstrumentId, timeframe: Timeframe) -> Option<Candle> {
        let place = self.place_of(id)?;
        self.open_candles().open(place, timeframe)
    }

    /// Folds a tick of the market day `day` into the candles of the instrument at `place`.
    pub(super) fn tick(&self, place: usize, day: i64, told: Told) {
        self.open_candles().tick(place, |at| if at == told.at { day } else { self.day_of(at) }, told);
    }

    /// Tells what prices did on the way to the next tick of an instrument, for a feed that knows more than that.
    pub(super) fn led(&self, id: InstrumentId, open: Price, high: Price, low: Price) {
        if let Some(place) = self.place_of(id) {
            self.open_candles().led(place, open, high, low);
        }
    }

    /// Lets candles go on from what was recorded of their spans before the market opened.
    pub(super) fn resume(&self, recorded: &[Recorded]) {
        let Some(now) = self.market_time() else { return };
        let (day, roster) = (self.day_of(now), self.roster());
        let mut candles = self.open_candles();
        for one in recorded {
            if let Some(place) = roster.place_of(one.instrument) {
                candles.resume(place, one, one.timeframe.start(now, day));
            }
        }
    }

    /// What has become of candles since they were collected last.
    pub(super) fn collect(&self) -> Collected {
        self.open_candles().collect()
    }

    // A poisoned lock would mean that a comparison or an addition panicked; what stands is still whole.
    fn open_candles(&self) -> MutexGuard<'_, OpenCandles> {
        self.candles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The candles of all instruments, by their places.
#[derive(Debug)]
pub(super) struct OpenCandles {
    lines: Vec<Line>,
    closed: VecDeque<Recorded>,
    lost: u64,
    /// A recording tells at the end of a span what was traded in it, begins with nothing traded, and may return to its
    /// beginning.
    recording: bool,
}

#[derive(Debug)]
struct Line {
    instrument: InstrumentId,
    open: [Option<Candle>; 4],
    changed: bool,
    counted: Option<Counted>,
    led: Option<[Price; 3]>,
}

impl Line {
    const fn of(instrument: InstrumentId) -> Self {
        Self { instrument, open: [None; 4], changed: false, counted: None, led: None }
    }
}

/// How far a feed has counted the shares of a day.
#[derive(Debug, Clone, Copy)]
struct Counted {
    day: i64,
    told: Told,
}

impl OpenCandles {
    pub(super) fn new(instruments: impl Iterator<Item = InstrumentId>, feed: FeedName) -> Self {
        let lines = instruments.map(Line::of).collect();
        Self { lines, closed: VecDeque::new(), lost: 0, recording: feed == FeedName::Replay }
    }

    /// One more instrument, at the next place.
    pub(super) fn append(&mut self, instrument: InstrumentId) {
        self.lines.push(Line::of(instrument));
    }

    /// Folds what was traded since the tick before; `day_of` says which market day a moment belongs to.
    fn tick(&mut self, place: usize, day_of: impl Fn(At) -> i64, told: Told) {
        let Some(line) = self.lines.get_mut(place).filter(|_| told.last.units() > 0) else { return };
        let counted = Counted { day: day_of(told.at), told };
        let before = line.counted.replace(counted);
        let led = line.led.take();
        let Some(shares) = traded(before, counted, self.recording) else { return };
        let moment = if self.recording { told.at.minus(Duration::from_micros(1)) } else { told.at };
        let day = day_of(moment);
        let mut piece = Candle::opened(moment, told.last, shares);
        if let Some([open, high, low]) = led {
            let (high, low) = (high.max(open).max(told.last), low.min(open).min(told.last));
            piece = Candle::new(moment, [open, high, low, told.last], shares).unwrap_or(piece);
        }
        // Whoever winds a recording back lives its spans again from their beginning.
        let returned = self.recording && before.is_some_and(|before| told.at < before.told.at);
        line.changed = true;
        for (timeframe, open) in Timeframe::ALL.into_iter().zip(&mut line.open) {
            let start = timeframe.start(moment, day);
            match open {
                Some(candle) if candle.start == start && !returned => candle.join(&piece),
                // A trade that comes late changes no span that is over.
                Some(candle) if candle.start > start && !returned => {}
                _ => {
                    let next = Candle { start, ..piece };
                    if let Some(candle) = open.replace(next) {
                        self.closed.push_back(Recorded { instrument: line.instrument, timeframe, candle });
                    }
                }
            }
        }
        while self.closed.len() > MOST_CLOSED {
            self.closed.pop_front();
            self.lost += 1;
        }
    }

    /// Tells what prices did before the next tick of an instrument.
    fn led(&mut self, place: usize, open: Price, high: Price, low: Price) {
        if let Some(line) = self.lines.get_mut(place) {
            line.led = Some([open, high, low]);
        }
    }

    /// Puts what was recorded of a span before what has been traded in it here, when that span is still the current
    /// one, which begins at `current`, or was when trading began here.
    fn resume(&mut self, place: usize, recorded: &Recorded, current: At) {
        let Some(line) = self.lines.get_mut(place) else { return };
        let before = recorded.candle;
        let open = Timeframe::ALL.iter().position(|one| *one == recorded.timeframe);
        let Some(open) = open.and_then(|place| line.open.get_mut(place)) else { return };
        let of_the_span = |one: &&mut Recorded| {
            (one.instrument, one.timeframe, one.candle.start) == (recorded.instrument, recorded.timeframe, before.start)
        };
        if let Some(closed) = self.closed.iter_mut().find(of_the_span) {
            closed.candle = joined(before, &closed.candle);
        } else {
            match open {
                Some(candle) if candle.start == before.start => *candle = joined(before, candle),
                None if before.start == current => *open = Some(before),
                _ => {}
            }
        }
    }

    /// The candle of the span that was traded in last.
    fn open(&self, place: usize, timeframe: Timeframe) -> Option<Candle> {
        let which = Timeframe::ALL.iter().position(|one| *one == timeframe)?;
        *self.lines.get(place)?.open.get(which)?
    }

    fn collect(&mut self) -> Collected {
        let mut candles: Vec<Recorded> = std::mem::take(&mut self.closed).into();
        for line in self.lines.iter_mut().filter(|line| line.changed) {
            line.changed = false;
            let open = Timeframe::ALL.into_iter().zip(line.open);
            candles.extend(open.filter_map(|(timeframe, candle)| {
                Some(Recorded { instrument: line.instrument, timeframe, candle: candle? })
            }));
        }
        Collected { candles, lost: std::mem::take(&mut self.lost) }
    }
}

fn joined(mut first: Candle, next: &Candle) -> Candle {
    first.join(next);
    first
}

/// The shares that changed hands since the tick before; nothing when nothing was traded.
///
/// A count that stands lower than before, on another day or at an earlier time, has begun anew. The first tick of a
/// recording is its first trade; any other market may be met in the middle of its day, so that its first tick only
/// says where its count stands.
fn traded(before: Option<Counted>, Counted { day, told }: Counted, recording: bool) -> Option<i64> {
    let Some(Counted { day: counted, told: before }) = before else {
        return recording.then_some(told.volume.max(0));
    };
    let goes_on = counted == day && told.volume >= before.volume && told.at >= before.at;
    let shares = if goes_on { told.volume.saturating_sub(before.volume) } else { told.volume.max(0) };
    (shares > 0 || told.last != before.last || (recording && told.at != before.at)).then_some(shares)
}

#[cfg(test)]
#[path = "candles_tests.rs"]
mod tests;
