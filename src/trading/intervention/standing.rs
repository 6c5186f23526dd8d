//! How an account stands, as far as an intervention concerns it.

use crate::domain::{Money, Position, Symbol};
use crate::store::accounts::{Account, Frozen};

/// Shares of one instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares {
    /// Of what.
    pub symbol: Symbol,
    /// How many, at what cost, and what sales have earned.
    pub position: Position,
}

/// How an account stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Cash at hand.
    pub cash: Money,
    /// What was put in, less what was taken out.
    pub contributed: Money,
    /// The shares that the intervention is about.
    pub shares: Vec<Shares>,
    /// Since when it is frozen and why, if it is.
    pub frozen: Option<Frozen>,
    /// How often it has begun.
    pub epoch: i64,
}

impl Standing {
    pub(super) fn of(account: &Account, shares: Vec<Shares>) -> Self {
        Self {
            cash: account.cash,
            contributed: account.contributed,
            shares,
            frozen: account.frozen(),
            epoch: account.epoch,
        }
    }
}
