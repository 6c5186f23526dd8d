//! `/orders` and `/orders/{id}`: what was asked and what came of it.

use super::format::{Change, Dollars, Show, Words, fill_sentence};
use super::layout::Layout;
use super::moments::ShowTime;
use crate::domain::{At, Money, OrderSize, OrderState, Price, PublicId, Quantity, Side, Symbol};
use askama::Template;

/// The quote an order met, by the market's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuoteHit {
    /// What a seller got.
    pub bid: Price,
    /// What a buyer paid.
    pub ask: Price,
    /// The latest trade then.
    pub last: Price,
    /// When it was quoted.
    pub at: At,
}

/// One execution.
#[derive(Debug, Clone)]
pub struct FillRow {
    /// The order it belongs to.
    pub order: PublicId,
    /// When.
    pub at: At,
    /// Which way.
    pub side: Side,
    /// Of what.
    pub symbol: Symbol,
    /// Its name.
    pub name: String,
    /// How many shares.
    pub quantity: Quantity,
    /// At what price.
    pub price: Price,
    /// What was paid or got.
    pub total: Money,
    /// What a sale won; nothing for a purchase.
    pub gain: Option<Money>,
    /// The quote it met.
    pub quote: QuoteHit,
}

/// What came of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Executed {
    /// How many shares.
    pub quantity: Quantity,
    /// At what price.
    pub price: Price,
    /// What was paid or got.
    pub total: Money,
}

/// One order.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// Its public id.
    pub id: PublicId,
    /// When it was placed.
    pub at: At,
    /// Which way.
    pub side: Side,
    /// Of what.
    pub symbol: Symbol,
    /// How much was asked for.
    pub size: OrderSize,
    /// Where it stands.
    pub state: OrderState,
    /// What came of it so far.
    pub executed: Option<Executed>,
}

/// The orders of an account, newest first.
#[derive(Debug, Template)]
#[template(path = "orders.html")]
pub struct OrdersPage {
    /// The frame.
    pub layout: Layout,
    /// The orders to show.
    pub orders: Vec<OrderRow>,
    /// What `?symbol=` asks for, as typed; empty for all.
    pub symbol: String,
    /// What `?side=` asks for.
    pub side: Option<Side>,
    /// Whether this is the newest page.
    pub newest: bool,
    /// Where the next older page begins (`?before=`), if there is one.
    pub older: Option<i64>,
}

impl OrdersPage {
    /// Whether only some orders are asked for.
    #[must_use]
    pub const fn is_filtered(&self) -> bool {
        !self.symbol.is_empty() || self.side.is_some()
    }

    /// The query of this filter, to put before a page's own: empty or ending in `&`.
    #[must_use]
    pub fn filter_query(&self) -> String {
        filter_query(&self.symbol, self.side)
    }
}

/// A filter by symbol and side as the beginning of a query: empty or ending in `&`.
pub(super) fn filter_query(symbol: &str, side: Option<Side>) -> String {
    let mut query = String::new();
    if !symbol.is_empty() {
        query.push_str("symbol=");
        query.push_str(&super::format::query_value(symbol));
        query.push('&');
    }
    if let Some(side) = side {
        query.push_str("side=");
        query.push_str(side.as_str());
        query.push('&');
    }
    query
}

/// The receipt of one order.
#[derive(Debug, Template)]
#[template(path = "order.html")]
pub struct OrderPage {
    /// The frame.
    pub layout: Layout,
    /// Its public id.
    pub id: PublicId,
    /// How much was asked for.
    pub size: OrderSize,
    /// Where it stands.
    pub state: OrderState,
    /// Its execution.
    pub fill: FillRow,
    /// Cash right after it.
    pub cash_after: Money,
    /// Whether it was placed a moment ago by the one who looks.
    pub fresh: bool,
}

impl OrderPage {
    /// `Bought 10 AAPL at 187.22 for $1,872.20.`
    #[must_use]
    pub fn sentence(&self) -> String {
        let fill = &self.fill;
        fill_sentence(fill.side, fill.quantity, &fill.symbol, fill.price, fill.total)
    }
}
