//! `/history`: every execution.

use super::csv_file::{PIECE, stream_csv};
use super::epochs::Epochs;
use super::error::PageError;
use super::field_errors::FieldErrors;
use super::form_data::{Fields, Query};
use super::format::{Change, Show, Words};
use super::house::House;
use super::keyset::{self, Lines};
use super::layout::Layout;
use super::moments::ShowTime;
use super::orders::{FillRow, filter, newest};
use super::page;
use super::visit::Member;
use crate::domain::{AccountId, At, OrderId, Side, spreadsheet};
use crate::store::epochs::{self, Epoch};
use crate::store::orders::{self, Filter, OrderLine};
use crate::store::{Conn, StoreError, accounts};
use actix_web::{HttpResponse, web};
use askama::Template;
use jiff::civil::Date;
use std::sync::Arc;

/// Every execution of an account, newest first. A day that cannot be read is told beside its field and not applied.
#[derive(Debug, Template)]
#[template(path = "history.html")]
pub struct HistoryPage {
    /// The frame.
    pub layout: Layout,
    /// The executions to show.
    pub fills: Vec<FillRow>,
    /// What `?symbol=` asks for, as typed; empty for all.
    pub symbol: String,
    /// What `?side=` asks for.
    pub side: Option<Side>,
    /// The first day (`?from=`, `2013-10-04`), as typed; empty for the beginning.
    pub from: String,
    /// The last day (`?to=`), as typed; empty for today.
    pub to: String,
    /// Which of the account's epochs is shown (`?epoch=`).
    pub epochs: Epochs,
    /// How many lines the page has at the most (`?lines=`).
    pub lines: Lines,
    /// Why a day was not applied, under `from` and `to`.
    pub errors: FieldErrors,
    /// Whether this is the newest page.
    pub newest: bool,
    /// Where the next older page begins (`?before=`), if there is one.
    pub older: Option<i64>,
}

impl HistoryPage {
    /// Whether only some executions are asked for.
    #[must_use]
    pub const fn is_filtered(&self) -> bool {
        !self.symbol.is_empty() || self.side.is_some() || !self.from.is_empty() || !self.to.is_empty()
    }

    /// The fields for the first and the last day: name, label and what was typed.
    #[must_use]
    pub fn days(&self) -> [(&'static str, &'static str, &str); 2] {
        [("from", "From", &self.from), ("to", "To", &self.to)]
    }

    /// The query of this filter, to put before a page's own: empty or ending in `&`.
    #[must_use]
    pub fn filter_query(&self) -> String {
        let mut query =
            super::orders::filter_query(&self.symbol, self.side) + &self.epochs.query() + &self.lines.query();
        for (name, value) in [("from", &self.from), ("to", &self.to)] {
            if !value.is_empty() {
                query.push_str(name);
                query.push('=');
                query.push_str(&super::format::query_value(value));
                query.push('&');
            }
        }
        query
    }
}

/// A page of executions, newest first.
///
/// # Errors
/// When the store fails.
pub async fn list(member: Member, house: web::Data<House>, Query(query): Query) -> Result<HttpResponse, PageError> {
    let before = keyset::before(query.get("before"));
    let (filter, errors) = dated(filter(&house, &query).await?, &query);
    let lines = Lines::asked(query.get("lines"));
    let (fills, epochs) = newest(&member, &house, filter, query.text("epoch"), before, lines).await?;
    let (fills, older) = lines.cut(fills, |order| order.id.0);
    page::show(&HistoryPage {
        layout: member.visit.layout(),
        fills: fills.into_iter().map(FillRow::from).collect(),
        symbol: query.text("symbol"),
        side: query.get("side").parse().ok(),
        from: query.text("from"),
        to: query.text("to"),
        epochs,
        lines,
        errors,
        newest: before.is_none(),
        older,
    })
}

/// Every execution that passes the filter, newest first, of all epochs of the account.
///
/// # Errors
/// When the store fails.
pub async fn file(member: Member, house: web::Data<House>, Query(query): Query) -> Result<HttpResponse, PageError> {
    let account = member.who.account;
    let (filter, _) = dated(filter(&house, &query).await?, &query);
    let heads = [
        "order",
        "time",
        "side",
        "symbol",
        "shares",
        "price",
        "total",
        "gain",
        "bid",
        "ask",
        "last",
        "quoted",
        "cash_after",
        "reversed",
        "epoch",
    ];
    let epochs: Vec<Epoch> = house.store.read(move |conn| epochs_of(conn, account)).await?;
    let epochs = Arc::new(epochs);
    stream_csv("history.csv", &heads, move |before: Option<OrderId>| {
        let (house, filter, epochs) = (house.clone(), filter.clone(), Arc::clone(&epochs));
        async move {
            let Some(filter) = filter else { return Ok((Vec::new(), None)) };
            let lines: Vec<OrderLine> =
                house.store.read(move |conn| orders::newest(conn, account, &filter, before, PIECE)).await?;
            let next = lines.last().map(|line| line.id);
            Ok((lines.iter().map(|line| record(line, &epochs)).collect(), next))
        }
    })
    .await
}

fn record(line: &OrderLine, all: &[Epoch]) -> Vec<String> {
    vec![
        line.public_id.to_string(),
        line.filled_at.to_string(),
        line.side.to_string(),
        spreadsheet::inert(line.symbol.as_str()),
        line.quantity.to_string(),
        line.price.to_string(),
        line.cash.to_string(),
        line.gain.map(|gain| gain.to_string()).unwrap_or_default(),
        line.bid.to_string(),
        line.ask.to_string(),
        line.last.to_string(),
        line.quoted_at.to_string(),
        line.balance.to_string(),
        line.reversed_at.map(|at| at.to_string()).unwrap_or_default(),
        epochs::of_order(all, line.id).to_string(),
    ]
}

/// The epochs of an account.
pub(super) fn epochs_of(conn: &mut Conn, account: AccountId) -> Result<Vec<Epoch>, StoreError> {
    let account = accounts::get(conn, account)?;
    epochs::of_account(conn, &account)
}

/// Adds `?from=` and `?to=`, both days included, in UTC; what cannot be read, or ends before it begins, is told and not applied.
fn dated(filter: Option<Filter>, query: &Fields) -> (Option<Filter>, FieldErrors) {
    let mut errors = FieldErrors::default();
    let mut day = |name: &'static str| {
        let typed = query.get(name).trim();
        let read = typed.parse::<Date>().ok();
        if read.is_none() && !typed.is_empty() {
            errors.add(name, "Enter the date as YYYY-MM-DD.");
        }
        read
    };
    let (first, mut last) = (day("from"), day("to"));
    if first > last && last.is_some() {
        errors.add("to", "This day is before the From day. Choose the same day or a later one.");
        last = None;
    }
    let from = first.and_then(At::midnight);
    let until = last.and_then(|last| last.tomorrow().ok()).and_then(At::midnight);
    (filter.map(|filter| Filter { from, until, ..filter }), errors)
}
