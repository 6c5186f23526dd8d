//! Pictures drawn on the server: sparklines, a price line, the ring of an allocation.
//!
//! Coordinates are whole numbers in the picture's own box; each picture either has a text beside it that
//! says the same, or a title.

use super::format::{BasisPoints, Html};
use crate::domain::{At, Money, Price};
use std::fmt::Write as _;
use std::time::Duration;

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

/// A small line of prices that follow each other `every` so often, oldest first; nothing for fewer than two.
/// Decoration beside a change in figures, which a script goes on drawing.
#[must_use]
pub fn sparkline(prices: &[Price], every: Duration) -> Html {
    let values: Vec<i64> = prices.iter().map(|price| price.units()).collect();
    let Some(points) = polyline(evenly(&values), &values, &SMALL) else { return Html(String::new()) };
    Html(format!(
        r#"<svg class="spark {}" viewBox="0 0 960 280" preserveAspectRatio="none"{} data-every="{}" aria-hidden="true" focusable="false"><polyline points="{points}"/></svg>"#,
        direction(&values),
        scale(&values, &SMALL),
        every.as_secs(),
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
    wide(&points, &values, r#"aria-hidden="true" focusable="false""#)
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

/// What a portfolio was worth at each moment, oldest first, as a wide line.
#[must_use]
pub fn value_line(worth: &[(At, Money)]) -> Html {
    let values: Vec<i64> = worth.iter().map(|(_, value)| value.cents()).collect();
    let moments = worth.iter().map(|(at, _)| at.micros());
    let Some(points) = polyline(moments, &values, &WIDE) else { return Html(String::new()) };
    let label = r#"role="img" aria-label="Line of the portfolio's value over time""#;
    wide(&points, &values, label)
}

/// A wide line with the area below it.
fn wide(points: &str, values: &[i64], label: &str) -> Html {
    Html(format!(
        r#"<svg class="line {}" viewBox="0 0 10000 3000" preserveAspectRatio="none" {label}><polygon points="0,3000 {points} 10000,3000"/><polyline points="{points}"/></svg>"#,
        direction(values),
    ))
}

/// One part of an allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// What it is: a symbol, or `Cash`.
    pub label: String,
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
    for (index, slice) in slices.iter().enumerate() {
        let length = (slice.bar() - gap).max(20);
        // Writing to a `String` cannot fail.
        let _ = write!(
            svg,
            r#"<circle class="slice slice-{}" cx="60" cy="60" r="48" pathLength="{TURN}" stroke-dasharray="{length} {}" stroke-dashoffset="-{start}" transform="rotate(-90 60 60)"/>"#,
            index % 8,
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
    fn a_ring_has_an_arc_for_each_slice() {
        let slice = |weight| Slice { label: "A".to_owned(), value: Money::ZERO, weight: BasisPoints(weight) };
        assert_eq!(ring(&[slice(2_500), slice(7_500)]).0.matches("slice ").count(), 2);
        assert_eq!(ring(&[slice(10_000)]).0.matches(r#"stroke-dasharray="10000 0""#).count(), 1);
    }
}
