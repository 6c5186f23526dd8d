//! Money added to an account and taken out of it.

use super::refusal::FundingRefusal;
use super::{Desk, Rules};
use crate::domain::{AccountId, At, EntryKind, Money, OrderKey};
use crate::store::accounts::Account;
use crate::store::ledger::Movement;
use crate::store::{Conn, Lock, StoreError, accounts, ledger};

/// A request to add money or to take it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funding {
    /// The form's key; the same request under the same key happens once.
    pub key: OrderKey,
    /// Whether it is added; otherwise it is taken out.
    pub added: bool,
    /// How much; above zero.
    pub amount: Money,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Funded {
    /// It moved, now or when the same form was first sent, and this was the balance then.
    Done {
        /// Cash afterwards.
        balance: Money,
    },
    /// Nothing has moved.
    Refused(FundingRefusal),
}

impl Desk {
    /// Adds money or takes it out. Once answered, it is durable.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn fund(&self, account: AccountId, funding: Funding) -> Result<Funded, StoreError> {
        let (rules, clock) = (self.rules, self.clock);
        self.store
            .write(Lock::Account(account), move |conn| move_money(conn, rules, account, &funding, clock.now()))
            .await
    }
}

fn move_money(
    conn: &mut Conn,
    rules: Rules,
    account: AccountId,
    funding: &Funding,
    now: At,
) -> Result<Funded, StoreError> {
    let (kind, change) = if funding.added {
        (EntryKind::Deposit, Some(funding.amount))
    } else {
        (EntryKind::Withdrawal, funding.amount.checked_neg())
    };
    // Only the lowest number has no opposite, and it is refused below.
    let change = change.unwrap_or(Money::ZERO);
    if let Some(made) = ledger::by_request(conn, account, &funding.key)? {
        return Ok(if made.kind == kind && made.cash == change {
            Funded::Done { balance: made.balance }
        } else {
            Funded::Refused(FundingRefusal::KeyUsed)
        });
    }
    let account = accounts::get(conn, account)?;
    if let Some(frozen) = account.frozen() {
        return Ok(Funded::Refused(FundingRefusal::Frozen(frozen)));
    }
    if funding.amount <= Money::ZERO {
        return Ok(Funded::Refused(FundingRefusal::TooSmall));
    }
    if funding.amount > rules.funding_max {
        return Ok(Funded::Refused(FundingRefusal::TooMuchAtOnce { most: rules.funding_max }));
    }
    if funding.added && funding.amount > room(&account, rules) {
        let room = room(&account, rules);
        return Ok(Funded::Refused(FundingRefusal::TooMuchInAll { room, most: rules.contributed_max }));
    }
    let movement =
        Movement { kind, cash: change, shares: None, at: now, memo: String::new(), request: Some(funding.key.clone()) };
    Ok(match ledger::append(conn, &account, movement)? {
        Some(after) => Funded::Done { balance: after.cash },
        None => Funded::Refused(FundingRefusal::NotEnoughCash { cash: account.cash }),
    })
}

/// What more may be added: what the rules leave, and what the books can hold.
fn room(account: &Account, rules: Rules) -> Money {
    let left = |most: Money, have: Money| most.checked_sub(have).unwrap_or(Money::MAX).max(Money::ZERO);
    left(rules.contributed_max, account.contributed).min(left(Money::MAX, account.cash))
}
