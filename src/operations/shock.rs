//! Prices that somebody can set, and parts of themselves that they can be moved by.

use super::HIGHEST_PRICE;
use crate::domain::amount::parse_units;
use crate::domain::{AmountError, Price};
use std::fmt;
use std::str::FromStr;

/// Ten-thousandths in a dollar, the price from which whole cents are quoted, and in a cent.
const DOLLAR: i64 = 10_000;
const CENT: i64 = 100;
/// By how much prices are moved: a part of themselves in hundredths of a percent, from -90 % to +900 %, and not nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shock(i64);

/// The text is no shock. Displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter a percentage from -90 to 900 other than zero, with up to two decimals, for example -12.5.")]
pub struct NotAShock;

/// A price that nobody can set. Each displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPrice {
    /// No number, or one that is not above zero.
    #[error(transparent)]
    NotANumber(#[from] AmountError),
    /// Below a cent, or above a million dollars.
    #[error("Enter a price between $0.01 and $1,000,000.00.")]
    OutOfBounds,
    /// Finer than it would be quoted.
    #[error("Prices of a dollar or more must be in whole cents.")]
    NotQuotable,
}

/// Reads a price that an instrument can be set to.
///
/// # Errors
/// The sentence that says what is wrong with the text.
pub fn parse_price(text: &str) -> Result<Price, NotAPrice> {
    let price = Price::parse_positive(text)?;
    if price < Price::LOWEST || price > HIGHEST_PRICE {
        return Err(NotAPrice::OutOfBounds);
    }
    if price.units() >= DOLLAR && price.units() % CENT != 0 { Err(NotAPrice::NotQuotable) } else { Ok(price) }
}

impl Shock {
    /// Where a price is moved to: quotable, at least a cent, and not above [`HIGHEST_PRICE`] unless it was before.
    #[must_use]
    pub fn of(self, price: Price) -> Price {
        let highest = highest(price);
        let moved = i64::try_from(self.unbounded(price)).map_or(highest, |moved| moved.min(highest));
        let tick = if moved >= DOLLAR { CENT } else { 1 };
        let quotable = moved.saturating_add(tick / 2) / tick * tick;
        Price::from_units(quotable.max(Price::LOWEST.units()))
    }

    /// Whether a price stops at a bound before it has moved so far.
    #[must_use]
    pub fn is_cut_short(self, price: Price) -> bool {
        !(i128::from(Price::LOWEST.units())..=i128::from(highest(price))).contains(&self.unbounded(price))
    }

    fn unbounded(self, price: Price) -> i128 {
        (i128::from(price.units()) * i128::from(10_000 + self.0) + 5_000).div_euclid(10_000)
    }
}

/// The highest that a price can be moved to, in units: [`HIGHEST_PRICE`], or where it stands if that is above.
fn highest(price: Price) -> i64 {
    HIGHEST_PRICE.units().max(price.units())
}

impl FromStr for Shock {
    type Err = NotAShock;

    fn from_str(text: &str) -> Result<Self, NotAShock> {
        let text = text.trim().trim_end_matches('%').trim_end().replace('\u{2212}', "-");
        match parse_units(&text, 2) {
            Ok(shock) if shock != 0 && (-9_000..=90_000).contains(&shock) => Ok(Self(shock)),
            _ => Err(NotAShock),
        }
    }
}

/// With its sign: `-12.50 %`.
impl fmt::Display for Shock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        write!(f, "{sign}{}.{:02} %", self.0.abs() / 100, self.0.abs() % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shock_is_a_percentage_within_bounds() {
        for (text, shown) in
            [("-12.5", "-12.50 %"), ("+3", "+3.00 %"), (" 900 % ", "+900.00 %"), ("\u{2212}0.01", "-0.01 %")]
        {
            assert_eq!(text.parse::<Shock>().unwrap().to_string(), shown);
        }
        for text in ["", "0", "-0.00", "-90.01", "900.01", "1e3", "1.234", "--5", "NaN", "99999999999999999999"] {
            assert_eq!(text.parse::<Shock>(), Err(NotAShock), "{text:?}");
        }
    }

    #[test]
    fn a_shocked_price_is_quotable_never_below_a_cent_and_bounded() {
        let after = |by: &str, units: i64| by.parse::<Shock>().unwrap().of(Price::from_units(units)).units();
        assert_eq!(after("-20", 1_000_000), 800_000);
        assert_eq!(after("-12.5", 1_000_100), 875_100);
        assert_eq!(after("-90", 100), 100);
        assert_eq!(after("-50", 15_000), 7_500);
        assert_eq!(after("900", HIGHEST_PRICE.units() / 2), HIGHEST_PRICE.units());
        assert_eq!(after("10", HIGHEST_PRICE.units() * 2), HIGHEST_PRICE.units() * 2);
        assert_eq!(after("-10", i64::MAX), 8_301_034_833_169_298_200);
        let cut_short = |by: &str, units: i64| by.parse::<Shock>().unwrap().is_cut_short(Price::from_units(units));
        assert!(cut_short("900", HIGHEST_PRICE.units() / 2) && cut_short("-90", 100) && cut_short("10", i64::MAX));
        assert!(!cut_short("900", HIGHEST_PRICE.units() / 10) && !cut_short("-90", 1_000));
    }
}
