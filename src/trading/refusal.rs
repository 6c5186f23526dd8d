//! Why the desk does not do what it is asked: facts, which the pages put into words.

use crate::domain::{At, Money, Quantity, Symbol};
use crate::store::accounts::Frozen;
use crate::store::orders::OrderLine;
use std::time::Duration;

/// An order that is not placed. Nothing has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// This market does not trade it.
    UnknownSymbol {
        /// What was asked for.
        symbol: Symbol,
    },
    /// Trading in it is halted.
    Halted {
        /// What was asked for.
        symbol: Symbol,
        /// Why, in words for traders.
        because: String,
    },
    /// It has been delisted: it can be sold, and was to be bought.
    Delisted {
        /// What was asked for.
        symbol: Symbol,
    },
    /// It has not been quoted yet.
    NoQuote {
        /// What was asked for.
        symbol: Symbol,
    },
    /// Its latest quote is too old to trade at.
    StaleQuote {
        /// What was asked for.
        symbol: Symbol,
        /// How old the quote is.
        age: Duration,
    },
    /// Somebody paused the market.
    MarketPaused,
    /// It is outside trading hours.
    MarketClosed {
        /// When they begin again, by the market's own clock.
        opens: At,
        /// The time zone of its exchange, as the time-zone database knows it.
        zone: String,
    },
    /// The market has come to its end: a recording that has been played out.
    MarketEnded,
    /// It costs more than there is.
    NotEnoughCash {
        /// What was asked for.
        symbol: Symbol,
        /// What it would cost.
        cost: Money,
        /// What there is.
        cash: Money,
        /// The most shares that the cash buys at the same price.
        affordable: Quantity,
    },
    /// More is sold than is held.
    NotEnoughShares {
        /// What was asked for.
        symbol: Symbol,
        /// How many shares would have to be sold.
        asked: Quantity,
        /// How many there are.
        held: Quantity,
    },
    /// The house has frozen the account.
    Frozen(Frozen),
    /// So little that it comes to less than a billionth of a share, or brings less than a cent.
    TooSmall,
    /// More than the books can hold.
    TooLarge,
    /// The form has been used for another order, which stands.
    KeyUsed {
        /// The order that the form placed.
        order: Box<OrderLine>,
    },
}

/// Money that is not added or taken out. Nothing has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FundingRefusal {
    /// Nothing, or less than nothing.
    TooSmall,
    /// The house has frozen the account.
    Frozen(Frozen),
    /// More than may move at a time.
    TooMuchAtOnce {
        /// What may.
        most: Money,
    },
    /// More than may be put into one account in all.
    TooMuchInAll {
        /// What more may be added.
        room: Money,
        /// What may be in all.
        most: Money,
    },
    /// More is taken out than there is.
    NotEnoughCash {
        /// What there is.
        cash: Money,
    },
    /// The form has been used for something else, which stands.
    KeyUsed,
}
