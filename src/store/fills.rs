//! What the market did about orders.

use super::kept::{Statement, insertion};
use crate::domain::{AccountId, At, InstrumentId, Money, OrderId, Price, Quantity, Side};

/// An execution to be recorded, with the quote it hit.
#[derive(Debug, Clone, Copy)]
pub struct NewFill {
    /// Of which order.
    pub order_id: OrderId,
    /// Whose.
    pub account_id: AccountId,
    /// Of what.
    pub instrument_id: InstrumentId,
    /// Which way.
    pub side: Side,
    /// Shares that changed hands.
    pub quantity: Quantity,
    /// At what price.
    pub price: Price,
    /// What was paid for a buy, what was received for a sale.
    pub cash: Money,
    /// Proceeds less the cost of the shares sold.
    pub gain: Option<Money>,
    /// The bid of the quote that was hit.
    pub bid: Price,
    /// The ask of the quote that was hit.
    pub ask: Price,
    /// The latest trade then.
    pub last: Price,
    /// When it was quoted, by the market's own clock.
    pub quoted_at: At,
    /// When.
    pub filled_at: At,
    /// Cash right afterwards.
    pub balance: Money,
}

/// Records executions.
pub(super) fn insert(new: &[&NewFill]) -> impl Statement {
    insertion!(fills, new, fill => {
        order_id: fill.order_id,
        account_id: fill.account_id,
        instrument_id: fill.instrument_id,
        side: fill.side,
        quantity: fill.quantity,
        price: fill.price,
        cash: fill.cash,
        gain: fill.gain,
        bid: fill.bid,
        ask: fill.ask,
        last: fill.last,
        quoted_at: fill.quoted_at,
        filled_at: fill.filled_at,
        balance: fill.balance,
    })
}
