//! Orders and their fills: each fill is what its order asked for, at the quote it met, to the cent.

use super::people::check_public_id;
use super::{Check, ensure};
use crate::domain::notional::{fewest_worth, most_affordable};
use crate::domain::{At, Money, Notional, OrderKey, OrderState, Price, Quantity, Side};
use crate::store::rows::{FillRow, OrderRow};
use std::collections::BTreeSet;

/// How a fill is named.
pub(super) fn fill_row(fill: &FillRow) -> String {
    format!("fills row {} (of order {})", fill.id, fill.order_id)
}

/// Checks an order together with its fill.
///
/// # Errors
/// What disagrees.
pub(super) fn check(order: &OrderRow, fill: Option<&FillRow>, instruments: &BTreeSet<i64>) -> Check {
    let row = || format!("orders row {}", order.id);
    check_public_id(&order.public_id, row)?;
    ensure(order.order_key.parse::<OrderKey>().is_ok(), row, || format!("{:?} is no key", order.order_key))?;
    ensure(order.state.parse::<OrderState>().is_ok(), row, || format!("{:?} is no state", order.state))?;
    ensure(order.side.parse::<Side>().is_ok(), row, || format!("{:?} is no side", order.side))?;
    let there = instruments.contains(&order.instrument_id);
    ensure(there, row, || format!("there is no instrument {}", order.instrument_id))?;
    let sizes = (order.shares, order.dollars);
    let one_above_zero = matches!(sizes, (Some(amount), None) | (None, Some(amount)) if amount > 0);
    ensure(one_above_zero, row, || format!("it asks for {} shares and {} dollars", shown(sizes.0), shown(sizes.1)))?;
    let Some(fill) = fill else {
        return ensure(false, row, || "it is filled and has no fill".to_owned());
    };
    let named = (order.account_id, order.instrument_id, order.side.as_str());
    let filled = (fill.account_id, fill.instrument_id, fill.side.as_str());
    ensure(named == filled, row, || {
        format!("account, instrument and side are {named:?}, and those of its fill {filled:?}")
    })?;
    // An order is filled at once.
    ensure(order.placed_at == fill.filled_at, row, || {
        let (placed, filled) = (At::from_micros(order.placed_at), At::from_micros(fill.filled_at));
        format!("it was placed at {placed} and filled at {filled}")
    })?;
    check_fill(fill)?;
    let (price, quantity) = (Price::from_units(fill.price), Quantity::from_units(fill.quantity));
    let asked = match (sizes, fill.side == Side::Buy.as_str()) {
        ((Some(shares), _), _) => Some(Quantity::from_units(shares)),
        ((_, dollars), true) => Some(most_affordable(Money::from_cents(dollars.unwrap_or(0)), price)),
        ((_, dollars), false) => fewest_worth(Money::from_cents(dollars.unwrap_or(0)), price),
    };
    ensure(asked == Some(quantity), row, || {
        let asked = asked.map_or_else(|| "more than can be counted".to_owned(), |asked| asked.to_string());
        format!("it asks for {asked} shares and {quantity} changed hands")
    })
}

/// Checks what a fill says by itself: the right side of its quote, and the cash that follows from it.
fn check_fill(fill: &FillRow) -> Check {
    let row = || fill_row(fill);
    let buys = fill.side == Side::Buy.as_str();
    let sound = fill.bid > 0 && fill.bid <= fill.ask && fill.last > 0;
    ensure(sound, row, || format!("no quote has bid {}, ask {} and last {}", fill.bid, fill.ask, fill.last))?;
    let met = if buys { fill.ask } else { fill.bid };
    ensure(fill.price == met, row, || format!("its price is {} and the quote it met was {met}", fill.price))?;
    ensure(fill.quantity > 0, row, || format!("{} shares changed hands", fill.quantity))?;
    let notional = Notional::of(Price::from_units(fill.price), Quantity::from_units(fill.quantity));
    let cash = if buys { notional.cost() } else { notional.proceeds() };
    ensure(cash == Some(Money::from_cents(fill.cash)), row, || {
        let comes_to = cash.map_or_else(|| "more than fits".to_owned(), |cash| cash.to_string());
        format!("its price and shares come to {comes_to} and its cash is {}", Money::from_cents(fill.cash))
    })?;
    ensure(fill.gain.is_none() == buys, row, || "a sale has a gain and a purchase has none".to_owned())
}

fn shown(amount: Option<i64>) -> String {
    amount.map_or_else(|| "no".to_owned(), |amount| amount.to_string())
}
