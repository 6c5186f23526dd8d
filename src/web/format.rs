//! How numbers are written for people: grouped, with a true minus, and a change always with its sign.
//!
//! Templates call these as methods. What comes back is [`Html`], which is not escaped again, and an
//! absent value is written as a dash that is read aloud as "not known".

use crate::domain::{Money, OrderSize, OrderState, Price, Quantity, Quote, Side, Symbol, amount};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

/// Markup that is complete: it is written into a page as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html(pub(crate) String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

/// What stands where a number is not known.
const UNKNOWN: &str =
    r#"<span class="unknown"><span aria-hidden="true">–</span><span class="unseen">not known</span></span>"#;

/// A number as people read it.
pub trait Show {
    /// Grouped, without a sign above zero: `1,872.20`, `−0.40`, `10`.
    fn show(&self) -> Html;
}

impl Show for Money {
    fn show(&self) -> Html {
        Html(grouped(&self.to_string()))
    }
}

impl Show for Price {
    fn show(&self) -> Html {
        Html(grouped(&self.to_string()))
    }
}

impl Show for Quantity {
    fn show(&self) -> Html {
        Html(grouped(&self.to_string()))
    }
}

/// Whole numbers: volumes and counts.
impl Show for i64 {
    fn show(&self) -> Html {
        Html(grouped(&self.to_string()))
    }
}

impl Show for BasisPoints {
    fn show(&self) -> Html {
        Html(grouped(&format!("{self}%")))
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> Html {
        self.as_ref().map_or_else(|| Html(UNKNOWN.to_owned()), Show::show)
    }
}

/// An amount of money with its currency.
pub trait Dollars {
    /// `$1,872.20`, `−$0.40`.
    fn dollars(&self) -> Html;
}

impl Dollars for Money {
    fn dollars(&self) -> Html {
        let plain = self.to_string();
        Html(match plain.strip_prefix('-') {
            Some(magnitude) => format!("\u{2212}${}", grouped(magnitude)),
            None => format!("${}", grouped(&plain)),
        })
    }
}

impl Dollars for Option<Money> {
    fn dollars(&self) -> Html {
        self.as_ref().map_or_else(|| Html(UNKNOWN.to_owned()), Dollars::dollars)
    }
}

/// A difference: always written with its sign.
pub trait Change {
    /// `+1.25`, `−0.40`, `0.00`.
    fn signed(&self) -> Html;

    /// As [`Change::signed`], with an arrow and the colour of a rise or a fall.
    fn change(&self) -> Html {
        let text = self.signed().0;
        let (class, arrow) = match text.chars().next() {
            Some('+') => ("rise", "▲"),
            Some('\u{2212}') => ("fall", "▼"),
            _ => ("flat", ""),
        };
        Html(format!(
            r#"<span class="change {class}"><span class="arrow" aria-hidden="true">{arrow}</span>{text}</span>"#
        ))
    }
}

impl Change for Money {
    fn signed(&self) -> Html {
        Html(with_sign(self.cents(), &self.to_string()))
    }
}

/// A difference between two prices, in ten-thousandths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PriceChange(pub i64);

impl Change for PriceChange {
    fn signed(&self) -> Html {
        Html(with_sign(self.0, amount::show_units(self.0, Price::SCALE, 2).as_str()))
    }
}

/// Hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct BasisPoints(pub i64);

impl BasisPoints {
    /// `part` of `whole` in hundredths of a percent, rounded to the nearest, halves away from zero.
    /// Nothing when `whole` is not above zero or the answer does not fit.
    #[must_use]
    pub fn of(part: i64, whole: i64) -> Option<Self> {
        if whole <= 0 {
            return None;
        }
        let (part, whole) = (i128::from(part), i128::from(whole));
        let magnitude = (part.abs() * 20_000 + whole) / (2 * whole);
        i64::try_from(if part < 0 { -magnitude } else { magnitude }).ok().map(Self)
    }

    /// `part` of `whole`, two amounts of money.
    #[must_use]
    pub fn of_money(part: Money, whole: Money) -> Option<Self> {
        Self::of(part.cents(), whole.cents())
    }
}

/// Plain, two decimals, without the percent sign: `0.66`.
impl fmt::Display for BasisPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(amount::show_units(self.0, 2, 2).as_str())
    }
}

impl Change for BasisPoints {
    fn signed(&self) -> Html {
        Html(with_sign(self.0, &format!("{self}%")))
    }
}

impl<T: Change> Change for Option<T> {
    fn signed(&self) -> Html {
        self.as_ref().map_or_else(|| Html(UNKNOWN.to_owned()), Change::signed)
    }

    fn change(&self) -> Html {
        self.as_ref().map_or_else(|| Html(UNKNOWN.to_owned()), Change::change)
    }
}

/// How a quote stands against the market day before.
pub trait DayChange {
    /// The last price less the previous close.
    fn day_change(&self) -> Option<PriceChange>;
    /// That difference as a share of the previous close.
    fn day_percent(&self) -> Option<BasisPoints>;
}

impl DayChange for Quote {
    fn day_change(&self) -> Option<PriceChange> {
        self.change().map(PriceChange)
    }

    fn day_percent(&self) -> Option<BasisPoints> {
        self.change_percent().map(BasisPoints)
    }
}

impl DayChange for Option<Quote> {
    fn day_change(&self) -> Option<PriceChange> {
        self.as_ref().and_then(DayChange::day_change)
    }

    fn day_percent(&self) -> Option<BasisPoints> {
        self.as_ref().and_then(DayChange::day_percent)
    }
}

/// A gain or a loss, and what it is a gain or a loss on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gain {
    /// What was won; negative when it was lost.
    pub amount: Money,
    /// What its percentage is taken of.
    pub base: Money,
}

impl Gain {
    /// The amount as a share of the base.
    #[must_use]
    pub fn percent(&self) -> Option<BasisPoints> {
        BasisPoints::of_money(self.amount, self.base)
    }
}

/// A value that is a word or a few.
pub trait Words {
    /// In words, as at the start of a sentence.
    fn words(&self) -> String;
}

/// What to do: `Buy`, `Sell`.
impl Words for Side {
    fn words(&self) -> String {
        match self {
            Self::Buy => "Buy",
            Self::Sell => "Sell",
        }
        .to_owned()
    }
}

impl Words for OrderState {
    fn words(&self) -> String {
        match self {
            Self::Filled => "Filled",
        }
        .to_owned()
    }
}

/// How much is asked for: `10 shares`, `$500.00`.
impl Words for OrderSize {
    fn words(&self) -> String {
        match self {
            Self::Shares(Quantity::ONE) => "1 share".to_owned(),
            Self::Shares(quantity) => format!("{} shares", quantity.show()),
            Self::Dollars(money) => money.dollars().to_string(),
        }
    }
}

/// What a fill did: `Bought 10 AAPL at 187.22 for $1,872.20.`
#[must_use]
pub fn fill_sentence(side: Side, quantity: Quantity, symbol: &Symbol, price: Price, total: Money) -> String {
    let verb = match side {
        Side::Buy => "Bought",
        Side::Sell => "Sold",
    };
    format!("{verb} {} {symbol} at {} for {}.", quantity.show(), price.show(), total.dollars())
}

/// Everything but what has no meaning of its own in any part of an address.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `text` as a value in the query of an address.
pub(super) fn query_value(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// `plain` with a sign when `value` is not zero.
fn with_sign(value: i64, plain: &str) -> String {
    let text = grouped(plain);
    if value > 0 { format!("+{text}") } else { text }
}

/// A plain decimal with commas between groups of three digits and a true minus.
pub(super) fn grouped(plain: &str) -> String {
    let (sign, unsigned) = plain.strip_prefix('-').map_or(("", plain), |rest| ("\u{2212}", rest));
    let whole = unsigned.find(|character: char| !character.is_ascii_digit()).unwrap_or(unsigned.len());
    let (whole, rest) = unsigned.split_at(whole);
    let mut text = String::with_capacity(plain.len() + 8);
    text.push_str(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_negatives_have_a_true_minus() {
        assert_eq!(Money::from_cents(123_456_789).show().0, "1,234,567.89");
        assert_eq!(Money::from_cents(-40).show().0, "−0.40");
        assert_eq!(Money::from_cents(-123_456).dollars().0, "−$1,234.56");
        assert_eq!("1234.5".parse::<Price>().unwrap().show().0, "1,234.50");
        assert_eq!("0.4375".parse::<Price>().unwrap().show().0, "0.4375");
        assert_eq!("1000.500".parse::<Quantity>().unwrap().show().0, "1,000.5");
        assert_eq!(999_i64.show().0, "999");
        assert_eq!(i64::MIN.show().0, "−9,223,372,036,854,775,808");
    }

    #[test]
    fn a_change_says_its_direction_by_sign_arrow_and_class() {
        let rise = PriceChange(12_200).change().0;
        assert!(rise.contains("+1.22") && rise.contains('▲') && rise.contains("rise"), "{rise}");
        let fall = Money::from_cents(-40).change().0;
        assert!(fall.contains("−0.40") && fall.contains('▼') && fall.contains("fall"), "{fall}");
        let flat = BasisPoints(0).change().0;
        assert!(flat.contains(">0.00%") && flat.contains("flat"), "{flat}");
    }

    #[test]
    fn a_percentage_rounds_halves_away_from_zero_and_exists_only_of_something() {
        assert_eq!(BasisPoints::of(1, 20_000), Some(BasisPoints(1)));
        assert_eq!(BasisPoints::of(-1, 20_000), Some(BasisPoints(-1)));
        assert_eq!(BasisPoints::of(1, 20_001), Some(BasisPoints(0)));
        assert_eq!(BasisPoints::of(5, 0), None);
        assert_eq!(BasisPoints::of(i64::MAX, 1), None);
        assert_eq!(BasisPoints(-66).signed().0, "−0.66%");
    }

    #[test]
    fn a_fill_is_told_as_a_sentence() {
        let sentence = fill_sentence(
            Side::Buy,
            "10".parse().unwrap(),
            &"aapl".parse().unwrap(),
            "187.22".parse().unwrap(),
            Money::from_cents(187_220),
        );
        assert_eq!(sentence, "Bought 10 AAPL at 187.22 for $1,872.20.");
    }
}
