//! What the house does about one account: puts cash or shares right, freezes it, lets it begin anew, undoes an order.
//!
//! Nothing in the books is ever edited: each of these is planned from what stands, and carried out by entries of the
//! ledger like any other movement.

mod day;
mod plan;
mod refusal;
mod standing;

pub use refusal::InterventionRefusal;
pub use standing::{Shares, Standing};

use super::Desk;
use crate::domain::{AccountId, Act, Instruction, Money, PublicId, Quantity, Subject, SubjectKind, Symbol};
use crate::market::Board;
use crate::store::accounts::{self, Account};
use crate::store::audit::{Acted, Written, on_record};
use crate::store::{Lock, StoreError};
use std::sync::Arc;

/// What the house does about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intervention {
    /// Adds cash, or takes some when it is below zero. Neither is a gain or a loss.
    AdjustCash {
        /// The change; not zero.
        change: Money,
    },
    /// Gives shares that count as having cost something. What they are worth beyond that, or less, is a gain or a loss.
    GiveShares {
        /// Of what.
        symbol: Symbol,
        /// How many; above zero.
        quantity: Quantity,
        /// What they count as having cost; not below zero.
        cost: Money,
    },
    /// Takes shares, and a part of what all of them cost. What they were worth beyond that, or less, is no gain or loss any
    /// more.
    TakeShares {
        /// Of what.
        symbol: Symbol,
        /// How many; above zero.
        quantity: Quantity,
        /// What leaves of the cost; nothing for the part that average cost gives.
        cost: Option<Money>,
    },
    /// Refuses what its owner asks for until it is unfrozen.
    Freeze,
    /// Lets its owner trade again.
    Unfreeze,
    /// Takes all shares and begins anew with what the account was opened with. What was before is kept.
    Reset,
    /// Undoes the execution of an order by entries against it.
    Reverse {
        /// Its public id.
        order: PublicId,
    },
}

/// An intervention before it is made, or after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// What is so before.
    pub before: Standing,
    /// What is so afterwards.
    pub after: Standing,
}

impl Intervention {
    /// What it is about: an order that is undone, or the account.
    fn subject(&self, account: &Account) -> Subject {
        let (kind, id) = match self {
            Self::Reverse { order } => (SubjectKind::Order, order),
            _ => (SubjectKind::Account, &account.public_id),
        };
        Subject { kind, id: id.to_string(), person: Some(account.user_id) }
    }

    /// What it is called on the record.
    const fn act(&self) -> Act {
        match self {
            Self::AdjustCash { .. } => Act::AdjustCash,
            Self::GiveShares { .. } | Self::TakeShares { .. } => Act::AdjustShares,
            Self::Freeze => Act::FreezeAccount,
            Self::Unfreeze => Act::UnfreezeAccount,
            Self::Reset => Act::ResetAccount,
            Self::Reverse { .. } => Act::ReverseFill,
        }
    }
}

impl Desk {
    /// What `intervention` would come to now. Moves nothing and promises nothing.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn foresee(
        &self,
        account: AccountId,
        intervention: Intervention,
    ) -> Result<Result<Prospect, InterventionRefusal>, StoreError> {
        let (floor, now) = (floor(&self.board), self.clock.now());
        self.store.read(move |conn| plan::foresee(conn, &floor, account, &intervention, "", now)).await
    }

    /// Does what `intervention` says, on record. Once answered, it is durable.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn intervene(
        &self,
        account: AccountId,
        intervention: Intervention,
        instruction: Instruction,
    ) -> Result<Acted<Prospect, InterventionRefusal>, StoreError> {
        let (board, clock) = (Arc::clone(&self.board), self.clock);
        self.store
            .write(Lock::Account(account), move |conn| {
                // Now that it is its turn: what the day and the hour were when it was asked for may be past.
                let (floor, now) = (floor(&board), clock.now());
                let subject = intervention.subject(&accounts::get(conn, account)?);
                on_record(conn, &instruction, &subject, now, |conn| {
                    let because = instruction.reason.as_str();
                    let made = plan::carry_out(conn, &floor, account, &intervention, because, now)?;
                    Ok(made.map(|prospect| Written {
                        was: prospect.before.details(&prospect.after),
                        became: prospect.after.details(&prospect.before),
                        value: prospect,
                        act: intervention.act(),
                        subject: None,
                    }))
                })
            })
            .await
    }
}

fn floor(board: &Board) -> plan::Floor {
    plan::Floor { day: board.market_day(), time: board.market_time(), calendar: board.calendar().clone() }
}
