//! Prices, in ten-thousandths of a dollar.

use super::amount::{self, AmountError};
use super::columns::bigint_column;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::BigInt;
use std::fmt;

/// The price of one share in ten-thousandths of a US dollar; a price from a feed may carry all four decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Price(i64);

bigint_column!(Price);

impl Price {
    /// The decimals of a price.
    pub const SCALE: u32 = 4;
    /// The lowest price anything trades at: one cent.
    pub const LOWEST: Self = Self(100);

    /// `units` ten-thousandths of a dollar.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// Ten-thousandths of a dollar.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Reads a price above zero with up to four decimals.
    ///
    /// # Errors
    /// The sentence that says what is wrong with the text.
    pub fn parse_positive(text: &str) -> Result<Self, AmountError> {
        amount::parse_positive_units(text, Self::SCALE).map(Self)
    }

    /// The change from `earlier` to this price, in the same unit, or nothing when it does not fit.
    #[must_use]
    pub const fn checked_sub(self, earlier: Self) -> Option<i64> {
        self.0.checked_sub(earlier.0)
    }
}

/// Plain, two to four decimals: `187.22`, `0.4375`.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(amount::show_units(self.0, Self::SCALE, 2).as_str())
    }
}

impl std::str::FromStr for Price {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_positive(text)
    }
}
