//! What a number of shares is worth at a price, before it becomes whole cents.

use super::{Money, Price, Quantity};

/// Units of a notional (10^-13 dollars) in one cent.
const UNITS_PER_CENT: i128 = 100_000_000_000;

/// Price times quantity, exact, in 10^-13 dollars.
///
/// Cash moves in whole cents. What a buyer pays rounds up and what a seller gets rounds down, so that
/// slicing an order into dust earns nothing; a value that is only shown rounds to the nearest cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notional(i128);

impl Notional {
    /// Exact: the product of two 64-bit numbers always fits.
    #[must_use]
    pub fn of(price: Price, quantity: Quantity) -> Self {
        Self(i128::from(price.units()) * i128::from(quantity.units()))
    }

    /// What a buyer pays: the next whole cent up. Nothing when it does not fit.
    #[must_use]
    pub fn cost(self) -> Option<Money> {
        let floor = self.0.div_euclid(UNITS_PER_CENT);
        let rest = self.0.rem_euclid(UNITS_PER_CENT);
        cents(if rest > 0 { floor + 1 } else { floor })
    }

    /// What a seller gets: the whole cents below. Nothing when it does not fit.
    #[must_use]
    pub fn proceeds(self) -> Option<Money> {
        cents(self.0.div_euclid(UNITS_PER_CENT))
    }

    /// What is shown as a value: the nearest cent, halves away from zero. Nothing when it does not fit.
    #[must_use]
    pub fn value(self) -> Option<Money> {
        let half = UNITS_PER_CENT / 2;
        let rounded = (self.0.abs() + half) / UNITS_PER_CENT;
        cents(if self.0 < 0 { -rounded } else { rounded })
    }
}

fn cents(cents: i128) -> Option<Money> {
    i64::try_from(cents).ok().map(Money::from_cents)
}

/// The most shares, to the billionth, whose cost at `price` is at most `cash`; none for a price of zero or less.
#[must_use]
pub fn most_affordable(cash: Money, price: Price) -> Quantity {
    if price.units() <= 0 || cash.cents() <= 0 {
        return Quantity::ZERO;
    }
    let units = i128::from(cash.cents()) * UNITS_PER_CENT / i128::from(price.units());
    Quantity::from_units(i64::try_from(units).unwrap_or(i64::MAX))
}

/// The fewest shares, to the billionth, whose proceeds at `price` are at least `cash`; zero for a price of zero or less.
/// Nothing when those are more than can be counted.
#[must_use]
pub fn fewest_worth(cash: Money, price: Price) -> Option<Quantity> {
    if price.units() <= 0 || cash.cents() <= 0 {
        return Some(Quantity::ZERO);
    }
    let price = i128::from(price.units());
    let units = (i128::from(cash.cents()) * UNITS_PER_CENT + price - 1) / price;
    i64::try_from(units).ok().map(Quantity::from_units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn shares(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    #[test]
    fn a_round_trip_at_one_price_in_whole_shares_costs_nothing() {
        let notional = Notional::of(price("10.99"), shares("3"));
        assert_eq!(notional.cost(), Some(Money::from_cents(3_297)));
        assert_eq!(notional.proceeds(), Some(Money::from_cents(3_297)));
    }

    #[test]
    fn dust_costs_a_cent_and_brings_nothing() {
        let notional = Notional::of(price("187.22"), shares("0.000000001"));
        assert_eq!(notional.cost(), Some(Money::from_cents(1)));
        assert_eq!(notional.proceeds(), Some(Money::ZERO));
    }

    #[test]
    fn what_does_not_fit_is_nothing_rather_than_wrong() {
        let notional = Notional::of(Price::from_units(i64::MAX), Quantity::from_units(i64::MAX));
        assert_eq!(notional.cost(), None);
        assert_eq!(notional.proceeds(), None);
        assert_eq!(notional.value(), None);
    }

    #[test]
    fn what_is_worth_more_shares_than_can_be_counted_is_no_number_of_shares() {
        assert_eq!(fewest_worth(Money::MAX, price("100")), None);
        assert_eq!(fewest_worth(Money::ZERO, price("100")), Some(Quantity::ZERO));
    }

    proptest! {
        #[test]
        fn slicing_an_order_never_earns(units in 1_i64..10_000_000, first in 1_i64..1_000_000_000_000, second in 1_i64..1_000_000_000_000) {
            let price = Price::from_units(units);
            let whole = Notional::of(price, Quantity::from_units(first + second));
            let (left, right) = (Notional::of(price, Quantity::from_units(first)), Notional::of(price, Quantity::from_units(second)));
            prop_assert!(left.cost().unwrap().checked_add(right.cost().unwrap()).unwrap() >= whole.cost().unwrap());
            prop_assert!(left.proceeds().unwrap().checked_add(right.proceeds().unwrap()).unwrap() <= whole.proceeds().unwrap());
        }

        #[test]
        fn the_most_affordable_is_affordable_and_one_more_is_not(cents in 1_i64..1_000_000_000, units in 1_i64..100_000_000) {
            let (cash, price) = (Money::from_cents(cents), Price::from_units(units));
            let most = most_affordable(cash, price);
            prop_assert!(Notional::of(price, most).cost().unwrap() <= cash);
            prop_assert!(Notional::of(price, Quantity::from_units(most.units() + 1)).cost().unwrap() > cash);
        }

        #[test]
        fn the_fewest_worth_an_amount_bring_it_and_one_less_does_not(cents in 1_i64..1_000_000_000, units in 1_i64..100_000_000) {
            let (cash, price) = (Money::from_cents(cents), Price::from_units(units));
            let fewest = fewest_worth(cash, price).unwrap();
            prop_assert!(Notional::of(price, fewest).proceeds().unwrap() >= cash);
            prop_assert!(Notional::of(price, Quantity::from_units(fewest.units() - 1)).proceeds().unwrap() < cash);
        }
    }
}
