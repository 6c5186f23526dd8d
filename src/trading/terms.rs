//! What an order comes to at the market's price: pure arithmetic, the same for an estimate and for a settlement.

use super::refusal::Refusal;
use super::{Order, Rules};
use crate::domain::notional::{fewest_worth, most_affordable};
use crate::domain::{Instrument, Money, NotTraded, Notional, OrderSize, Position, Price, Quantity, Quote, Side};
use crate::market::FeedState;
use crate::market::board::{Board, StandingQuote, Traded};
use std::sync::Arc;
use std::time::Duration;

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

/// What an order would come to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// What it would come to.
    pub terms: Terms,
    /// How long ago the quote that it would meet reached the board.
    pub quote_age: Duration,
}

/// What `order` is about and its quote as of now, when the order may be placed and the quote be traded at.
///
/// # Errors
/// The refusal that says why not.
pub(super) fn fresh_quote(
    board: &Board,
    rules: Rules,
    order: &Order,
) -> Result<(Arc<Instrument>, StandingQuote), Refusal> {
    let symbol = &order.symbol;
    let roster = board.roster();
    let Traded { instrument, status, .. } =
        roster.find(symbol).ok_or_else(|| Refusal::UnknownSymbol { symbol: symbol.clone() })?;
    status.allows(order.side).map_err(|why| match why {
        NotTraded::Halted(halt) => Refusal::Halted { symbol: symbol.clone(), because: halt.because.clone() },
        NotTraded::Delisted => Refusal::Delisted { symbol: symbol.clone() },
    })?;
    let market = board.status();
    match market.state {
        FeedState::Ended { .. } => return Err(Refusal::MarketEnded),
        // A pause is somebody's word that nothing is traded, and holds from that moment on, however fresh quotes are.
        _ if market.is_paused() => return Err(Refusal::MarketPaused),
        FeedState::Closed { opens } => {
            return Err(Refusal::MarketClosed { opens, zone: board.calendar().zone_name().to_owned() });
        }
        _ => {}
    }
    match board.quote(instrument.id) {
        None => Err(Refusal::NoQuote { symbol: symbol.clone() }),
        Some(StandingQuote { age, .. }) if age > rules.quote_age_max => {
            Err(Refusal::StaleQuote { symbol: symbol.clone(), age })
        }
        Some(standing) => Ok((Arc::clone(instrument), standing)),
    }
}

/// What someone has to trade with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Means {
    /// Their cash.
    pub(super) cash: Money,
    /// Their shares of what is traded.
    pub(super) position: Position,
}

/// What `order` comes to at `quote` for someone with `means`.
///
/// # Errors
/// The refusal that says why it cannot be done.
pub(super) fn terms(order: &Order, quote: Quote, means: Means) -> Result<Terms, Refusal> {
    let price = quote.for_side(order.side);
    let quantity = match (order.size, order.side) {
        (OrderSize::Shares(quantity), _) => quantity,
        (OrderSize::Dollars(amount), Side::Buy) => most_affordable(amount, price),
        (OrderSize::Dollars(amount), Side::Sell) => fewest_worth(amount, price).ok_or_else(|| {
            let (symbol, held) = (order.symbol.clone(), means.position.quantity);
            Refusal::NotEnoughShares { symbol, asked: Quantity::from_units(i64::MAX), held }
        })?,
    };
    if quantity.units() <= 0 {
        return Err(Refusal::TooSmall);
    }
    match order.side {
        Side::Buy => buy(order, quote, quantity, means),
        Side::Sell => sell(order, quote, quantity, means),
    }
}

fn buy(order: &Order, quote: Quote, quantity: Quantity, means: Means) -> Result<Terms, Refusal> {
    let (price, Means { cash, position }) = (quote.ask, means);
    let cost = Notional::of(price, quantity).cost().ok_or(Refusal::TooLarge)?;
    if cost > cash {
        let affordable = most_affordable(cash, price);
        return Err(Refusal::NotEnoughCash { symbol: order.symbol.clone(), cost, cash, affordable });
    }
    Ok(Terms {
        quote,
        quantity,
        price,
        cash: cost,
        cash_after: cash.checked_sub(cost).ok_or(Refusal::TooLarge)?,
        position_after: position.bought(quantity, cost).ok_or(Refusal::TooLarge)?,
        cost_change: cost,
        gain: None,
    })
}

fn sell(order: &Order, quote: Quote, quantity: Quantity, means: Means) -> Result<Terms, Refusal> {
    let (price, Means { cash, position }) = (quote.bid, means);
    if quantity > position.quantity {
        let held = position.quantity;
        return Err(Refusal::NotEnoughShares { symbol: order.symbol.clone(), asked: quantity, held });
    }
    let proceeds = Notional::of(price, quantity).proceeds().ok_or(Refusal::TooLarge)?;
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
