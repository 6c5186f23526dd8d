//! Reading a decimal number that a person typed into whole units of a given scale.

use rust_decimal::Decimal;
use std::fmt;

/// More characters than any amount in range needs; longer input is refused before it is looked at.
const LONGEST: usize = 40;

/// Why text is not an amount. Each displays as a sentence for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing was typed.
    #[error("Enter a number.")]
    Empty,
    /// Letters, exponents, misplaced separators and the like.
    #[error("Enter a plain number, for example 1250 or 1,250.50.")]
    NotANumber,
    /// A minus sign where only amounts above zero make sense.
    #[error("Enter a number above zero.")]
    NotPositive,
    /// More decimals than the unit has.
    #[error("Use at most {0} decimals.")]
    TooManyDecimals(u32),
    /// Does not fit the type.
    #[error("That number is too large.")]
    TooLarge,
}

/// Reads `text` as a number of units of `10^-scale`: with scale 2, `"1,250.5"` is `125050`.
///
/// Leading and trailing white space, one leading `$` and commas between groups of three digits are
/// accepted. A comma anywhere else is refused, so that `1,5` is never read as fifteen.
///
/// # Errors
/// The [`AmountError`] that says what is wrong; nothing is rounded.
pub fn parse_units(text: &str, scale: u32) -> Result<i64, AmountError> {
    let trimmed = text.trim();
    if trimmed.len() > LONGEST {
        return Err(AmountError::TooLarge);
    }
    let (negative, unsigned) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let unsigned = unsigned.strip_prefix('$').unwrap_or(unsigned);
    if unsigned.is_empty() {
        return Err(if trimmed.is_empty() { AmountError::Empty } else { AmountError::NotANumber });
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let whole = ungroup(whole).ok_or(AmountError::NotANumber)?;
    if !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return Err(AmountError::NotANumber);
    }
    let fraction = fraction.trim_end_matches('0');
    let decimals = u32::try_from(fraction.len()).map_err(|_| AmountError::TooLarge)?;
    if decimals > scale {
        return Err(AmountError::TooManyDecimals(scale));
    }
    let plain = format!("{}{}.{}", if negative { "-" } else { "" }, zero_if_empty(&whole), zero_if_empty(fraction));
    let number = Decimal::from_str_exact(&plain).map_err(|_| AmountError::TooLarge)?;
    let unit = Decimal::from_i128_with_scale(1, 0)
        .checked_mul(Decimal::from(10_i64.checked_pow(scale).ok_or(AmountError::TooLarge)?))
        .ok_or(AmountError::TooLarge)?;
    let units = number.checked_mul(unit).ok_or(AmountError::TooLarge)?;
    i64::try_from(units.normalize().mantissa())
        .ok()
        .filter(|_| units.normalize().scale() == 0)
        .ok_or(AmountError::TooLarge)
}

/// As [`parse_units`], and refuses zero and less.
///
/// # Errors
/// As [`parse_units`], and [`AmountError::NotPositive`].
pub fn parse_positive_units(text: &str, scale: u32) -> Result<i64, AmountError> {
    match parse_units(text, scale)? {
        units if units > 0 => Ok(units),
        _ => Err(AmountError::NotPositive),
    }
}

/// Writes `units` of `10^-scale` as a decimal with at least `fewest` decimals and no further trailing zeros.
#[must_use]
pub fn show_units(units: i64, scale: u32, fewest: u32) -> Shown {
    let mut shown = Shown { bytes: [0; ROOM], start: ROOM };
    let mut rest = units.unsigned_abs();
    let mut next_digit = || {
        let digit = u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        (b'0' + digit, rest == 0)
    };
    for place in (1..=scale).rev() {
        let (digit, _) = next_digit();
        if digit != b'0' || place <= fewest || !shown.is_empty() {
            shown.prepend(digit);
        }
    }
    if !shown.is_empty() {
        shown.prepend(b'.');
    }
    loop {
        let (digit, last) = next_digit();
        shown.prepend(digit);
        if last {
            break;
        }
    }
    if units < 0 {
        shown.prepend(b'-');
    }
    shown
}

/// Room for a sign, a point and all the digits that 64 bits can have.
const ROOM: usize = 32;

/// A number written out. Pages hold hundreds of them, so that they are made without asking for memory.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    bytes: [u8; ROOM],
    start: usize,
}

impl Shown {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.bytes.get(self.start..).unwrap_or_default()).unwrap_or_default()
    }

    const fn is_empty(&self) -> bool {
        self.start == ROOM
    }

    fn prepend(&mut self, byte: u8) {
        self.start = self.start.saturating_sub(1);
        if let Some(place) = self.bytes.get_mut(self.start) {
            *place = byte;
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The digits of `whole` without its group separators, or nothing when a separator is misplaced.
fn ungroup(whole: &str) -> Option<String> {
    if !whole.contains(',') {
        return digits(whole).then(|| whole.to_owned());
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped =
        (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group));
    grouped.then(|| whole.replace(',', ""))
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn zero_if_empty(text: &str) -> &str {
    if text.is_empty() { "0" } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_type_is_read_exactly() {
        for (text, units) in [
            ("0", 0),
            ("1", 100),
            (" 1,250.5 ", 125_050),
            ("$10.99", 1_099),
            ("1,000,000.00", 100_000_000),
            (".5", 50),
            ("5.", 500),
            ("-0.40", -40),
            ("007", 700),
            ("1.500000000000000", 150),
            ("92233720368547758.07", i64::MAX),
        ] {
            assert_eq!(parse_units(text, 2), Ok(units), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused_and_never_guessed() {
        for text in [
            "1e5",
            "NaN",
            "inf",
            "²",
            "1,5",
            "1,50.00",
            ",100",
            "1,,000",
            "1 000",
            "0x10",
            "--1",
            "1.2.3",
            ".",
            "$",
            "١٢",
            "1_000",
            "\u{202e}5",
        ] {
            assert_eq!(parse_units(text, 2), Err(AmountError::NotANumber), "{text:?}");
        }
        assert_eq!(parse_units("", 2), Err(AmountError::Empty));
        assert_eq!(parse_units("1.005", 2), Err(AmountError::TooManyDecimals(2)));
        assert_eq!(parse_units("92233720368547758.08", 2), Err(AmountError::TooLarge));
        assert_eq!(parse_units(&"9".repeat(4_000), 2), Err(AmountError::TooLarge));
        assert_eq!(parse_positive_units("0.00", 2), Err(AmountError::NotPositive));
        assert_eq!(parse_positive_units("-1", 2), Err(AmountError::NotPositive));
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back_as_itself(units in any::<i64>(), scale in 0_u32..=9, fewest in 0_u32..=2) {
            let shown = show_units(units, scale, fewest.min(scale));
            prop_assume!(units != i64::MIN);
            prop_assert_eq!(parse_units(shown.as_str(), scale), Ok(units));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}", scale in 0_u32..=9) {
            let _ = parse_units(&text, scale);
        }
    }
}
