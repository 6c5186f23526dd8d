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

    proptest! {
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
