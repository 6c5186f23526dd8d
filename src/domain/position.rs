//! Shares held at average cost.

use super::{Money, Quantity};

/// How many shares are held, what they cost, and what sales have earned so far.
///
/// Average cost: a purchase adds what was paid; a sale removes cost in proportion to the shares sold,
/// rounded to the nearest cent (halves up), and a sale of everything removes all of it. Method: the
/// average-cost basis of IRS Publication 550, kept as a total instead of a rounded price per share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Shares held; never negative.
    pub quantity: Quantity,
    /// What the shares held cost, purchase rounding included; never negative, zero when nothing is held.
    pub cost: Money,
    /// Proceeds of all sales less the cost they removed.
    pub realised: Money,
}

/// A sale as a position sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sold {
    /// The position afterwards.
    pub position: Position,
    /// The cost that left with the shares.
    pub cost_removed: Money,
    /// Proceeds less the cost that left.
    pub gain: Money,
}

impl Position {
    /// After buying `quantity` for `cost`; nothing when that does not fit.
    #[must_use]
    pub fn bought(self, quantity: Quantity, cost: Money) -> Option<Self> {
        Some(Self { quantity: self.quantity.checked_add(quantity)?, cost: self.cost.checked_add(cost)?, ..self })
    }

    /// After selling `quantity` for `proceeds`; nothing when more is sold than held or it does not fit.
    #[must_use]
    pub fn sold(self, quantity: Quantity, proceeds: Money) -> Option<Sold> {
        if quantity.units() <= 0 || quantity > self.quantity {
            return None;
        }
        let cost_removed = self.cost_of(quantity)?;
        let gain = proceeds.checked_sub(cost_removed)?;
        let position = Self {
            quantity: self.quantity.checked_sub(quantity)?,
            cost: self.cost.checked_sub(cost_removed)?,
            realised: self.realised.checked_add(gain)?,
        };
        Some(Sold { position, cost_removed, gain })
    }

    /// After being given `quantity` that counts as having cost `cost`; nothing when either is below zero, none are
    /// given, or it does not fit.
    #[must_use]
    pub fn given(self, quantity: Quantity, cost: Money) -> Option<Self> {
        if quantity.units() <= 0 || cost.is_negative() {
            return None;
        }
        self.bought(quantity, cost)
    }

    /// After `quantity` left together with `cost`, without a gain; nothing when more leaves than there is of either,
    /// or all shares leave and a part of their cost stays.
    #[must_use]
    pub fn taken(self, quantity: Quantity, cost: Money) -> Option<Self> {
        let all_or_part = if quantity == self.quantity { cost == self.cost } else { cost <= self.cost };
        if quantity.units() <= 0 || quantity > self.quantity || cost.is_negative() || !all_or_part {
            return None;
        }
        Some(Self {
            quantity: self.quantity.checked_sub(quantity)?,
            cost: self.cost.checked_sub(cost)?,
            realised: self.realised,
        })
    }

    /// After a purchase of `quantity` for `paid` was undone: exactly what was paid leaves where so much is still
    /// there, otherwise the part that average cost gives, and the rest is a gain. Nothing when fewer shares are held.
    #[must_use]
    pub fn unbought(self, quantity: Quantity, paid: Money) -> Option<Sold> {
        if quantity < self.quantity && paid <= self.cost {
            let position = self.taken(quantity, paid)?;
            return Some(Sold { position, cost_removed: paid, gain: Money::ZERO });
        }
        self.sold(quantity, paid)
    }

    /// After a sale of `quantity` was undone, of which `cost` had left and which had earned `gain`; nothing when it
    /// does not fit.
    #[must_use]
    pub fn unsold(self, quantity: Quantity, cost: Money, gain: Money) -> Option<Self> {
        let realised = self.realised.checked_sub(gain)?;
        Some(Self { realised, ..self.given(quantity, cost)? })
    }

    /// The part of the cost that `quantity` of the shares held stand for, to the nearest cent; nothing when fewer are
    /// held.
    #[must_use]
    pub fn part_of_cost(self, quantity: Quantity) -> Option<Money> {
        if quantity.units() <= 0 || quantity > self.quantity { None } else { self.cost_of(quantity) }
    }

    fn cost_of(self, quantity: Quantity) -> Option<Money> {
        let (cost, part, whole) =
            (i128::from(self.cost.cents()), i128::from(quantity.units()), i128::from(self.quantity.units()));
        let rounded = (2 * cost * part + whole).div_euclid(2 * whole);
        i64::try_from(rounded).ok().map(Money::from_cents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held(shares: i64, cents: i64) -> Position {
        Position { quantity: Quantity::from_units(shares), cost: Money::from_cents(cents), realised: Money::ZERO }
    }

    #[test]
    fn selling_everything_removes_the_whole_cost() {
        let sold = held(3, 1_000).sold(Quantity::from_units(3), Money::from_cents(1_100)).unwrap();
        assert_eq!(sold.position, Position { realised: Money::from_cents(100), ..Position::default() });
    }

    #[test]
    fn more_than_is_held_cannot_be_sold() {
        assert_eq!(held(3, 1_000).sold(Quantity::from_units(4), Money::ZERO), None);
        assert_eq!(held(3, 1_000).sold(Quantity::ZERO, Money::ZERO), None);
    }

    fn units(units: i64) -> Quantity {
        Quantity::from_units(units)
    }

    fn cents(cents: i64) -> Money {
        Money::from_cents(cents)
    }

    #[test]
    fn shares_given_bring_the_cost_that_was_stated_and_no_gain() {
        assert_eq!(held(3, 1_000).given(units(2), cents(0)), Some(held(5, 1_000)));
        assert_eq!(held(3, 1_000).given(units(2), cents(50)), Some(held(5, 1_050)));
        for (quantity, cost) in [(0, 5), (-1, 5), (1, -1), (i64::MAX, 5), (1, i64::MAX)] {
            assert_eq!(held(3, 1_000).given(units(quantity), cents(cost)), None, "{quantity} for {cost}");
        }
    }

    #[test]
    fn shares_taken_take_the_cost_that_was_stated_and_all_of_them_the_whole_of_it() {
        assert_eq!(held(3, 1_000).taken(units(2), cents(1_000)), Some(held(1, 0)));
        assert_eq!(held(3, 1_000).taken(units(2), cents(0)), Some(held(1, 1_000)));
        assert_eq!(held(3, 1_000).taken(units(3), cents(1_000)), Some(held(0, 0)));
        for (quantity, cost) in [(0, 0), (-1, 0), (4, 1_000), (2, 1_001), (2, -1), (3, 999)] {
            assert_eq!(held(3, 1_000).taken(units(quantity), cents(cost)), None, "{quantity} for {cost}");
        }
    }

    #[test]
    fn a_purchase_undone_takes_exactly_what_was_paid_where_so_much_is_left() {
        // Ten for 100.00 and ten for 50.00: without the first, ten for 50.00 are left.
        let undone = held(20, 15_000).unbought(units(10), cents(10_000)).unwrap();
        assert_eq!(undone, Sold { position: held(10, 5_000), cost_removed: cents(10_000), gain: Money::ZERO });
        // Five of them sold at an average cost of 5.50 a share: 100.00 are no longer there to take.
        let undone = held(15, 8_250).unbought(units(10), cents(10_000)).unwrap();
        let position = Position { realised: cents(4_500), ..held(5, 2_750) };
        assert_eq!(undone, Sold { position, cost_removed: cents(5_500), gain: cents(4_500) });
        // All shares leave with all of their cost.
        let undone = held(10, 12_000).unbought(units(10), cents(10_000)).unwrap();
        let position = Position { realised: cents(-2_000), ..held(0, 0) };
        assert_eq!(undone, Sold { position, cost_removed: cents(12_000), gain: cents(-2_000) });
        assert_eq!(held(9, 12_000).unbought(units(10), cents(1)), None);
    }

    proptest! {
        #[test]
        fn a_sale_undone_leaves_what_was_there_before_it(
            shares in 1_i64..1_000_000_000_000, cost in 0_i64..1_000_000_000_000,
            part in 1_i64..1_000_000_000_000, proceeds in 0_i64..1_000_000_000_000
        ) {
            let before = held(shares, cost);
            let quantity = units(part.min(shares));
            let sold = before.sold(quantity, cents(proceeds)).unwrap();
            prop_assert_eq!(sold.position.unsold(quantity, sold.cost_removed, sold.gain), Some(before));
        }

        #[test]
        fn a_purchase_undone_leaves_what_was_there_before_it(
            shares in 1_i64..1_000_000_000_000, cost in 0_i64..1_000_000_000_000,
            more in 1_i64..1_000_000_000_000, paid in 0_i64..1_000_000_000_000
        ) {
            let before = held(shares, cost);
            let undone = before.bought(units(more), cents(paid)).unwrap().unbought(units(more), cents(paid)).unwrap();
            prop_assert_eq!((undone.position, undone.gain), (before, Money::ZERO));
        }

        #[test]
        fn in_however_many_parts_it_is_sold_the_whole_cost_leaves(
            cost in 0_i64..1_000_000_000_000, parts in prop::collection::vec(1_i64..1_000_000_000_000, 1..20)
        ) {
            let mut position = held(parts.iter().sum(), cost);
            let mut removed = Money::ZERO;
            for part in parts {
                let sold = position.sold(Quantity::from_units(part), Money::ZERO).unwrap();
                prop_assert!(!sold.cost_removed.is_negative());
                removed = removed.checked_add(sold.cost_removed).unwrap();
                position = sold.position;
                prop_assert!(!position.cost.is_negative());
            }
            prop_assert_eq!(removed, Money::from_cents(cost));
            prop_assert_eq!(position.cost, Money::ZERO);
            prop_assert!(position.quantity.is_zero());
        }
    }
}
