//! Moments, in UTC microseconds.

use super::columns::bigint_column;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::BigInt;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt;
use std::time::Duration;

/// Microseconds since 1970-01-01T00:00:00Z; the only time that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct At(i64);

bigint_column!(At);

impl At {
    /// The beginning of time.
    pub const EARLIEST: Self = Self(i64::MIN);
    /// The end of time.
    pub const LATEST: Self = Self(i64::MAX);

    /// `micros` microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This moment and `span` more, at most the end of time.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros_of(span)))
    }

    /// This moment less `span`, at least the beginning of time.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros_of(span)))
    }

    /// How long after `earlier` this is; nothing when it is not after.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        u64::try_from(self.0.saturating_sub(earlier.0)).map_or(Duration::ZERO, Duration::from_micros)
    }

    /// As a calendar library's timestamp; moments outside its range become its ends.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// The beginning of the span that this moment lies in, where spans follow each other since the epoch.
    #[must_use]
    pub fn beginning_of(self, span: Duration) -> Self {
        let span = micros_of(span).max(1);
        Self(self.0.div_euclid(span).saturating_mul(span))
    }

    /// The number of whole UTC days since the epoch.
    #[must_use]
    pub const fn utc_day(self) -> i64 {
        self.0.div_euclid(86_400_000_000)
    }
}

fn micros_of(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

impl At {
    /// The beginning of a day of UTC; nothing outside the years that moments are counted in.
    #[must_use]
    pub fn midnight(day: Date) -> Option<Self> {
        day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().into())
    }
}

impl From<Timestamp> for At {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

/// RFC 3339 in UTC: `2013-10-04T14:30:00Z`.
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl std::str::FromStr for At {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Timestamp>().map(Self::from)
    }
}
