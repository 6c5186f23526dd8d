//! Shares, in billionths.

use super::amount::{self, AmountError};
use super::columns::bigint_column;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::BigInt;
use std::fmt;

/// A number of shares in billionths of one share; negative only as a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Quantity(i64);

bigint_column!(Quantity);

impl Quantity {
    /// No shares.
    pub const ZERO: Self = Self(0);
    /// One share.
    pub const ONE: Self = Self(1_000_000_000);
    /// The decimals of a share.
    pub const SCALE: u32 = 9;

    /// `units` billionths of a share.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// Billionths of a share.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Reads a number of shares above zero with up to nine decimals.
    ///
    /// # Errors
    /// The sentence that says what is wrong with the text.
    pub fn parse_positive(text: &str) -> Result<Self, AmountError> {
        amount::parse_positive_units(text, Self::SCALE).map(Self)
    }

    /// The sum, or nothing when it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The difference, or nothing when it does not fit.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The same number with the other sign, or nothing for the one number that has none.
    #[must_use]
    pub const fn checked_neg(self) -> Option<Self> {
        match self.0.checked_neg() {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// Whether there are no shares.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// Plain, without trailing zeros: `10`, `0.5`.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(amount::show_units(self.0, Self::SCALE, 0).as_str())
    }
}

impl std::str::FromStr for Quantity {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        amount::parse_units(text, Self::SCALE).map(Self)
    }
}
