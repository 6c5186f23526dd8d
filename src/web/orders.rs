//! `/orders` and `/orders/{id}`: what was asked and what came of it.

use super::epochs::Epochs;
use super::error::PageError;
use super::form_data::{Fields, Query};
use super::format::{Change, Dollars, Show, Words, fill_sentence};
use super::history::epochs_of;
use super::house::House;
use super::keyset::{self, Lines};
use super::layout::Layout;
use super::moments::ShowTime;
use super::page;
use super::visit::Member;
use crate::domain::{At, Money, OrderId, OrderSize, OrderState, Price, PublicId, Quantity, Side, Symbol};
use crate::store::epochs::{self, Epoch};
use crate::store::orders::{self, Filter, OrderLine};
use crate::store::{StoreError, accounts, instruments};
use actix_web::{HttpResponse, web};
use askama::Template;
use std::time::Duration;

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

/// That the house undid an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversed {
    /// When.
    pub at: At,
    /// Why, as it was said.
    pub because: String,
}

impl Reversed {
    fn of(line: &OrderLine) -> Option<Self> {
        line.reversed_at.map(|at| Self { at, because: line.reversed_because.clone().unwrap_or_default() })
    }
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
    /// That it was undone, if it was.
    pub reversed: Option<Reversed>,
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
    /// That it was undone, if it was.
    pub reversed: Option<Reversed>,
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
    /// Which of the account's epochs is shown (`?epoch=`).
    pub epochs: Epochs,
    /// How many lines the page has at the most (`?lines=`).
    pub lines: Lines,
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
        filter_query(&self.symbol, self.side) + &self.epochs.query() + &self.lines.query()
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
    /// That the account has begun anew since, if it has.
    pub past: Option<Past>,
    /// Whether it was placed a moment ago by the one who looks.
    pub fresh: bool,
}

/// That an order is from before its account began anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// Which epoch it belongs to.
    pub epoch: i64,
    /// When that ended.
    pub ended_at: At,
}

impl Past {
    /// Where `order` stands among the epochs of its account; nothing when it is of the present one.
    fn of(all: &[Epoch], order: OrderId) -> Option<Self> {
        let epoch = epochs::of_order(all, order);
        let next = all.iter().find(|next| next.number > epoch)?;
        Some(Self { epoch, ended_at: next.began_at })
    }
}

impl OrderPage {
    /// What it did, as the heading of its page: `Bought 10 AAPL at 187.22 for $1,872.20`.
    #[must_use]
    pub fn heading(&self) -> String {
        let fill = &self.fill;
        let sentence = fill_sentence(fill.side, fill.quantity, &fill.symbol, fill.price, fill.total);
        sentence.trim_end_matches('.').to_owned()
    }
}

/// For how long an order counts as just placed.
const FRESH: Duration = Duration::from_mins(1);

impl From<OrderLine> for FillRow {
    fn from(line: OrderLine) -> Self {
        Self {
            reversed: Reversed::of(&line),
            order: line.public_id,
            at: line.filled_at,
            side: line.side,
            symbol: line.symbol,
            name: line.name,
            quantity: line.quantity,
            price: line.price,
            total: line.cash,
            gain: line.gain,
            quote: QuoteHit { bid: line.bid, ask: line.ask, last: line.last, at: line.quoted_at },
        }
    }
}

impl From<OrderLine> for OrderRow {
    fn from(line: OrderLine) -> Self {
        Self {
            reversed: Reversed::of(&line),
            size: size_of(&line),
            id: line.public_id,
            at: line.placed_at,
            side: line.side,
            symbol: line.symbol,
            state: line.state,
            executed: Some(Executed { quantity: line.quantity, price: line.price, total: line.cash }),
        }
    }
}

fn size_of(line: &OrderLine) -> OrderSize {
    line.dollars.map_or(OrderSize::Shares(line.shares.unwrap_or(line.quantity)), OrderSize::Dollars)
}

/// A page of orders, newest first.
///
/// # Errors
/// When the store fails.
pub async fn list(member: Member, house: web::Data<House>, Query(query): Query) -> Result<HttpResponse, PageError> {
    let before = keyset::before(query.get("before"));
    let side = query.get("side").parse().ok();
    let filter = filter(&house, &query).await?;
    let lines = Lines::asked(query.get("lines"));
    let (orders, epochs) = newest(&member, &house, filter, query.text("epoch"), before, lines).await?;
    let (orders, older) = lines.cut(orders, |order| order.id.0);
    page::show(&OrdersPage {
        layout: member.visit.layout(),
        orders: orders.into_iter().map(OrderRow::from).collect(),
        symbol: query.text("symbol"),
        side,
        epochs,
        lines,
        newest: before.is_none(),
        older,
    })
}

/// The receipt of one order of the visitor's own.
///
/// # Errors
/// [`PageError::NotFound`], or when the store fails.
pub async fn show(member: Member, house: web::Data<House>, path: web::Path<String>) -> Result<HttpResponse, PageError> {
    let id: PublicId = path.parse().map_err(|_| PageError::NotFound)?;
    let account = member.who.account;
    let read = house.store.read(move |conn| {
        let Some(line) = orders::by_public_id(conn, account, &id)? else { return Ok(None) };
        let epochs = epochs_of(conn, account)?;
        Ok::<_, StoreError>(Some((Past::of(&epochs, line.id), line)))
    });
    let (past, line) = read.await?.ok_or(PageError::NotFound)?;
    page::show(&OrderPage {
        past,
        fresh: house.clock.now().since(line.filled_at) < FRESH,
        layout: member.visit.layout(),
        id: line.public_id.clone(),
        size: size_of(&line),
        state: line.state,
        cash_after: line.balance,
        fill: line.into(),
    })
}

/// Up to a page and one more of the orders that pass `filter`, of the epoch that is asked for; none where the filter
/// asks for what was never traded.
pub(super) async fn newest(
    member: &Member,
    house: &House,
    filter: Option<Filter>,
    epoch: String,
    before: Option<i64>,
    lines: Lines,
) -> Result<(Vec<OrderLine>, Epochs), PageError> {
    let account = member.who.account;
    let read = house.store.read(move |conn| {
        let account = accounts::get(conn, account)?;
        let epochs = Epochs::asked(epochs::of_account(conn, &account)?, &account, &epoch);
        let Some(filter) = filter else { return Ok((Vec::new(), epochs)) };
        let filter = filter.within(epochs.shown());
        let before = before.map(OrderId);
        Ok::<_, StoreError>((orders::newest(conn, account.id, &filter, before, lines.asked_for())?, epochs))
    });
    Ok(read.await?)
}

/// Reads `?symbol=` and `?side=`; nothing where the symbol names what was never traded here.
pub(super) async fn filter(house: &House, query: &Fields) -> Result<Option<Filter>, PageError> {
    let mut filter = Filter { side: query.get("side").parse().ok(), ..Filter::default() };
    let typed = query.get("symbol").trim();
    if !typed.is_empty() {
        let Ok(symbol) = typed.parse::<Symbol>() else { return Ok(None) };
        let found = house.store.read(move |conn| instruments::by_symbol(conn, &symbol)).await?;
        let Some(instrument) = found else { return Ok(None) };
        filter.instrument = Some(instrument.id);
    }
    Ok(Some(filter))
}
