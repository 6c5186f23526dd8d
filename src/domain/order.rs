//! What people ask the market to do.

use super::columns::text_column;
use super::hexadecimal;
use super::ids::uuid_at;
use super::time::At;
use super::{Money, Quantity};
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// Stored words: an enum with one lower-case word per variant.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        $crate::domain::columns::text_column!($name);

        impl $name {
            /// Every variant, in the order declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word it is stored and sent as.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::order::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::domain::order::UnknownWord),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

/// The text is none of the words that were expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the known words")]
pub struct UnknownWord;

words!(
    /// Which way an order goes.
    Side {
        /// Cash for shares.
        Buy = "buy",
        /// Shares for cash.
        Sell = "sell",
    }
);

words!(
    /// Where an order stands.
    OrderState {
        /// Executed in full.
        Filled = "filled",
    }
);

/// How much to trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderSize {
    /// So many shares.
    Shares(Quantity),
    /// As many shares as come to so much money.
    Dollars(Money),
}

impl OrderSize {
    /// The shares or the money that was named, and nothing for the other.
    #[must_use]
    pub const fn amounts(self) -> (Option<Quantity>, Option<Money>) {
        match self {
            Self::Shares(shares) => (Some(shares), None),
            Self::Dollars(dollars) => (None, Some(dollars)),
        }
    }
}

/// A name that the client gives an order before sending it, so that sending it twice places it once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct OrderKey(String);

text_column!(OrderKey);

impl OrderKey {
    /// The longest key, in characters.
    pub const LONGEST: usize = 64;

    /// A new key that sorts after those of earlier milliseconds (UUID version 7, RFC 9562), so that an index of many is
    /// filled at its end; 74 of its bits come from the operating system's randomness.
    #[must_use]
    pub fn at(at: At) -> Self {
        Self(uuid_at(at).simple().to_string())
    }

    /// The key of one part of what this is the key of; always the same for the same part.
    #[must_use]
    pub fn part(&self, part: &str) -> Self {
        Self(hexadecimal(&Sha256::new().chain_update(&self.0).chain_update(" ").chain_update(part).finalize()))
    }

    /// As the client wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrderKey {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=Self::LONGEST).contains(&text.len());
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if fits && plain { Ok(Self(text.to_owned())) } else { Err(UnknownWord) }
    }
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
