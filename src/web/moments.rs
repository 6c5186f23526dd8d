//! How moments are written for people: in words, with the exact time on hover and for machines.

use super::format::Html;
use crate::domain::At;
use std::time::Duration;

/// From this age on a date says more than a distance.
const A_WEEK: Duration = Duration::from_hours(7 * 24);

/// A moment on a page.
pub trait ShowTime {
    /// In words relative to `now`: `12 s ago`, `3 h ago`, and a date when that is longer than a week.
    fn ago(&self, now: &At) -> Html;
    /// A moment by another clock, `age` ago by ours: the words are of the age, the exact time is the other clock's.
    fn aged(&self, age: &Duration) -> Html;
    /// To the second: `4 Oct 2013, 14:31:07 UTC`.
    fn moment(&self) -> Html;
    /// To the minute and short enough for a table: `4 Oct 2013, 14:31 UTC`.
    fn minute(&self) -> Html;
}

impl ShowTime for At {
    fn ago(&self, now: &At) -> Html {
        let age = now.since(*self);
        let words = if age < A_WEEK { age_words(age) } else { strftime(*self, "%-d %b %Y") };
        Html(format!(r#"<time datetime="{self}" title="{}">{words}</time>"#, exact(*self)))
    }

    fn aged(&self, age: &Duration) -> Html {
        Html(format!(r#"<time datetime="{self}" title="{}">{}</time>"#, exact(*self), age_words(*age)))
    }

    fn moment(&self) -> Html {
        Html(format!(r#"<time datetime="{self}">{}</time>"#, exact(*self)))
    }

    fn minute(&self) -> Html {
        Html(format!(
            r#"<time datetime="{self}" title="{}">{}</time>"#,
            exact(*self),
            strftime(*self, "%-d %b %Y, %H:%M UTC")
        ))
    }
}

/// How old something is, in its largest whole unit: `just now`, `12 s ago`, `3 days ago`.
#[must_use]
pub fn age_words(age: Duration) -> String {
    match age.as_secs() {
        0 => "just now".to_owned(),
        seconds @ 1..60 => format!("{seconds} s ago"),
        seconds @ 60..3_600 => format!("{} min ago", seconds / 60),
        seconds @ 3_600..86_400 => format!("{} h ago", seconds / 3_600),
        86_400..172_800 => "1 day ago".to_owned(),
        seconds => format!("{} days ago", seconds / 86_400),
    }
}

/// The day of a moment, as part of a sentence: `4 Oct 2013`.
#[must_use]
pub fn day_words(at: At) -> String {
    strftime(at, "%-d %b %Y")
}

/// How long something has lasted, in its two largest units: `3 days 4 h`, `12 min`.
#[must_use]
pub fn span_words(span: Duration) -> String {
    let (days, hours, minutes) = (span.as_secs() / 86_400, span.as_secs() / 3_600 % 24, span.as_secs() / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (1, hours, _) => format!("1 day {hours} h"),
        (days, hours, _) => format!("{days} days {hours} h"),
    }
}

/// How long to wait, rounded up so that waiting that long is enough: `1 second`, `2 minutes`.
#[must_use]
pub fn wait_in_words(span: Duration) -> String {
    let seconds = span.as_secs().saturating_add(u64::from(span.subsec_nanos() > 0)).max(1);
    let (number, unit) = if seconds < 60 { (seconds, "second") } else { (seconds.div_ceil(60), "minute") };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// A moment of the exchange's day, in its own time: `4 Oct 2013, 10:31 New York`.
#[must_use]
pub fn new_york(at: At) -> String {
    match at.timestamp().in_tz("America/New_York") {
        Ok(local) => local.strftime("%-d %b %Y, %H:%M New York").to_string(),
        Err(_) => strftime(at, "%-d %b %Y, %H:%M UTC"),
    }
}

/// What the clock of an exchange says: `Monday, 23 Nov 2026, 09:30:07 New York`.
#[must_use]
pub fn clock(at: At, zone: &str) -> String {
    local(at, zone, "%A, %-d %b %Y, %H:%M:%S")
}

/// When a market opens, by the clock of its exchange: `Monday, 23 Nov, 09:30 New York`.
#[must_use]
pub fn opening(at: At, zone: &str) -> String {
    local(at, zone, "%A, %-d %b, %H:%M")
}

/// The same where there is little room: `Mon 09:30 New York`.
#[must_use]
pub fn short_opening(at: At, zone: &str) -> String {
    local(at, zone, "%a %H:%M")
}

/// A moment by the clock of a time zone, with the name of its place.
fn local(at: At, zone: &str, form: &str) -> String {
    let Ok(local) = at.timestamp().in_tz(zone) else { return format!("{} UTC", strftime(at, form)) };
    let place = zone.rsplit('/').next().unwrap_or(zone).replace('_', " ");
    format!("{} {place}", local.strftime(form))
}

/// To the second, as text: `4 Oct 2013, 14:31:07 UTC`.
pub(super) fn exact(at: At) -> String {
    strftime(at, "%-d %b %Y, %H:%M:%S UTC")
}

fn strftime(at: At, form: &str) -> String {
    at.timestamp().strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    #[test]
    fn a_moment_is_told_in_words_and_exactly() {
        let html = at("2013-10-04T14:31:07Z").ago(&at("2013-10-04T14:31:19Z")).0;
        assert!(html.contains(">12 s ago<"), "{html}");
        assert!(html.contains(r#"datetime="2013-10-04T14:31:07Z""#), "{html}");
        assert!(html.contains("4 Oct 2013, 14:31:07 UTC"), "{html}");
    }

    #[test]
    fn words_grow_with_the_distance() {
        let then = at("2013-10-04T14:31:07Z");
        for (later, words) in [
            ("2013-10-04T14:31:07Z", ">just now<"),
            ("2013-10-04T14:33:07Z", ">2 min ago<"),
            ("2013-10-04T18:31:07Z", ">4 h ago<"),
            ("2013-10-05T18:31:07Z", ">1 day ago<"),
            ("2013-10-07T18:31:07Z", ">3 days ago<"),
            ("2013-11-07T18:31:07Z", ">4 Oct 2013<"),
            ("2013-10-04T14:30:00Z", ">just now<"),
        ] {
            let html = then.ago(&at(later)).0;
            assert!(html.contains(words), "{later}: {html}");
        }
    }

    #[test]
    fn an_opening_is_told_by_the_clock_of_the_exchange() {
        let opens = at("2026-11-23T14:30:00Z");
        assert_eq!(opening(opens, "America/New_York"), "Monday, 23 Nov, 09:30 New York");
        assert_eq!(short_opening(opens, "America/New_York"), "Mon 09:30 New York");
        assert_eq!(opening(opens, "UTC"), "Monday, 23 Nov, 14:30 UTC");
    }

    #[test]
    fn a_wait_is_never_told_too_short() {
        assert_eq!(wait_in_words(Duration::from_millis(1_200)), "2 seconds");
        assert_eq!(wait_in_words(Duration::ZERO), "1 second");
        assert_eq!(wait_in_words(Duration::from_secs(61)), "2 minutes");
    }
}
