//! The chart of a stock: how far back it looks, its picture as the server draws it, and the same in words.

use super::drawing;
use super::format::{BasisPoints, Change as _, Html, PriceChange, Show as _};
use crate::domain::{At, Candle, Price, Symbol, Timeframe};
use crate::market::day::Calendar;
use jiff::tz::TimeZone;
use std::time::Duration;

/// A day, in hours.
const DAY: u64 = 24;

/// How far back a chart looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChartRange {
    /// A day in minutes.
    #[default]
    Day,
    /// Five days, in five minutes each.
    FiveDays,
    /// A month in hours.
    Month,
    /// Half a year in days.
    HalfYear,
    /// A year in days.
    Year,
}

impl ChartRange {
    /// Every range, the shortest first.
    pub const ALL: [Self; 5] = [Self::Day, Self::FiveDays, Self::Month, Self::HalfYear, Self::Year];

    /// The word in `?range=`, which is also what its link says.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "1D",
            Self::FiveDays => "5D",
            Self::Month => "1M",
            Self::HalfYear => "6M",
            Self::Year => "1Y",
        }
    }

    /// In words that follow *the past*. A day is told in hours, because it is not the market's day, from whose beginning
    /// today's change is counted.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::FiveDays => "5 days",
            Self::Month => "month",
            Self::HalfYear => "6 months",
            Self::Year => "year",
        }
    }

    /// The range that `word` names.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.as_str().eq_ignore_ascii_case(word))
    }

    /// Of which candles it consists, where those reach back as far as others do.
    #[must_use]
    pub const fn timeframe(self) -> Timeframe {
        match self {
            Self::Day => Timeframe::Minute,
            Self::FiveDays => Timeframe::FiveMinutes,
            Self::Month => Timeframe::Hour,
            Self::HalfYear | Self::Year => Timeframe::Day,
        }
    }

    /// The first moment of it and the first after it, where the market's own clock shows `now`. Five days of an
    /// exchange, which rests at weekends, take a week.
    #[must_use]
    pub fn around(self, now: At, calendar: &Calendar) -> (At, At) {
        let back = match self {
            Self::Day => Duration::from_hours(DAY),
            Self::FiveDays if matches!(calendar, Calendar::Exchange(_)) => Duration::from_hours(7 * DAY),
            Self::FiveDays => Duration::from_hours(5 * DAY),
            Self::Month => Duration::from_hours(31 * DAY),
            Self::HalfYear => Duration::from_hours(183 * DAY),
            Self::Year => Duration::from_hours(366 * DAY),
        };
        let span = self.timeframe().span();
        // The candle that is being made belongs to it.
        let until = now.beginning_of(span).plus(span);
        (until.minus(back), until)
    }

    /// More candles than it can have.
    #[must_use]
    pub fn most(self, calendar: &Calendar) -> i64 {
        let (from, until) = self.around(At::from_micros(0), calendar);
        let candles = until.since(from).as_secs() / self.timeframe().span().as_secs().max(1);
        i64::try_from(candles).unwrap_or(i64::MAX).saturating_add(1)
    }
}

/// A chart without a script.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Of what.
    pub symbol: Symbol,
    /// How far back it looks.
    pub range: ChartRange,
    /// The time zone in which its days are told, such as `UTC`.
    pub zone: String,
    /// Whether it is of a recording, whose moments are the ends of what they tell of.
    pub recording: bool,
    /// The range's first moment and the first after it; candles may begin later.
    pub span: (At, At),
    /// Of which candles it consists.
    pub timeframe: Timeframe,
    /// Oldest first; empty when nothing was recorded.
    pub candles: Vec<Candle>,
}

/// The part of a range, such as a tenth, that may lack prices at its beginning before it is no longer named after the
/// range: markets rest at night and over a weekend.
const UNNOTICED: u32 = 10;

impl Chart {
    /// As a picture; nothing without candles. Its figures are in [`Chart::sentence`].
    #[must_use]
    pub fn picture(&self) -> Html {
        let opened = self.candles.first().map(|candle| candle.open);
        let prices: Vec<Price> = opened.into_iter().chain(self.candles.iter().map(|candle| candle.close)).collect();
        drawing::price_line(&prices)
    }

    /// The moment its candles begin, when that is so much later than the range that its name would promise too much.
    fn begins_late(&self) -> Option<At> {
        let (from, until) = self.span;
        let first = self.candles.first()?.start;
        (first.since(from) > until.since(from) / UNNOTICED).then_some(first)
    }

    /// What the chart covers, as the beginning of a line: `Past month`, or `Since 4 Oct 2013`.
    #[must_use]
    pub fn period(&self) -> String {
        match self.begins_late() {
            Some(first) => format!("Since {}", self.moment(first)),
            None => format!("Past {}", self.range.words()),
        }
    }

    /// When its first and its last candle began, in words.
    #[must_use]
    pub fn dates(&self) -> Option<(String, String)> {
        Some((self.moment(self.candles.first()?.start), self.moment(self.candles.last()?.start)))
    }

    /// The beginning of a candle, in words: of a day its date, otherwise the time by the market's own clock.
    fn moment(&self, start: At) -> String {
        if self.timeframe == Timeframe::Day {
            return start.timestamp().strftime("%-d %b %Y").to_string();
        }
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        start.timestamp().to_zoned(zone).strftime("%-d %b, %H:%M").to_string()
    }

    /// Where prices stood first and last.
    fn ends(&self) -> Option<(Price, Price)> {
        Some((self.candles.first()?.open, self.candles.last()?.close))
    }

    /// The lowest and the highest price.
    #[must_use]
    pub fn extremes(&self) -> Option<(Price, Price)> {
        span_of(&self.candles)
    }

    /// The lowest and the highest price on the line of its picture.
    #[must_use]
    pub fn edges(&self) -> Option<(Price, Price)> {
        let drawn = || self.ends().map(|(first, _)| first).into_iter().chain(self.candles.iter().map(|one| one.close));
        Some((drawn().min()?, drawn().max()?))
    }

    /// What a picture cannot tell everybody: `AAPL over the past month: first 266.05, last 268.40, lowest …, highest ….`
    #[must_use]
    pub fn sentence(&self) -> String {
        match (self.ends(), self.extremes()) {
            (Some((first, last)), Some((low, high))) => format!(
                "{} {}: first {}, last {}, lowest {}, highest {}.",
                self.symbol,
                match self.begins_late() {
                    Some(first) => format!("since {}", self.moment(first)),
                    None => format!("over the past {}", self.range.words()),
                },
                first.show(),
                last.show(),
                low.show(),
                high.show()
            ),
            _ => self.nothing(),
        }
    }

    /// What is said when there is nothing to draw.
    #[must_use]
    pub fn nothing(&self) -> String {
        format!("There are no prices for {} in this range yet. The chart starts with the next trade.", self.symbol)
    }

    /// How far the price has moved, with its percentage.
    #[must_use]
    pub fn moved(&self) -> Option<Html> {
        let (first, last) = self.ends()?;
        let change = PriceChange(last.checked_sub(first)?);
        let percent = BasisPoints::of(change.0, first.units());
        Some(Html(format!(r#"{} <span class="percent">{}</span>"#, change.change(), percent.signed())))
    }
}

/// Puts the candle that the market is making behind those that were saved, in place of what was saved of it, when it
/// begins before `until`.
pub fn add_open(saved: &mut Vec<Candle>, open: Option<Candle>, until: At) {
    let Some(open) = open.filter(|open| open.start < until) else { return };
    match saved.last_mut() {
        Some(last) if last.start > open.start => {}
        Some(last) if last.start == open.start => *last = open,
        _ => saved.push(open),
    }
}

/// The lowest and the highest price of candles; nothing without any.
#[must_use]
pub fn span_of(candles: &[Candle]) -> Option<(Price, Price)> {
    let low = candles.iter().map(|candle| candle.low).min()?;
    let high = candles.iter().map(|candle| candle.high).max()?;
    Some((low, high))
}

/// The span that reaches as far as both, where either may be unknown.
#[must_use]
pub fn wider(one: Option<(Price, Price)>, other: Option<(Price, Price)>) -> Option<(Price, Price)> {
    match (one, other) {
        (Some((low, high)), Some((lower, higher))) => Some((low.min(lower), high.max(higher))),
        (known, None) | (None, known) => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(prices: &[[i64; 4]]) -> Chart {
        let candles = prices.iter().zip(0..).map(|(prices, minute)| {
            let start = At::from_micros(minute * 60_000_000);
            Candle::new(start, prices.map(Price::from_units), 100).unwrap()
        });
        let symbol = "AAPL".parse().unwrap();
        Chart {
            symbol,
            range: ChartRange::Day,
            zone: "UTC".to_owned(),
            recording: false,
            span: (At::from_micros(0), At::from_micros(86_400_000_000)),
            timeframe: Timeframe::Minute,
            candles: candles.collect(),
        }
    }

    #[test]
    fn a_range_ends_with_the_candle_that_is_being_made() {
        let now = "2026-03-02T14:31:19Z".parse().unwrap();
        let (from, until) = ChartRange::Day.around(now, &Calendar::Utc);
        assert_eq!((from.to_string(), until.to_string()), {
            ("2026-03-01T14:32:00Z".to_owned(), "2026-03-02T14:32:00Z".to_owned())
        });
        let (from, until) = ChartRange::Year.around(now, &Calendar::Utc);
        assert_eq!((from.to_string(), until.to_string()), {
            ("2025-03-02T00:00:00Z".to_owned(), "2026-03-03T00:00:00Z".to_owned())
        });
        let most = |calendar: &Calendar| ChartRange::ALL.map(|range| range.most(calendar));
        assert_eq!(most(&Calendar::Utc), [1_441, 1_441, 745, 184, 367]);
        assert_eq!(most(&Calendar::new_york()), [1_441, 2_017, 745, 184, 367]);
    }

    #[test]
    fn ranges_are_known_by_their_words() {
        for range in ChartRange::ALL {
            assert_eq!(ChartRange::named(range.as_str()), Some(range));
        }
        assert_eq!(ChartRange::named("1y"), Some(ChartRange::Year));
        assert_eq!(ChartRange::named("2Y"), None);
    }

    #[test]
    fn a_chart_says_what_it_shows() {
        let drawn =
            chart(&[[1_870_000, 1_880_000, 1_860_000, 1_872_200], [1_872_200, 1_900_000, 1_871_000, 1_899_500]]);
        assert_eq!(
            drawn.sentence(),
            "AAPL over the past 24 hours: first 187.00, last 189.95, lowest 186.00, highest 190.00."
        );
        assert!(drawn.moved().unwrap().0.contains("+2.95") && drawn.moved().unwrap().0.contains("+1.58%"));
        assert_eq!(drawn.picture().0.matches("polyline").count(), 1);
    }

    #[test]
    fn a_chart_names_a_range_only_when_it_covers_it() {
        let mut drawn = chart(&[[10_000, 20_000, 5_000, 15_000]]);
        assert_eq!(drawn.period(), "Past 24 hours");
        let (from, until) = drawn.span;
        drawn.span = (from.minus(Duration::from_hours(12)), until.minus(Duration::from_hours(12)));
        drawn.zone = "America/New_York".to_owned();
        assert_eq!(drawn.period(), "Since 31 Dec, 19:00");
        drawn.timeframe = Timeframe::Day;
        assert_eq!(drawn.period(), "Since 1 Jan 1970");
        assert!(drawn.sentence().starts_with("AAPL since 1 Jan 1970: first 1.00, "), "{}", drawn.sentence());
    }

    #[test]
    fn the_candle_that_is_being_made_comes_last_and_once() {
        let made = |prices: &[[i64; 4]], open: Option<(i64, i64)>| {
            let mut candles = chart(prices).candles;
            let candle = |(minute, close): (i64, i64)| {
                Candle::opened(At::from_micros(minute * 60_000_000), Price::from_units(close), 1)
            };
            add_open(&mut candles, open.map(candle), At::from_micros(3 * 60_000_000));
            candles.iter().map(|candle| candle.close.units()).collect::<Vec<_>>()
        };
        let two = [[1, 9, 1, 5], [5, 9, 1, 7]];
        assert_eq!(made(&two, None), [5, 7]);
        assert_eq!(made(&two, Some((1, 8))), [5, 8]);
        assert_eq!(made(&two, Some((2, 8))), [5, 7, 8]);
        assert_eq!(made(&two, Some((3, 8))), [5, 7]);
        assert_eq!(made(&two, Some((0, 8))), [5, 7]);
        assert_eq!(made(&[], Some((0, 8))), [8]);
    }

    #[test]
    fn one_candle_is_a_line_and_none_is_a_sentence() {
        assert!(chart(&[[10_000, 20_000, 5_000, 15_000]]).picture().0.contains("<polyline"));
        let empty = chart(&[]);
        assert!(empty.picture().0.is_empty() && empty.moved().is_none());
        assert!(empty.sentence().starts_with("There are no prices for AAPL"));
    }
}
