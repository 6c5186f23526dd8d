//! Pictures drawn on the server: sparklines, a price line, the ring of an allocation.
//!
//! Coordinates are whole numbers in the picture's own box; each picture either has a text beside it that
//! says the same, or a title.

use super::format::{BasisPoints, Dollars as _, Html};
use super::moments::{ShowTime as _, day_words};
use super::sparklines::Line;
use crate::domain::{At, Money, Price};
use std::fmt::Write as _;

/// More points than a line can show on a page.
const MOST_POINTS: usize = 600;
/// A full turn of the allocation ring, and the length of a bar.
const TURN: i64 = 10_000;
/// How wide the mark on a bar is.
const MARK: i64 = 240;

/// A picture's own box, and how far its line stays from the upper and lower edge.
struct Frame {
    width: i64,
    height: i64,
    margin: i64,
}

const SMALL: Frame = Frame { width: 960, height: 280, margin: 20 };
const WIDE: Frame = Frame { width: 10_000, height: 3_000, margin: 120 };

/// A small line of prices that follow each other so often, oldest first; nothing for fewer than two. Decoration beside
/// the day's change in figures, which a script goes on drawing; where that change is known, it has its colour.
#[must_use]
pub fn sparkline(line: &Line) -> Html {
    let values: Vec<i64> = line.prices.iter().map(|price| price.units()).collect();
    let Some(points) = polyline(evenly(&values), &values, &SMALL) else { return Html(String::new()) };
    Html(format!(
        r#"<svg class="spark {}" viewBox="0 0 960 280" preserveAspectRatio="none"{} data-every="{}" aria-hidden="true" focusable="false"><polyline points="{points}"/></svg>"#,
        line.change.map_or_else(|| direction(&values), |change| direction(&[0, change.0])),
        scale(&values, &SMALL),
        line.every.as_secs(),
    ))
}

/// Places for values that follow each other at one pace.
fn evenly(values: &[i64]) -> impl Iterator<Item = i64> {
    (0..).take(values.len())
}

/// What a script needs to go on drawing a line: the values at its lowest and highest point.
fn scale(values: &[i64], frame: &Frame) -> String {
    match (values.iter().min(), values.iter().max()) {
        (Some(low), Some(high)) => format!(r#" data-low="{low}" data-high="{high}" data-margin="{}""#, frame.margin),
        _ => String::new(),
    }
}

/// Prices that follow each other, oldest first, as a wide line. What it shows is said in words beside it.
#[must_use]
pub fn price_line(prices: &[Price]) -> Html {
    let values: Vec<i64> = thinned(prices).map(Price::units).collect();
    let Some(points) = polyline(evenly(&values), &values, &WIDE) else { return Html(String::new()) };
    wide(&points, direction(&values), r#"aria-hidden="true" focusable="false""#)
}

/// At most [`MOST_POINTS`] of many prices, evenly spaced, with the first and the last.
fn thinned(prices: &[Price]) -> impl Iterator<Item = Price> {
    let step = prices.len().div_ceil(MOST_POINTS - 1).max(1);
    let last = prices.last().filter(|_| prices.len() % step != 1).copied();
    prices.iter().copied().step_by(step).chain(last.filter(|_| step > 1))
}

/// Where a price stands between a lowest and a highest one, as a bar with a mark.
#[must_use]
pub fn span_bar(low: Price, high: Price, at: Price) -> Html {
    let (room, width) = (i128::from(TURN - MARK), i128::from(high.units()) - i128::from(low.units()));
    let above = i128::from(at.units()) - i128::from(low.units());
    let place = if width > 0 { (above * room / width).clamp(0, room) } else { room / 2 };
    Html(format!(
        r#"<svg class="span-bar" viewBox="0 0 {TURN} 100" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="span-track" y="35" width="{TURN}" height="30"/><rect class="span-mark" data-span-mark data-room="{room}" x="{place}" width="{MARK}" height="100"/></svg>"#,
    ))
}

/// What a portfolio was worth at each moment, oldest first, as a wide line between its dates and its extremes. Money that
/// was added makes it rise, too, so that it has the colour of neither a gain nor a loss.
#[must_use]
pub fn value_line(worth: &[(At, Money)]) -> Html {
    let values: Vec<i64> = worth.iter().map(|(_, value)| value.cents()).collect();
    let moments = worth.iter().map(|(at, _)| at.micros());
    let Some(points) = polyline(moments, &values, &WIDE) else { return Html(String::new()) };
    let mut html = wide(&points, "flat", r#"role="img" aria-label="Line of the portfolio's value over time""#).0;
    if let (Some((first, _)), Some((last, _))) = (worth.first(), worth.last())
        && let (Some(low), Some(high)) = (values.iter().min(), values.iter().max())
    {
        let [low, high] = [low, high].map(|cents| Money::from_cents(*cents).dollars());
        let (day, other) = (day_words(*first), day_words(*last));
        let (first, last) = if day == other { (first.minute().0, last.minute().0) } else { (day, other) };
        // Writing to a `String` cannot fail.
        let _ = write!(
            html,
            r#"<p class="line-dates"><span>{first}</span> <span>{last}</span></p><p class="line-edges"><span><span class="muted">Lowest</span> {low}</span> <span><span class="muted">Highest</span> {high}</span></p>"#
        );
    }
    Html(html)
}

/// A wide line with the area below it.
fn wide(points: &str, way: &str, label: &str) -> Html {
    Html(format!(
        r#"<svg class="line {way}" viewBox="0 0 10000 3000" preserveAspectRatio="none" {label}><polygon points="0,3000 {points} 10000,3000"/><polyline points="{points}"/></svg>"#,
    ))
}

/// Slices of as many holdings have a colour each; with more, those that are left over share one.
const COLOURS: [&str; 7] = ["slice-0", "slice-1", "slice-2", "slice-3", "slice-4", "slice-5", "slice-6"];

/// What everything consists of: `holdings`, the largest first, and `cash`, of `total` in all. No two slices share a colour,
/// so that the smallest of many holdings are one slice.
#[must_use]
pub fn slices(holdings: &[(String, Money)], cash: Money, total: Money) -> Vec<Slice> {
    let slice = |label: String, colour, value| {
        BasisPoints::of_money(value, total).map(|weight| Slice { label, colour, value, weight })
    };
    let kept = if holdings.len() > COLOURS.len() { COLOURS.len() - 1 } else { holdings.len() };
    let (large, small) = holdings.split_at_checked(kept).unwrap_or((holdings, &[]));
    let large = large.iter().zip(COLOURS).map(|((label, value), colour)| slice(label.clone(), colour, *value));
    let rest = small.iter().try_fold(Money::ZERO, |sum, (_, value)| sum.checked_add(*value));
    let rest = rest.filter(|_| !small.is_empty());
    let rest = rest.and_then(|rest| slice(format!("Other ({})", small.len()), "slice-other", rest));
    large.flatten().chain(rest).chain(slice("Cash".to_owned(), "slice-cash", cash)).collect()
}

/// One part of an allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// What it is: a symbol, `Cash`, `Other (12)`.
    pub label: String,
    /// The colour it has, as its class says it.
    pub colour: &'static str,
    /// What it is worth.
    pub value: Money,
    /// Its share of the whole.
    pub weight: BasisPoints,
}

impl Slice {
    /// Its weight as a bar of at most 10,000 units.
    #[must_use]
    pub fn bar(&self) -> i64 {
        self.weight.0.clamp(0, TURN)
    }
}

/// A ring of slices, clockwise from the top in the order given. The legend beside it says the same in figures.
#[must_use]
pub fn ring(slices: &[Slice]) -> Html {
    let mut svg = String::from(
        r#"<svg class="ring" viewBox="0 0 120 120" aria-hidden="true" focusable="false"><circle class="ring-track" cx="60" cy="60" r="48"/>"#,
    );
    let gap = if slices.iter().filter(|slice| slice.bar() > 0).count() > 1 { 60 } else { 0 };
    let mut start = 0;
    for slice in slices {
        let length = (slice.bar() - gap).max(20);
        // Writing to a `String` cannot fail.
        let _ = write!(
            svg,
            r#"<circle class="slice {}" cx="60" cy="60" r="48" pathLength="{TURN}" stroke-dasharray="{length} {}" stroke-dashoffset="-{start}" transform="rotate(-90 60 60)"/>"#,
            slice.colour,
            TURN - length,
        );
        start += slice.bar();
    }
    svg.push_str("</svg>");
    Html(svg)
}

/// The points of a line through `values` at `places`, both in order; nothing for fewer than two places.
fn polyline(places: impl Iterator<Item = i64>, values: &[i64], frame: &Frame) -> Option<String> {
    let Frame { width, height, margin } = *frame;
    let passed_over = values.len().saturating_sub(MOST_POINTS);
    let values = values.get(passed_over..)?;
    let places: Vec<i64> = places.skip(passed_over).collect();
    let first = *places.first()?;
    let length = i128::from(places.last()?.checked_sub(first).filter(|length| *length > 0)?);
    let (low, high) = (i128::from(*values.iter().min()?), i128::from(*values.iter().max()?));
    let (span, room) = ((high - low).max(1), i128::from(height - 2 * margin));
    let mut points = String::with_capacity(values.len() * 10);
    for (place, value) in places.iter().zip(values) {
        let x = i128::from(place.checked_sub(first)?) * i128::from(width) / length;
        let y = if high == low { room / 2 } else { (high - i128::from(*value)) * room / span };
        if !points.is_empty() {
            points.push(' ');
        }
        let _ = write!(points, "{x},{}", y + i128::from(margin));
    }
    Some(points)
}

fn direction(values: &[i64]) -> &'static str {
    match (values.first(), values.last()) {
        (Some(first), Some(last)) if last > first => "rise",
        (Some(first), Some(last)) if last < first => "fall",
        _ => "flat",
    }
}

#[cfg(test)]
mod tests {
    use super::super::format::PriceChange;
    use super::*;

    #[test]
    fn a_line_runs_from_edge_to_edge_with_the_highest_on_top() {
        let frame = Frame { width: 100, height: 50, margin: 5 };
        assert_eq!(polyline(evenly(&[1, 3, 2]), &[1, 3, 2], &frame).as_deref(), Some("0,45 50,5 100,25"));
        assert_eq!(polyline(evenly(&[7, 7]), &[7, 7], &frame).as_deref(), Some("0,25 100,25"));
        assert_eq!(polyline(evenly(&[7]), &[7], &frame), None);
        assert_eq!(polyline(evenly(&[]), &[], &frame), None);
        assert!(polyline(evenly(&[i64::MIN, i64::MAX]), &[i64::MIN, i64::MAX], &frame).is_some());
    }

    #[test]
    fn a_long_line_is_thinned_and_keeps_its_ends() {
        for length in [1, 2, 599, 600, 601, 602, 1_441, 5_000] {
            let prices: Vec<Price> = (1..=length).map(Price::from_units).collect();
            let kept: Vec<i64> = thinned(&prices).map(Price::units).collect();
            assert_eq!((kept.first(), kept.last()), (Some(&1), Some(&length)), "{length}");
            assert!(kept.len() <= MOST_POINTS && kept.windows(2).all(|pair| pair[0] < pair[1]), "{length}");
        }
    }

    #[test]
    fn a_mark_stands_where_the_price_does_and_never_beside_the_bar() {
        let place = |low, high, at| {
            let price = Price::from_units;
            let bar = span_bar(price(low), price(high), price(at)).0;
            bar.split(r#" x=""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap().parse::<i64>().unwrap()
        };
        assert_eq!((place(10, 20, 10), place(10, 20, 15), place(10, 20, 20)), (0, 4_880, 9_760));
        assert_eq!((place(10, 20, 1), place(10, 20, 99), place(10, 10, 10)), (0, 9_760, 4_880));
        assert_eq!(place(i64::MIN, i64::MAX, i64::MAX), 9_760);
    }

    #[test]
    fn no_two_slices_share_a_colour_however_many_holdings_there_are() {
        let cents = Money::from_cents;
        for count in [0, 1, 7, 8, 30] {
            let holdings: Vec<_> = (0..count).map(|number| (format!("S{number}"), cents(100))).collect();
            let all = slices(&holdings, cents(1_000), cents(1_000 + count * 100));
            let mut colours: Vec<_> = all.iter().map(|slice| slice.colour).collect();
            colours.sort_unstable();
            colours.dedup();
            assert_eq!(colours.len(), all.len(), "{count}");
            assert!(all.len() <= 8, "{count}");
            assert_eq!(all.iter().map(|slice| slice.value.cents()).sum::<i64>(), 1_000 + count * 100, "{count}");
            assert_eq!(all.last().map(|slice| slice.label.as_str()), Some("Cash"));
        }
        let thirty: Vec<_> = (0..30).map(|number| (format!("S{number}"), cents(100))).collect();
        let all = slices(&thirty, Money::ZERO, cents(3_000));
        assert_eq!((all[6].label.as_str(), all[6].value), ("Other (24)", cents(2_400)));
    }

    #[test]
    fn a_value_over_time_has_dates_and_extremes_and_the_colour_of_no_gain() {
        let at = |text: &str| text.parse::<At>().unwrap();
        let worth = [
            (at("2026-03-02T14:30:00Z"), Money::from_cents(1_000_000)),
            (at("2026-03-03T14:30:00Z"), Money::from_cents(2_000_000)),
            (at("2026-03-05T14:30:00Z"), Money::from_cents(1_500_000)),
        ];
        let drawn = value_line(&worth).0;
        for part in ["line flat", "2 Mar 2026", "5 Mar 2026", "$10,000.00", "$20,000.00"] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
        let day = value_line(&[worth[0], (at("2026-03-02T15:30:00Z"), Money::ZERO)]).0;
        assert!(day.contains("14:30") && day.contains("15:30"), "{day}");
    }

    #[test]
    fn a_line_has_the_colour_of_the_change_beside_it() {
        let line = |change| Line { prices: [1, 2].map(Price::from_units).to_vec(), change, ..Line::default() };
        assert!(sparkline(&line(Some(PriceChange(-1)))).0.contains("spark fall"));
        assert!(sparkline(&line(None)).0.contains("spark rise"));
    }

    #[test]
    fn a_ring_has_an_arc_for_each_slice() {
        let slice = |weight| Slice {
            label: "A".to_owned(),
            colour: "slice-0",
            value: Money::ZERO,
            weight: BasisPoints(weight),
        };
        assert_eq!(ring(&[slice(2_500), slice(7_500)]).0.matches("slice slice-0").count(), 2);
        assert_eq!(ring(&[slice(10_000)]).0.matches(r#"stroke-dasharray="10000 0""#).count(), 1);
    }
}
