//! Cash, in whole cents.

use super::amount::{self, AmountError};
use super::columns::bigint_column;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::BigInt;
use std::fmt;

/// An amount of US dollars in whole cents; may be negative where it is a change or a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Money(i64);

bigint_column!(Money);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The most that fits.
    pub const MAX: Self = Self(i64::MAX);
    /// The decimals of a dollar.
    pub const SCALE: u32 = 2;

    /// `cents` hundredths of a dollar.
    #[must_use]
    pub const fn from_cents(cents: i64) -> Self {
        Self(cents)
    }

    /// Hundredths of a dollar.
    #[must_use]
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// Reads an amount above zero, as a person types it.
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
            Some(cents) => Some(Self(cents)),
            None => None,
        }
    }

    /// The difference, or nothing when it does not fit.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(cents) => Some(Self(cents)),
            None => None,
        }
    }

    /// The same amount with the other sign, or nothing for the one amount that has none.
    #[must_use]
    pub const fn checked_neg(self) -> Option<Self> {
        match self.0.checked_neg() {
            Some(cents) => Some(Self(cents)),
            None => None,
        }
    }

    /// Whether this is a debt or a loss.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The sum of all, or nothing when it does not fit.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

/// Plain, for files and forms: `1234.50`, `-0.40`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(amount::show_units(self.0, Self::SCALE, Self::SCALE).as_str())
    }
}

impl std::str::FromStr for Money {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        amount::parse_units(text, Self::SCALE).map(Self)
    }
}
