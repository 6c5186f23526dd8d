//! The form that places an order, as it stands on `/trade` and beside every stock.

use super::field_errors::FieldErrors;
use super::format::{Dollars, Show};
use super::refusals::{MARKET_PAUSED, delisted_sentence, halted_sentence};
use crate::domain::{Money, OrderKey, OrderSize, Price, Quantity, Side, Symbol, TradingStatus};

/// How the amount of an order is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SizeBy {
    /// So many shares.
    #[default]
    Shares,
    /// So much money.
    Dollars,
}

impl SizeBy {
    /// The word in the field `by`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shares => "shares",
            Self::Dollars => "dollars",
        }
    }

    /// The way a word names, if it names one.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Shares, Self::Dollars].into_iter().find(|by| by.as_str() == word)
    }

    /// The way an order of this size was meant.
    #[must_use]
    pub const fn of(size: OrderSize) -> Self {
        match size {
            OrderSize::Shares(_) => Self::Shares,
            OrderSize::Dollars(_) => Self::Dollars,
        }
    }
}

/// An instrument the ticket suggests, with what the estimate needs.
#[derive(Debug, Clone)]
pub struct TicketChoice {
    /// Its symbol.
    pub symbol: Symbol,
    /// Its name.
    pub name: String,
    /// What a seller gets, when it has a price.
    pub bid: Option<Price>,
    /// What a buyer pays, when it has a price.
    pub ask: Option<Price>,
    /// How many shares the viewer has.
    pub held: Quantity,
    /// Whether it may be traded.
    pub status: TradingStatus,
}

/// A link to the same ticket, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcut {
    /// Where it leads.
    pub href: String,
    /// What it fills in.
    pub label: String,
}

/// The ticket: posts `side`, `symbol`, `by`, `amount`, `key` to `/trade/review`, and to `/trade` from a page whose script shows the estimate.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Which way.
    pub side: Side,
    /// The symbol as typed.
    pub symbol: String,
    /// Whether the symbol is settled by the page it stands on.
    pub fixed: bool,
    /// How the amount is meant.
    pub by: SizeBy,
    /// The amount as typed.
    pub amount: String,
    /// What makes sending it twice place it once.
    pub key: OrderKey,
    /// What was wrong, under `side`, `symbol`, `by` and `amount`, or of the order as a whole.
    pub errors: FieldErrors,
    /// That the viewer's account is frozen, as a sentence, if it is.
    pub frozen: Option<String>,
    /// Whether the market is paused, so that no order is taken.
    pub paused: bool,
    /// The viewer's cash.
    pub cash: Money,
    /// What can be traded: every instrument, or the one of a fixed ticket.
    pub choices: Vec<TicketChoice>,
}

impl Ticket {
    /// The instrument the symbol names, if it is among the choices.
    #[must_use]
    pub fn chosen(&self) -> Option<&TicketChoice> {
        self.choices.iter().find(|choice| choice.symbol.as_str().eq_ignore_ascii_case(self.symbol.trim()))
    }

    /// What to type as a symbol, with one that is listed as an example.
    #[must_use]
    pub fn symbol_hint(&self) -> String {
        let listed = self.choices.iter().find(|choice| !choice.status.delisted);
        let example = listed.map(|choice| format!(", for example {}", choice.symbol)).unwrap_or_default();
        format!("Type a symbol{example}. Suggestions appear as you type.")
    }

    /// What keeps the chosen instrument, or any, from being traded as usual.
    #[must_use]
    pub fn hindrance(&self) -> Option<String> {
        let chosen = self.chosen();
        if let Some(TicketChoice { symbol, status, .. }) = chosen
            && let Some(halt) = &status.halt
        {
            return Some(halted_sentence(symbol, &halt.because));
        }
        if self.paused {
            return Some(MARKET_PAUSED.to_owned());
        }
        chosen.filter(|choice| choice.status.delisted).map(|choice| delisted_sentence(&choice.symbol))
    }

    /// The way to a ticket that sells all shares of the chosen instrument, if there are any.
    #[must_use]
    pub fn sell_all(&self) -> Option<Shortcut> {
        let choice = self.chosen().filter(|choice| !choice.held.is_zero())?;
        let label = format!("Sell all {}", choice.held.show());
        Some(self.shortcut(choice, Side::Sell, SizeBy::Shares, &choice.held, label))
    }

    /// The way to a ticket that spends all cash on the chosen instrument, if there is any and it can be bought.
    #[must_use]
    pub fn buy_for_all(&self) -> Option<Shortcut> {
        let choice = self.chosen().filter(|choice| !choice.status.delisted && choice.ask.is_some())?;
        let cash = Some(self.cash).filter(|cash| *cash > Money::ZERO)?;
        Some(self.shortcut(
            choice,
            Side::Buy,
            SizeBy::Dollars,
            &cash,
            format!("Buy with all cash ({})", cash.dollars()),
        ))
    }

    fn shortcut(
        &self,
        choice: &TicketChoice,
        side: Side,
        by: SizeBy,
        amount: &impl std::fmt::Display,
        label: String,
    ) -> Shortcut {
        let (symbol, by) = (&choice.symbol, by.as_str());
        let href = if self.fixed {
            format!("/stocks/{symbol}?side={side}&by={by}&amount={amount}#ticket")
        } else {
            format!("/trade?side={side}&symbol={symbol}&by={by}&amount={amount}")
        };
        Shortcut { href, label }
    }

    /// What the viewer has to trade with.
    #[must_use]
    pub fn means(&self) -> String {
        match self.chosen() {
            Some(choice) if !choice.held.is_zero() => {
                format!("You have {} in cash and {} {}.", self.cash.dollars(), choice.held.show(), choice.symbol)
            }
            _ => format!("You have {} in cash.", self.cash.dollars()),
        }
    }
}
