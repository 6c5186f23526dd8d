//! Settlement: one order, one transaction, top to bottom.

use super::refusal::Refusal;
use super::{Order, Rules};
use crate::domain::notional::{fewest_worth, most_affordable};
use crate::domain::{
    AccountId, At, EntryKind, Instrument, Money, Notional, OrderSize, OrderState, Position, Price, PublicId, Quantity,
    Quote, Side, Symbol,
};
use crate::market::FeedState;
use crate::market::board::{Board, Standing};
use crate::store::accounts::Account;
use crate::store::fills::NewFill;
use crate::store::holdings::Holding;
use crate::store::ledger::{Movement, ShareMovement};
use crate::store::orders::{NewOrder, OrderLine};
use crate::store::{Conn, StoreError, accounts, fills, holdings, ledger, orders};

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// Filled just now.
    Filled(OrderLine),
    /// The same order had been placed before under the same key; this is what became of it then.
    Repeated(OrderLine),
    /// Nothing has moved.
    Refused(Refusal),
}

/// What an order comes to at a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The quote it meets.
    pub quote: Quote,
    /// Shares that change hands.
    pub quantity: Quantity,
    /// At what price.
    pub price: Price,
    /// What is paid or received.
    pub cash: Money,
    /// Cash afterwards.
    pub cash_after: Money,
    /// The position afterwards.
    pub position_after: Position,
    /// The change in what the shares held cost.
    pub cost_change: Money,
    /// Proceeds less cost, for a sale.
    pub gain: Option<Money>,
}

/// Settles `order` for `account` as part of the transaction that `conn` is in.
///
/// # Errors
/// When the store fails. A refusal is not an error.
pub(super) fn settle(
    conn: &mut Conn,
    board: &Board,
    rules: Rules,
    account: AccountId,
    order: &Order,
    now: At,
) -> Result<Placed, StoreError> {
    if let Some(placed) = orders::by_key(conn, account, &order.key)? {
        return Ok(if asks_the_same(order, &placed) {
            Placed::Repeated(placed)
        } else {
            Placed::Refused(Refusal::KeyUsed { order: Box::new(placed) })
        });
    }
    let (instrument, quote) = match fresh_quote(board, rules, &order.symbol) {
        Ok(found) => found,
        Err(refusal) => return Ok(Placed::Refused(refusal)),
    };
    let account = accounts::get(conn, account)?;
    let held = holdings::find(conn, account.id, instrument.id)?;
    let terms = match terms(order, quote, account.cash, held.as_ref().map(Holding::position).unwrap_or_default()) {
        Ok(terms) => terms,
        Err(refusal) => return Ok(Placed::Refused(refusal)),
    };
    let placed = record(conn, &account, &instrument, order, &terms, now)?;
    holdings::save(
        conn,
        held.as_ref(),
        &holding_after(&account, held, &instrument, order.side, &terms, board.market_day()),
    )?;
    if ledger::append(conn, &account, movement(&placed, &instrument, &terms))?.is_none() {
        return Err(StoreError::Corrupt(format!("order {} was checked and still does not fit its account", placed.id)));
    }
    Ok(Placed::Filled(placed))
}

/// The quote of `symbol` as of now, when it may be traded at.
///
/// # Errors
/// The refusal that says why not.
pub(super) fn fresh_quote(
    board: &Board,
    rules: Rules,
    symbol: &Symbol,
) -> Result<(std::sync::Arc<Instrument>, Quote), Refusal> {
    let instrument = board.find(symbol).ok_or_else(|| Refusal::UnknownSymbol { symbol: symbol.clone() })?;
    if matches!(board.status().state, FeedState::Ended { .. }) {
        return Err(Refusal::MarketEnded);
    }
    match board.quote(instrument.id) {
        None => Err(Refusal::NoQuote { symbol: symbol.clone() }),
        Some(Standing { age, .. }) if age > rules.quote_age_max => {
            Err(Refusal::StaleQuote { symbol: symbol.clone(), age })
        }
        Some(Standing { quote, .. }) => Ok((instrument, quote)),
    }
}

/// What `order` comes to at `quote` for someone with `cash` and `position`.
///
/// # Errors
/// The refusal that says why it cannot be done.
pub(super) fn terms(order: &Order, quote: Quote, cash: Money, position: Position) -> Result<Terms, Refusal> {
    let price = quote.for_side(order.side);
    let quantity = match (order.size, order.side) {
        (OrderSize::Shares(quantity), _) => quantity,
        (OrderSize::Dollars(amount), Side::Buy) => most_affordable(amount, price),
        (OrderSize::Dollars(amount), Side::Sell) => fewest_worth(amount, price),
    };
    if quantity.units() <= 0 {
        return Err(Refusal::TooSmall);
    }
    let notional = Notional::of(price, quantity);
    match order.side {
        Side::Buy => buy(order, quote, price, quantity, notional, cash, position),
        Side::Sell => sell(order, quote, price, quantity, notional, cash, position),
    }
}

fn buy(
    order: &Order,
    quote: Quote,
    price: Price,
    quantity: Quantity,
    notional: Notional,
    cash: Money,
    position: Position,
) -> Result<Terms, Refusal> {
    let cost = notional.cost().ok_or(Refusal::TooLarge)?;
    if cost > cash {
        let affordable = most_affordable(cash, price);
        return Err(Refusal::NotEnoughCash { symbol: order.symbol.clone(), cost, cash, affordable });
    }
    let cash_after = cash.checked_sub(cost).ok_or(Refusal::TooLarge)?;
    let position_after = position.bought(quantity, cost).ok_or(Refusal::TooLarge)?;
    Ok(Terms { quote, quantity, price, cash: cost, cash_after, position_after, cost_change: cost, gain: None })
}

fn sell(
    order: &Order,
    quote: Quote,
    price: Price,
    quantity: Quantity,
    notional: Notional,
    cash: Money,
    position: Position,
) -> Result<Terms, Refusal> {
    if quantity > position.quantity {
        let held = position.quantity;
        return Err(Refusal::NotEnoughShares { symbol: order.symbol.clone(), asked: quantity, held });
    }
    let proceeds = notional.proceeds().ok_or(Refusal::TooLarge)?;
    // Dust that is worth less than a cent can be got rid of, but only whole: in slices it would cost nothing.
    if proceeds == Money::ZERO && quantity < position.quantity {
        return Err(Refusal::TooSmall);
    }
    let sold = position.sold(quantity, proceeds).ok_or(Refusal::TooLarge)?;
    Ok(Terms {
        quote,
        quantity,
        price,
        cash: proceeds,
        cash_after: cash.checked_add(proceeds).ok_or(Refusal::TooLarge)?,
        position_after: sold.position,
        cost_change: sold.cost_removed.checked_neg().ok_or(Refusal::TooLarge)?,
        gain: Some(sold.gain),
    })
}

fn asks_the_same(order: &Order, placed: &OrderLine) -> bool {
    order.side == placed.side
        && order.symbol == placed.symbol
        && order.size.amounts() == (placed.shares, placed.dollars)
}

fn record(
    conn: &mut Conn,
    account: &Account,
    instrument: &Instrument,
    order: &Order,
    terms: &Terms,
    now: At,
) -> Result<OrderLine, StoreError> {
    let new = NewOrder {
        public_id: PublicId::random(),
        account: account.id,
        key: order.key.clone(),
        instrument: instrument.id,
        side: order.side,
        size: order.size,
        state: OrderState::Filled,
        placed_at: now,
    };
    let id = orders::insert(conn, &new)?;
    let fill = NewFill {
        order_id: id,
        account_id: account.id,
        instrument_id: instrument.id,
        side: order.side,
        quantity: terms.quantity,
        price: terms.price,
        cash: terms.cash,
        gain: terms.gain,
        bid: terms.quote.bid,
        ask: terms.quote.ask,
        last: terms.quote.last,
        quoted_at: terms.quote.at,
        filled_at: now,
        balance: terms.cash_after,
    };
    fills::insert(conn, &fill)?;
    Ok(OrderLine::of(id, new, fill, instrument))
}

fn movement(placed: &OrderLine, instrument: &Instrument, terms: &Terms) -> Movement {
    let (kind, cash, quantity) = match placed.side {
        Side::Buy => (EntryKind::Buy, terms.cash.checked_neg(), Some(terms.quantity)),
        Side::Sell => (EntryKind::Sell, Some(terms.cash), terms.quantity.checked_neg()),
    };
    Movement {
        kind,
        // Cash and shares on the move are never negative, and every such number has an opposite.
        cash: cash.unwrap_or(Money::ZERO),
        shares: Some(ShareMovement {
            instrument: instrument.id,
            quantity: quantity.unwrap_or(Quantity::ZERO),
            cost: terms.cost_change,
            order: placed.id,
        }),
        at: placed.filled_at,
        memo: String::new(),
        request: None,
    }
}

/// The holding after the trade, with what the market day needs to tell its own gain from money that came in.
fn holding_after(
    account: &Account,
    before: Option<Holding>,
    instrument: &Instrument,
    side: Side,
    terms: &Terms,
    day: i64,
) -> Holding {
    let before = before.unwrap_or_else(|| Holding::none(account.id, instrument.id, day));
    let (day_quantity, paid_before) =
        if before.day == day { (before.day_quantity, before.day_paid) } else { (before.quantity, Money::ZERO) };
    let day_paid = match side {
        Side::Buy => paid_before.checked_add(terms.cash),
        Side::Sell => paid_before.checked_sub(terms.cash),
    };
    Holding {
        quantity: terms.position_after.quantity,
        cost: terms.position_after.cost,
        realised: terms.position_after.realised,
        day,
        day_quantity,
        day_paid: day_paid.unwrap_or(paid_before),
        ..before
    }
}
