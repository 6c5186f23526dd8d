//! What an account is worth, and what it has gained.
//!
//! Money put in is never shown as gain: the total return is the account's value less all that was
//! contributed, and a day's gain counts cash paid for shares as money spent, not lost.

pub mod history;

use crate::domain::{Instrument, Money, Notional, TradingStatus};
use crate::market::board::{Board, StandingQuote};
use crate::store::accounts::Account;
use crate::store::holdings::Holding;
use std::sync::Arc;

/// An account at the market's latest prices.
#[derive(Debug, Clone)]
pub struct Portfolio {
    /// Cash at hand.
    pub cash: Money,
    /// Shares held, the most valuable first; those without a price last.
    pub holdings: Vec<Line>,
    /// All shares that have a price, together.
    pub shares: Gains,
    /// Cash and all shares that have a price.
    pub total: Money,
    /// What sales have earned so far, of everything ever held.
    pub realised: Money,
    /// The total, and what shares without a price cost, less all that was contributed.
    pub total_return: Money,
    /// All that was contributed: the base of the total return.
    pub contributed: Money,
}

/// Shares of one instrument.
#[derive(Debug, Clone)]
pub struct Line {
    /// Of what; nothing where the market that runs now does not know it.
    pub instrument: Option<Arc<Instrument>>,
    /// Whether it may be traded.
    pub status: TradingStatus,
    /// What the store keeps.
    pub holding: Holding,
    /// The market's word, where there is one.
    pub standing: Option<StandingQuote>,
    /// What they are worth and have gained, where there is a price.
    pub gains: Option<Gains>,
}

/// Value and gain at the latest prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gains {
    /// At the latest trade's price, to the nearest cent.
    pub value: Money,
    /// What the shares held cost.
    pub cost: Money,
    /// Value less cost.
    pub unrealised: Money,
    /// What this market day has brought, trades included.
    pub day: Money,
}

/// Values `holdings` and the cash of `account` at the prices on `board`. Nothing when a sum does not fit.
#[must_use]
pub fn value(account: &Account, holdings: Vec<Holding>, board: &Board) -> Option<Portfolio> {
    let (day, roster) = (board.market_day(), board.roster());
    let realised = Money::checked_sum(holdings.iter().map(|holding| holding.realised))?;
    let mut lines = Vec::with_capacity(holdings.len());
    let mut shares = Gains::default();
    for holding in holdings {
        let standing = board.quote(holding.instrument_id);
        let gains = match &standing {
            Some(standing) => Some(gains(&holding, standing, day)?),
            None => None,
        };
        if let Some(gains) = gains {
            shares = shares.and(gains)?;
        }
        if !holding.quantity.is_zero() {
            let traded = roster.get(holding.instrument_id);
            let instrument = traded.map(|traded| Arc::clone(&traded.instrument));
            let status = traded.map(|traded| traded.status.clone()).unwrap_or_default();
            lines.push(Line { instrument, status, holding, standing, gains });
        }
    }
    let total = account.cash.checked_add(shares.value)?;
    lines.sort_by_key(|line| std::cmp::Reverse(line.gains.map(|gains| gains.value)));
    // What has no price has gained nothing that anybody knows of: it counts as what it cost.
    let unpriced = Money::checked_sum(lines.iter().filter(|line| line.gains.is_none()).map(|line| line.holding.cost))?;
    let total_return = total.checked_add(unpriced)?.checked_sub(account.contributed)?;
    Some(Portfolio {
        cash: account.cash,
        holdings: lines,
        shares,
        total,
        realised,
        total_return,
        contributed: account.contributed,
    })
}

impl Portfolio {
    /// Whether every share that is held has a price.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.holdings.iter().all(|line| line.gains.is_some())
    }
}

impl Gains {
    fn and(self, other: Self) -> Option<Self> {
        Some(Self {
            value: self.value.checked_add(other.value)?,
            cost: self.cost.checked_add(other.cost)?,
            unrealised: self.unrealised.checked_add(other.unrealised)?,
            day: self.day.checked_add(other.day)?,
        })
    }
}

fn gains(holding: &Holding, standing: &StandingQuote, day: i64) -> Option<Gains> {
    let value = Notional::of(standing.quote.last, holding.quantity).value()?;
    let unrealised = value.checked_sub(holding.cost)?;
    // What the day began with: shares held then, at the close before, and nothing paid yet.
    let (held_then, paid_since) =
        if holding.day == day { (holding.day_quantity, holding.day_paid) } else { (holding.quantity, Money::ZERO) };
    let value_then = Notional::of(standing.quote.previous_close, held_then).value()?;
    Some(Gains { value, cost: holding.cost, unrealised, day: value.checked_sub(value_then)?.checked_sub(paid_since)? })
}

#[cfg(test)]
#[path = "portfolio_tests.rs"]
mod tests;
