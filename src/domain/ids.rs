//! Identities. A number that names a user cannot be passed where one that names an account belongs.

use super::columns::{bigint_column, text_column};
use super::time::At;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::{BigInt, Text};
use std::fmt;
use std::str::FromStr;
use uuid::{Builder, Uuid};

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
        #[diesel(sql_type = BigInt)]
        pub struct $name(pub i64);

        bigint_column!($name);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

typed_id!(
    /// A person who signs in.
    UserId
);
typed_id!(
    /// A place that holds cash and shares.
    AccountId
);
typed_id!(
    /// Something that can be traded.
    InstrumentId
);
typed_id!(
    /// An order, as the store numbers it.
    OrderId
);

/// A new UUID that sorts after those of earlier milliseconds (version 7, RFC 9562).
pub(super) fn uuid_at(at: At) -> Uuid {
    let millis = u64::try_from(at.micros() / 1_000).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}

/// A UUID shown to the outside, so that nobody can count or guess rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct PublicId(String);

text_column!(PublicId);

impl PublicId {
    /// A new one from the operating system's randomness.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().hyphenated().to_string())
    }

    /// A new one that sorts after those of earlier milliseconds (UUID version 7, RFC 9562), so that an index of many
    /// is filled at its end; 74 of its bits come from the operating system's randomness.
    #[must_use]
    pub fn at(at: At) -> Self {
        Self(uuid_at(at).hyphenated().to_string())
    }

    /// The canonical lower-case hyphenated form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PublicId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(|id| Self(id.hyphenated().to_string()))
    }
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
