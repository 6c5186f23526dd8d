//! `/rates`: every instrument and its price.

use super::drawing::sparkline;
use super::error::PageError;
use super::form_data::{Form, Query};
use super::format::{Change, DayChange, Html, Show};
use super::house::House;
use super::layout::Layout;
use super::page;
use super::sparklines::{Line, Today};
use super::visit::{Member, Visit, is_own_path};
use crate::domain::{InstrumentId, Price, Quote, Symbol, TradingStatus};
use crate::market::Rate;
use crate::store::{Lock, StoreError, watches};
use actix_web::{HttpResponse, web};
use askama::Template;
use std::collections::HashSet;

/// One instrument and what it trades at.
#[derive(Debug, Clone)]
pub struct RateRow {
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
    /// What its day looked like so far.
    pub line: Line,
    /// Whether the viewer watches it.
    pub watched: bool,
}

impl RateRow {
    /// The last price, when there is one.
    #[must_use]
    pub fn last(&self) -> Option<Price> {
        self.quote.map(|quote| quote.last)
    }

    /// Its day as a small line.
    #[must_use]
    pub fn spark(&self) -> Html {
        sparkline(&self.line)
    }
}

/// What the rates can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateColumn {
    /// The symbol.
    Symbol,
    /// The sector.
    Sector,
    /// The last price.
    Last,
    /// The day's change.
    Change,
    /// The day's change as a percentage.
    Percent,
    /// The bid.
    Bid,
    /// The ask.
    Ask,
    /// The day's volume.
    Volume,
}

impl RateColumn {
    /// Every column, in the order of the table.
    pub const ALL: [Self; 8] =
        [Self::Symbol, Self::Sector, Self::Last, Self::Change, Self::Percent, Self::Bid, Self::Ask, Self::Volume];

    /// The word in `?sort=`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Symbol => "symbol",
            Self::Sector => "sector",
            Self::Last => "last",
            Self::Change => "change",
            Self::Percent => "percent",
            Self::Bid => "bid",
            Self::Ask => "ask",
            Self::Volume => "volume",
        }
    }

    /// The head of the column.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Symbol => "Instrument",
            Self::Sector => "Sector",
            Self::Last => "Last",
            Self::Change => "Change",
            Self::Percent => "Change %",
            Self::Bid => "Bid",
            Self::Ask => "Ask",
            Self::Volume => "Volume",
        }
    }

    /// Whether it holds numbers, which stand to the right.
    #[must_use]
    pub const fn is_number(self) -> bool {
        !matches!(self, Self::Symbol | Self::Sector)
    }

    /// The column `?sort=` names, if it names one.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.as_str() == word)
    }
}

/// The live price list. The handler filters and sorts the rows as `query`, `watched_only`, `sort` and `descending` say.
#[derive(Debug, Template)]
#[template(path = "rates.html")]
pub struct RatesPage {
    /// The frame.
    pub layout: Layout,
    /// The rows to show, in order.
    pub rates: Vec<RateRow>,
    /// How many instruments there are without any filter.
    pub total: usize,
    /// What `?q=` asks for; empty for everything.
    pub query: String,
    /// Whether only watched instruments are shown (`?watched=1`).
    pub watched_only: bool,
    /// What the rows are sorted by (`?sort=`); by nothing, they are in the order of the market.
    pub sort: Option<RateColumn>,
    /// Whether from high to low (`?order=desc`).
    pub descending: bool,
}

impl RatesPage {
    /// The link that sorts by `column`, and turns the order round when it is sorted by that already.
    /// Numbers first come from high to low.
    #[must_use]
    pub fn sort_link(&self, column: &RateColumn) -> String {
        let descending = if Some(*column) == self.sort { !self.descending } else { column.is_number() };
        self.link(self.watched_only, Some(*column), descending)
    }

    /// The link to all instruments, with the rest as it is.
    #[must_use]
    pub fn all_link(&self) -> String {
        self.link(false, self.sort, self.descending)
    }

    /// The link to the watched instruments, with the rest as it is.
    #[must_use]
    pub fn watched_link(&self) -> String {
        self.link(true, self.sort, self.descending)
    }

    /// The value of `aria-sort` of a column.
    #[must_use]
    pub fn aria_sort(&self, column: &RateColumn) -> &'static str {
        match (Some(*column) == self.sort, self.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// Whether every instrument is on it, so that a new one belongs there too.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.query.is_empty() && !self.watched_only
    }

    fn link(&self, watched_only: bool, sort: Option<RateColumn>, descending: bool) -> String {
        let mut asked = Vec::new();
        if let Some(sort) = sort {
            asked.push(format!("sort={}&order={}", sort.as_str(), if descending { "desc" } else { "asc" }));
        }
        if watched_only {
            asked.push("watched=1".to_owned());
        }
        if !self.query.is_empty() {
            asked.push(format!("q={}", super::format::query_value(&self.query)));
        }
        if asked.is_empty() { "/rates".to_owned() } else { format!("/rates?{}", asked.join("&")) }
    }
}

impl RateRow {
    /// A line of the board as a row.
    #[must_use]
    pub fn of(rate: &Rate, today: &Today, watched: bool) -> Self {
        Self {
            symbol: rate.instrument.symbol.clone(),
            name: rate.instrument.name.clone(),
            sector: rate.instrument.sector.clone(),
            status: rate.status.clone(),
            quote: rate.standing.map(|standing| standing.quote),
            line: today.line(rate),
            watched,
        }
    }

    /// Whether each of these words stands somewhere in it, as the script finds it too.
    fn mentions(&self, words: &str) -> bool {
        let text = format!("{} {} {}", self.symbol, self.name, self.sector).to_lowercase();
        words.split_whitespace().all(|word| text.contains(word))
    }
}

/// Every instrument, filtered and sorted as the address asks.
///
/// # Errors
/// When the store fails.
pub async fn show(visit: Visit, house: web::Data<House>, Query(query): Query) -> Result<HttpResponse, PageError> {
    let watched = watched(&visit, &house).await?;
    let today = house.sparklines.today(&house).await;
    let mut all = house.market.board().rates();
    all.retain(|rate| !rate.status.delisted);
    let total = all.len();
    let words = query.get("q").trim().to_lowercase();
    let watched_only = query.get("watched") == "1" && visit.signed_in().is_some();
    let sort = RateColumn::named(query.get("sort"));
    let descending = query.get("order") == "desc";
    let rows = all.iter().map(|rate| RateRow::of(rate, &today, watched.contains(&rate.instrument.id)));
    let mut rates: Vec<RateRow> = rows.filter(|row| row.mentions(&words) && (row.watched || !watched_only)).collect();
    if let Some(column) = sort {
        rates.sort_by(|left, right| {
            let order = compare(left, right, column);
            if descending { order.reverse() } else { order }
        });
    }
    let query = query.text("q");
    page::show(&RatesPage { layout: visit.layout(), rates, total, query, watched_only, sort, descending })
}

/// Stars or unstars an instrument, and goes back; a script, which stays where it is, says of no way back.
///
/// # Errors
/// When there is no such instrument, or the store fails.
pub async fn watch(member: Member, house: web::Data<House>, Form(form): Form) -> Result<HttpResponse, PageError> {
    let symbol = form.get("symbol").parse::<Symbol>().map_err(|_| PageError::NotFound)?;
    let instrument = house.market.board().find(&symbol).ok_or(PageError::NotFound)?;
    let (user, watched) = (member.who.user, form.get("watched") == "1");
    let starred: Result<(), StoreError> =
        house.store.write(Lock::User(user), move |conn| watches::set(conn, user, instrument.id, watched)).await;
    starred?;
    Ok(match form.all("back").next() {
        None => HttpResponse::NoContent().finish(),
        Some(back) if is_own_path(back) => member.visit.go(back),
        Some(_) => member.visit.go("/rates"),
    })
}

/// What the visitor has starred.
pub(super) async fn watched(visit: &Visit, house: &House) -> Result<HashSet<InstrumentId>, PageError> {
    let Some(who) = visit.signed_in() else { return Ok(HashSet::new()) };
    let user = who.user;
    let watched: Vec<InstrumentId> = house.store.read(move |conn| watches::of_user(conn, user)).await?;
    Ok(watched.into_iter().collect())
}

fn compare(left: &RateRow, right: &RateRow, column: RateColumn) -> std::cmp::Ordering {
    let number = |row: &RateRow| {
        let quote = row.quote?;
        match column {
            RateColumn::Last => Some(quote.last.units()),
            RateColumn::Change => quote.day_change().map(|change| change.0),
            RateColumn::Percent => quote.day_percent().map(|percent| percent.0),
            RateColumn::Bid => Some(quote.bid.units()),
            RateColumn::Ask => Some(quote.ask.units()),
            RateColumn::Volume => Some(quote.volume),
            RateColumn::Symbol | RateColumn::Sector => None,
        }
    };
    let by_symbol = left.symbol.cmp(&right.symbol);
    match column {
        RateColumn::Symbol => by_symbol,
        RateColumn::Sector => left.sector.cmp(&right.sector).then(by_symbol),
        _ => number(left).cmp(&number(right)).then(by_symbol),
    }
}
