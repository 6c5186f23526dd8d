//! `/trade` and `/trade/review`: an order before it is placed.

use super::format::{Change, Dollars, Show, Words};
use super::layout::Layout;
use super::moments::ShowTime;
use super::ticket::{SizeBy, Ticket};
use crate::domain::{At, Money, OrderKey, OrderSize, Price, Quantity, Side, Symbol};
use askama::Template;
use std::time::Duration;

/// The ticket alone.
#[derive(Debug, Template)]
#[template(path = "trade.html")]
pub struct TradePage {
    /// The frame.
    pub layout: Layout,
    /// The form.
    pub ticket: Ticket,
}

/// What an order would do at the price of this moment; posts it to `/trade`.
#[derive(Debug, Template)]
#[template(path = "review.html")]
pub struct ReviewPage {
    /// The frame.
    pub layout: Layout,
    /// Which way.
    pub side: Side,
    /// Of what.
    pub symbol: Symbol,
    /// Its name.
    pub name: String,
    /// How much is asked for.
    pub size: OrderSize,
    /// The price it would meet.
    pub price: Price,
    /// When it was quoted, by the market's own clock.
    pub quoted: At,
    /// How long ago that quote reached this site.
    pub quote_age: Duration,
    /// How many shares that makes.
    pub quantity: Quantity,
    /// What would be paid or got.
    pub total: Money,
    /// Cash afterwards.
    pub cash_after: Money,
    /// Shares of it afterwards.
    pub shares_after: Quantity,
    /// What a sale would win; nothing for a purchase.
    pub gain: Option<Money>,
    /// What makes sending it twice place it once.
    pub key: OrderKey,
}

impl ReviewPage {
    /// What the button does: `Buy 10 AAPL`, `Buy $500.00 of AAPL`.
    #[must_use]
    pub fn action(&self) -> String {
        let verb = self.side.words();
        match self.size {
            OrderSize::Shares(quantity) => format!("{verb} {} {}", quantity.show(), self.symbol),
            OrderSize::Dollars(money) => format!("{verb} {} of {}", money.dollars(), self.symbol),
        }
    }

    /// The word of the field `by`.
    #[must_use]
    pub const fn by(&self) -> &'static str {
        SizeBy::of(self.size).as_str()
    }

    /// The value of the field `amount`.
    #[must_use]
    pub fn amount(&self) -> String {
        match self.size {
            OrderSize::Shares(quantity) => quantity.to_string(),
            OrderSize::Dollars(money) => money.to_string(),
        }
    }

    /// What will happen, as a sentence.
    #[must_use]
    pub fn consequence(&self) -> String {
        let (quantity, symbol, total) = (self.quantity.show(), &self.symbol, self.total.dollars());
        let (cash, shares) = (self.cash_after.dollars(), self.shares_after.show());
        match self.side {
            Side::Buy => format!(
                "You pay about {total} for {quantity} {symbol}. That leaves {cash} in cash and makes {shares} {symbol} in all."
            ),
            Side::Sell => format!(
                "You get about {total} for {quantity} {symbol}. That makes {cash} in cash and leaves {shares} {symbol}."
            ),
        }
    }
}
