//! `/stocks/{symbol}`: one instrument.

use super::drawing;
use super::format::{Change, DayChange, Html, Show, Words};
use super::layout::Layout;
use super::moments::ShowTime;
use super::orders::FillRow;
use super::portfolio::HoldingRow;
use super::ticket::{SizeBy, Ticket};
use crate::domain::{At, Price, Quote, Side, Symbol};
use askama::Template;
use std::time::Duration;

/// One instrument: its price, the viewer's shares of it and the ticket.
#[derive(Debug, Template)]
#[template(path = "stock.html")]
pub struct StockPage {
    /// The frame.
    pub layout: Layout,
    /// Its symbol.
    pub symbol: Symbol,
    /// Its name.
    pub name: String,
    /// Its sector; may be empty.
    pub sector: String,
    /// Its latest quote, when it has one.
    pub quote: Option<Quote>,
    /// How long ago that quote reached this site.
    pub quote_age: Option<Duration>,
    /// The day's lowest and highest price, where known.
    pub day_range: Option<(Price, Price)>,
    /// Recent prices with the market's moments, oldest first; hidden with fewer than two.
    pub recent: Vec<(At, Price)>,
    /// Whether the viewer watches it.
    pub watched: bool,
    /// The viewer's shares of it, if any.
    pub holding: Option<HoldingRow>,
    /// The ticket; nothing for someone who is not signed in.
    pub ticket: Option<Ticket>,
    /// The viewer's latest executions in it, newest first.
    pub fills: Vec<FillRow>,
}

impl StockPage {
    /// Recent prices as a picture.
    #[must_use]
    pub fn price_line(&self) -> Html {
        drawing::price_line(&self.recent)
    }
}
