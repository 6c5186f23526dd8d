//! Pictures drawn on the server: sparklines, a price line, the ring of an allocation.
//!
//! Coordinates are whole numbers in the picture's own box; each picture either has a text beside it that
//! says the same, or a title.

use super::format::{BasisPoints, Html, Show};
use crate::domain::{At, Money, Price};
use std::fmt::Write as _;

/// More points than a line can show on a page.
const MOST_POINTS: usize = 600;
/// A full turn of the allocation ring.
const TURN: i64 = 10_000;

/// A picture's own box, and how far its line stays from the upper and lower edge.
struct Frame {
    width: i64,
    height: i64,
    margin: i64,
}

const SMALL: Frame = Frame { width: 960, height: 280, margin: 20 };
const WIDE: Frame = Frame { width: 10_000, height: 3_000, margin: 120 };

/// A small line of recent prices, oldest first; nothing for fewer than two. Decoration beside a change in figures.
#[must_use]
pub fn sparkline(prices: &[Price]) -> Html {
    let values: Vec<i64> = prices.iter().map(|price| price.units()).collect();
    let Some(points) = polyline(evenly(&values), &values, &SMALL) else { return Html(String::new()) };
    Html(format!(
        r#"<svg class="spark {}" viewBox="0 0 960 280" preserveAspectRatio="none"{} aria-hidden="true" focusable="false"><polyline points="{points}"/></svg>"#,
        direction(&values),
        scale(&values, &SMALL),
    ))
}

/// A wide line of values with the area below it; nothing for fewer than two. `title` is read aloud, and
/// `scale` tells a script how to go on drawing it.
fn line(places: impl Iterator<Item = i64>, values: &[i64], title: &str, scale: &str) -> Html {
    let Some(points) = polyline(places, values, &WIDE) else { return Html(String::new()) };
    Html(format!(
        r#"<svg class="line {}" viewBox="0 0 10000 3000" preserveAspectRatio="none"{scale} role="img" aria-label="{title}"><polygon points="0,3000 {points} 10000,3000"/><polyline points="{points}"/></svg>"#,
        direction(values),
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

/// Recent prices with their moments, oldest first, as a wide line.
#[must_use]
pub fn price_line(prices: &[(At, Price)]) -> Html {
    let values: Vec<i64> = prices.iter().map(|(_, price)| price.units()).collect();
    let low = values.iter().min().copied().map(Price::from_units);
    let high = values.iter().max().copied().map(Price::from_units);
    match (low, high) {
        (Some(low), Some(high)) => {
            let title = format!("Line of recent prices between {} and {}", low.show(), high.show());
            line(evenly(&values), &values, &title, &scale(&values, &WIDE))
        }
        _ => Html(String::new()),
    }
}

/// What a portfolio was worth at each moment, oldest first, as a wide line.
#[must_use]
pub fn value_line(worth: &[(At, Money)]) -> Html {
    let values: Vec<i64> = worth.iter().map(|(_, value)| value.cents()).collect();
    let moments = worth.iter().map(|(at, _)| at.micros());
    line(moments, &values, "Line of the portfolio's value over time", "")
}

/// One part of an allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// What it is: a symbol, `Cash`, `12 others`.
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

/// The points of a line through `values`, the lowest at the bottom, evenly spaced; nothing for fewer than two.
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
    fn a_ring_has_an_arc_for_each_slice() {
        let slice = |weight| Slice { label: "A".to_owned(), value: Money::ZERO, weight: BasisPoints(weight) };
        assert_eq!(ring(&[slice(2_500), slice(7_500)]).0.matches("slice ").count(), 2);
        assert_eq!(ring(&[slice(10_000)]).0.matches(r#"stroke-dasharray="10000 0""#).count(), 1);
    }
}
