//! `/stocks/{symbol}`: one instrument.

use super::chart::{self, Chart, ChartRange};
use super::error::PageError;
use super::form_data::Query;
use super::format::{Change, DayChange, Html, Show, Words};
use super::house::House;
use super::layout::Layout;
use super::moments::ShowTime;
use super::orders::FillRow;
use super::past::{Look, Past};
use super::portfolio::HoldingRow;
use super::rates::watched;
use super::refusals::frozen_words;
use super::ticket::{SizeBy, Ticket};
use super::visit::Visit;
use super::{drawing, page, trade};
use crate::domain::{AccountId, Instrument, InstrumentId, Money, Price, Quote, Side, Symbol, TradingStatus};
use crate::market::{Board, FeedName};
use crate::portfolio;
use crate::store::orders::{self, Filter};
use crate::store::{Conn, StoreError, accounts, epochs, holdings};
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
    /// Whether it may be traded.
    pub status: TradingStatus,
    /// Its latest quote, when it has one.
    pub quote: Option<Quote>,
    /// How long ago that quote reached this site.
    pub quote_age: Option<Duration>,
    /// The day's lowest and highest price, where known.
    pub day_range: Option<(Price, Price)>,
    /// The lowest and highest price of 52 weeks, where known.
    pub year_range: Option<(Price, Price)>,
    /// What its price did.
    pub chart: Chart,
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
    /// Where the last price stands in a span.
    #[must_use]
    pub fn span_bar(&self, low: &Price, high: &Price) -> Html {
        drawing::span_bar(*low, *high, self.quote.map_or(*low, |quote| quote.last))
    }
}

/// How many of the viewer's latest executions the page shows.
const LATEST: i64 = 5;

/// One instrument.
///
/// # Errors
/// [`PageError::NoStock`] for what this market does not trade, or when the store fails.
pub async fn show(
    visit: Visit,
    house: web::Data<House>,
    path: web::Path<String>,
    Query(query): Query,
) -> Result<HttpResponse, PageError> {
    let symbol: Symbol = path.parse().map_err(|_| PageError::NotFound)?;
    let board = house.market.board();
    let instrument = board.find(&symbol).ok_or_else(|| PageError::NoStock { symbol: symbol.clone() })?;
    let rate = board.rate(instrument.id).ok_or(PageError::NotFound)?;
    let range = ChartRange::named(query.get("range")).unwrap_or_default();
    let look = Look::of(range, board, house.clock.now());
    let (id, account) = (instrument.id, visit.signed_in().map(|who| who.account));
    let read = house.store.read(move |conn| {
        let past = Past::read(conn, id, look)?;
        let mine = account.map(|account| mine(conn, id, account)).transpose()?;
        Ok::<_, StoreError>((past, mine))
    });
    let (mut past, mine) = read.await?;
    past.go_on(board, id, look);
    let Shown { cash, frozen, holding, fills } = match mine {
        Some(mine) => mine.shown(&instrument, board)?,
        None => Shown::default(),
    };
    let ticket = cash.map(|cash| {
        let held = holding.as_ref().map(|row| row.quantity).unwrap_or_default();
        Ticket {
            frozen,
            paused: board.status().is_paused(),
            ..trade::fixed_ticket(&rate, &query, (cash, held), house.clock.now())
        }
    });
    let day_range = chart::wider(rate.day_range, past.day);
    page::show(&StockPage {
        layout: visit.layout(),
        name: instrument.name.clone(),
        sector: instrument.sector.clone(),
        status: rate.status.clone(),
        quote: rate.standing.map(|standing| standing.quote),
        quote_age: rate.standing.map(|standing| standing.age),
        day_range,
        year_range: chart::wider(day_range, past.year),
        chart: Chart {
            symbol: symbol.clone(),
            range,
            zone: board.calendar().zone_name().to_owned(),
            recording: board.status().name == FeedName::Replay,
            span: look.span,
            timeframe: past.timeframe,
            candles: past.candles,
        },
        symbol,
        watched: watched(&visit, &house).await?.contains(&instrument.id),
        holding,
        ticket,
        fills,
    })
}

/// The viewer's account, and what they did in an instrument.
struct Mine {
    account: accounts::Account,
    held: Vec<holdings::Holding>,
    latest: Vec<orders::OrderLine>,
}

fn mine(conn: &mut Conn, id: InstrumentId, account: AccountId) -> Result<Mine, StoreError> {
    let account = accounts::get(conn, account)?;
    let epoch = epochs::present(conn, &account)?;
    let filter = Filter { instrument: Some(id), ..Filter::default() }.within(epoch);
    Ok(Mine {
        latest: orders::newest(conn, account.id, &filter, None, LATEST)?,
        held: holdings::of_account(conn, account.id)?,
        account,
    })
}

/// What the page shows of it.
#[derive(Default)]
struct Shown {
    cash: Option<Money>,
    frozen: Option<String>,
    holding: Option<HoldingRow>,
    fills: Vec<FillRow>,
}

impl Mine {
    /// Cash, shares of `instrument` and orders in it.
    fn shown(self, instrument: &Instrument, board: &Board) -> Result<Shown, PageError> {
        let portfolio = portfolio::value(&self.account, self.held, board)
            .ok_or_else(|| PageError::internal("a portfolio's value does not fit"))?;
        let line = portfolio.holdings.iter().find(|line| line.holding.instrument_id == instrument.id);
        Ok(Shown {
            cash: Some(self.account.cash),
            frozen: self.account.frozen().as_ref().map(frozen_words),
            holding: line.map(|line| HoldingRow::of(line, instrument, portfolio.total)),
            fills: self.latest.into_iter().map(FillRow::from).collect(),
        })
    }
}
