//! How an account stands, as far as an intervention concerns it.

use crate::domain::{Details, Money, Position, Symbol};
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

    /// What of it differs from `other`, field by field, as the record keeps it.
    #[must_use]
    pub fn details(&self, other: &Self) -> Details {
        let mut details = Details::default();
        let mut say = |differs: bool, field: &str, value: &dyn ToString| {
            if differs {
                details = std::mem::take(&mut details).with(field, &value.to_string());
            }
        };
        say(self.cash != other.cash, "cash", &self.cash);
        say(self.contributed != other.contributed, "contributed", &self.contributed);
        for (place, Shares { symbol, position }) in self.shares.iter().enumerate() {
            let there = other.shares.get(place).map(|shares| shares.position).unwrap_or_default();
            say(position.quantity != there.quantity, &format!("{symbol} shares"), &position.quantity);
            say(position.cost != there.cost, &format!("{symbol} cost"), &position.cost);
            say(position.realised != there.realised, &format!("{symbol} realised gain"), &position.realised);
        }
        let because =
            |frozen: &Option<Frozen>| frozen.as_ref().map_or_else(|| "no".to_owned(), |frozen| frozen.because.clone());
        say(self.frozen != other.frozen, "frozen", &because(&self.frozen));
        say(self.epoch != other.epoch, "epoch", &self.epoch);
        details
    }
}
