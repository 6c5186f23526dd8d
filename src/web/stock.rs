//! `/stocks/{symbol}`: one instrument.

use super::error::PageError;
use super::format::{Change, DayChange, Html, Show, Words};
use super::house::House;
use super::layout::Layout;
use super::moments::ShowTime;
use super::orders::FillRow;
use super::portfolio::HoldingRow;
use super::rates::watched;
use super::ticket::{SizeBy, Ticket};
use super::visit::Visit;
use super::{drawing, page, trade};
use crate::domain::{AccountId, At, Instrument, Money, Price, Quote, Side, Symbol};
use crate::portfolio;
use crate::store::orders::{self, Filter};
use crate::store::{StoreError, accounts, holdings};
use actix_web::{HttpResponse, web};
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

/// How many of the viewer's latest executions the page shows.
const LATEST: i64 = 5;

/// One instrument.
///
/// # Errors
/// [`PageError::NotFound`] for what this market does not trade, or when the store fails.
pub async fn show(visit: Visit, house: web::Data<House>, path: web::Path<String>) -> Result<HttpResponse, PageError> {
    let symbol: Symbol = path.parse().map_err(|_| PageError::NotFound)?;
    let board = house.market.board();
    let instrument = board.find(&symbol).ok_or(PageError::NotFound)?;
    let rate = board.rate(instrument.id).ok_or(PageError::NotFound)?;
    let mine = match visit.signed_in() {
        Some(who) => Some(mine(&house, &instrument, who.account).await?),
        None => None,
    };
    let (cash, holding, fills) = match mine {
        Some((cash, holding, fills)) => (Some(cash), holding, fills),
        None => (None, None, Vec::new()),
    };
    let ticket = cash.map(|cash| {
        let held = holding.as_ref().map(|row| row.quantity).unwrap_or_default();
        trade::fixed_ticket(&rate, cash, held)
    });
    page::show(&StockPage {
        layout: visit.layout(),
        symbol,
        name: instrument.name.clone(),
        sector: instrument.sector.clone(),
        quote: rate.standing.map(|standing| standing.quote),
        quote_age: rate.standing.map(|standing| standing.age),
        day_range: rate.day_range,
        recent: rate.recent,
        watched: watched(&visit, &house).await?.contains(&instrument.id),
        holding,
        ticket,
        fills,
    })
}

type Mine = (Money, Option<HoldingRow>, Vec<FillRow>);

/// The viewer's cash, their shares of `instrument` and what they did in it.
async fn mine(house: &House, instrument: &Instrument, account: AccountId) -> Result<Mine, PageError> {
    let id = instrument.id;
    let read = house.store.read(move |conn| {
        let filter = Filter { instrument: Some(id), ..Filter::default() };
        let latest = orders::newest(conn, account, &filter, None, LATEST)?;
        Ok::<_, StoreError>((accounts::get(conn, account)?, holdings::of_account(conn, account)?, latest))
    });
    let (account, held, latest) = read.await?;
    let cash = account.cash;
    let portfolio = portfolio::value(&account, held, house.market.board())
        .ok_or_else(|| PageError::internal("a portfolio's value does not fit"))?;
    let line = portfolio.holdings.iter().find(|line| line.holding.instrument_id == id);
    let row = line.and_then(|line| HoldingRow::of(line, portfolio.total));
    Ok((cash, row, latest.into_iter().map(FillRow::from).collect()))
}
