//! What the market did about orders.

use super::Conn;
use super::error::{StoreError, exactly_one};
use super::kept::on_engine;
use super::schema::fills;
use crate::domain::{AccountId, At, InstrumentId, Money, OrderId, Price, Quantity, Side};
use diesel::prelude::*;

/// An execution to be recorded, with the quote it hit.
#[derive(Debug, Clone, Copy, Insertable)]
#[diesel(table_name = fills, treat_none_as_default_value = false)]
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

/// Records an execution.
///
/// # Errors
/// When the database fails.
pub fn insert(conn: &mut Conn, fill: &NewFill) -> Result<(), StoreError> {
    let recorded = on_engine!(conn, engine => diesel::insert_into(fills::table).values(fill).execute(engine))?;
    exactly_one(recorded, "recording a fill")
}
