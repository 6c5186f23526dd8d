//! Which candles an address asks for.

use super::chart::ChartRange;
use super::field_errors::FieldErrors;
use crate::domain::{At, Timeframe};
use crate::market::day::Calendar;
use actix_web::web;
use jiff::Timestamp;
use jiff::civil::Date;

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    /// JSON.
    Json,
    /// CSV.
    Csv,
}

/// Candles that begin at `from` or later and before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    /// The range that was asked for by name, whose candles may be others than its own.
    pub(super) range: Option<ChartRange>,
    pub(super) timeframe: Timeframe,
    pub(super) from: At,
    pub(super) until: At,
    pub(super) kind: FileKind,
}

/// Where a moment stands in a span: a day on its own is its beginning or its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    From,
    To,
}

/// What is asked for where the market's own clock shows `now`.
///
/// # Errors
/// A sentence for each parameter that cannot be understood.
pub(super) fn asked(query: &str, now: At, calendar: &Calendar) -> Result<Asked, FieldErrors> {
    let mut errors = FieldErrors::default();
    let fields = web::Query::<Vec<(String, String)>>::from_query(query).map(web::Query::into_inner);
    let Ok(fields) = fields else {
        errors.add("query", "The query cannot be read. Write it as timeframe=1m&from=2026-03-02.");
        return Err(errors);
    };
    let mut asks = Asks::default();
    for (name, value) in &fields {
        asks.take(name, value, &mut errors);
    }
    let asked = asks.resolved(now, calendar, &mut errors);
    if errors.is_empty() { Ok(asked) } else { Err(errors) }
}

/// What the parameters say, as far as they say anything.
#[derive(Default)]
struct Asks {
    range: Option<ChartRange>,
    timeframe: Option<Timeframe>,
    from: Option<At>,
    until: Option<At>,
    csv: bool,
}

impl Asks {
    fn take(&mut self, name: &str, value: &str, errors: &mut FieldErrors) {
        match name {
            "timeframe" => match value.parse() {
                Ok(timeframe) => self.timeframe = Some(timeframe),
                Err(_) => errors.add("timeframe", "The timeframe is 1m, 5m, 1h or 1d."),
            },
            "range" => match ChartRange::named(value) {
                Some(range) => self.range = Some(range),
                None => errors.add("range", "The range is 1D, 5D, 1M, 6M or 1Y."),
            },
            "from" => self.from = moment("from", value, Side::From, errors),
            "to" => self.until = moment("to", value, Side::To, errors),
            "format" => match value {
                "json" | "csv" => self.csv = value == "csv",
                _ => errors.add("format", "The format is json or csv."),
            },
            _ => errors.add("query", "Only the parameters timeframe, from, to, range and format are known."),
        }
    }

    fn resolved(self, now: At, calendar: &Calendar, errors: &mut FieldErrors) -> Asked {
        let spelled_out = self.timeframe.is_some() || self.from.is_some() || self.until.is_some();
        if self.range.is_some() && spelled_out {
            errors.add("range", "A range cannot be combined with timeframe, from or to.");
        }
        let timeframe = self.timeframe.or_else(|| self.range.map(ChartRange::timeframe)).unwrap_or(Timeframe::Day);
        let range = self.range.unwrap_or(match timeframe {
            Timeframe::Minute => ChartRange::Day,
            Timeframe::FiveMinutes => ChartRange::FiveDays,
            Timeframe::Hour => ChartRange::Month,
            Timeframe::Day => ChartRange::Year,
        });
        let until = self.until.unwrap_or_else(|| range.around(now, calendar).1);
        let from = self.from.unwrap_or_else(|| {
            let (usual_from, usual_until) = range.around(now, calendar);
            until.minus(usual_until.since(usual_from))
        });
        if from >= until {
            errors.add("to", "The end must be after the start: give a to that is later than from.");
        }
        let kind = if self.csv { FileKind::Csv } else { FileKind::Json };
        Asked { range: self.range, timeframe, from, until, kind }
    }
}

/// A moment as `2026-03-02T14:30:00Z`, as seconds since 1970, or as a day.
fn moment(name: &'static str, text: &str, side: Side, errors: &mut FieldErrors) -> Option<At> {
    let seconds = || text.parse::<i64>().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).map(At::from);
    let day = || {
        let date = text.parse::<Date>().ok().filter(|_| text.len() == 10)?;
        let date = if side == Side::To { date.tomorrow().ok()? } else { date };
        At::midnight(date)
    };
    // In a query a plus stands for a space, and people write it all the same.
    let exact = || text.replace(' ', "+").parse().ok();
    let read = seconds().or_else(day).or_else(exact);
    if read.is_none() {
        errors.add(name, "Write a time as 2026-03-02T14:30:00Z or as seconds since 1970, or a day as 2026-03-02.");
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Asked, FieldErrors> {
        asked(query, "2026-03-02T14:31:19Z".parse().unwrap(), &Calendar::Utc)
    }

    fn span(query: &str) -> (String, String, String) {
        let asked = read(query).unwrap();
        (asked.timeframe.to_string(), asked.from.to_string(), asked.until.to_string())
    }

    fn tuple(timeframe: &str, from: &str, until: &str) -> (String, String, String) {
        (timeframe.to_owned(), from.to_owned(), until.to_owned())
    }

    #[test]
    fn moments_are_exact_or_seconds_or_days_that_include_the_last() {
        let day = tuple("1m", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z");
        assert_eq!(span("timeframe=1m&from=2026-03-02&to=2026-03-02"), day);
        assert_eq!(span("timeframe=1m&from=1772409600&to=1772496000"), day);
        assert_eq!(span("timeframe=1m&from=2026-03-02T00:00:00Z&to=2026-03-03T01:00:00%2B01:00"), day);
        assert_eq!(span("timeframe=1m&from=2026-03-02T00:00:00Z&to=2026-03-03T01:00:00+01:00"), day);
    }

    #[test]
    fn what_is_left_out_is_what_the_chart_shows() {
        let year = tuple("1d", "2025-03-02T00:00:00Z", "2026-03-03T00:00:00Z");
        assert_eq!(span(""), year);
        assert_eq!(span("range=1y"), year);
        assert_eq!(span("timeframe=1m"), span("range=1D"));
        assert_eq!(span("timeframe=1h&to=2025-06-30"), tuple("1h", "2025-05-31T00:00:00Z", "2025-07-01T00:00:00Z"));
    }

    #[test]
    fn every_parameter_that_cannot_be_understood_is_told() {
        for (query, field) in [
            ("timeframe=2m", "timeframe"),
            ("timeframe=", "timeframe"),
            ("from=yesterday", "from"),
            ("from=", "from"),
            ("to=99999999999999999", "to"),
            ("to=2026-02-30", "to"),
            ("from=2026-03-02&to=2026-03-01", "to"),
            ("from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z", "to"),
            ("from=2030-01-01", "to"),
            ("format=xml", "format"),
            ("range=2Y", "range"),
            ("range=1Y&from=2026-03-02", "range"),
            ("timeframes=1m", "query"),
        ] {
            let errors = read(query).unwrap_err();
            assert!(errors.get(field).is_some(), "{query}: {errors:?}");
        }
        assert_eq!(read("timeframe=x&from=y&to=z&format=q").unwrap_err().fields().count(), 4);
    }
}
