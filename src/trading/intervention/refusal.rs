//! Why an intervention is not made: facts, which the pages put into words.

use crate::domain::{At, Money, Quantity, Symbol};

/// An intervention that is not made. Nothing has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InterventionRefusal {
    /// It would change nothing, or give or take less than nothing.
    Nothing,
    /// More than the books can hold.
    TooLarge,
    /// More cash is taken than there is.
    NotEnoughCash {
        /// What there is.
        cash: Money,
    },
    /// Nothing by this symbol was ever traded here.
    UnknownSymbol {
        /// What was asked for.
        symbol: Symbol,
    },
    /// More shares are taken than there are.
    NotEnoughShares {
        /// Of what.
        symbol: Symbol,
        /// How many there are.
        held: Quantity,
    },
    /// More cost is taken than the shares have.
    NotSoMuchCost {
        /// What all the shares cost.
        cost: Money,
    },
    /// All shares are taken, and a part of their cost would stay.
    NotTheWholeCost {
        /// What all the shares cost.
        cost: Money,
    },
    /// The account is already frozen.
    Frozen,
    /// The account is not frozen.
    NotFrozen,
    /// The account has no such order.
    UnknownOrder,
    /// The order has been undone before.
    Reversed {
        /// When.
        at: At,
    },
    /// The order is from before the account began anew.
    Past,
    /// Shares that the order bought are no longer there.
    SharesGone {
        /// Of what.
        symbol: Symbol,
        /// How many the order bought.
        bought: Quantity,
        /// How many there are.
        held: Quantity,
    },
    /// Cash that the order brought is no longer there.
    CashGone {
        /// What the order brought.
        proceeds: Money,
        /// What there is.
        cash: Money,
    },
}
