//! `/trade` and `/trade/review`: an order before it is placed.

use super::error::PageError;
use super::field_errors::FieldErrors;
use super::form_data::{Fields, Form, Query};
use super::format::{Change, Dollars, Show, Words};
use super::house::House;
use super::layout::Layout;
use super::moments::ShowTime;
use super::page;
use super::refusals::{explain, frozen_words};
use super::ticket::{SizeBy, Ticket, TicketChoice};
use super::visit::Member;
use crate::domain::{At, Money, OrderKey, OrderSize, Price, Quantity, Side, Symbol};
use crate::market::Rate;
use crate::store::{StoreError, accounts, holdings, orders};
use crate::trading::{Estimate, Order, Placed};
use actix_web::{HttpResponse, web};
use askama::Template;
use std::collections::HashMap;
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
        typed(self.size)
    }

    /// What will happen, as a sentence.
    #[must_use]
    pub fn consequence(&self) -> String {
        let (quantity, symbol, total) = (self.quantity.show(), &self.symbol, self.total.dollars());
        let (cash, shares) = (self.cash_after.dollars(), self.shares_after.show());
        match self.side {
            Side::Buy => format!(
                "You pay about {total} for {quantity} {symbol}. You will have {cash} in cash and own {shares} {symbol}."
            ),
            Side::Sell => format!(
                "You receive about {total} for {quantity} {symbol}. You will have {cash} in cash and own {shares} {symbol}."
            ),
        }
    }
}

/// A size as it could have been typed.
fn typed(size: OrderSize) -> String {
    match size {
        OrderSize::Shares(quantity) => quantity.to_string(),
        OrderSize::Dollars(money) => money.to_string(),
    }
}

/// The empty ticket, or one begun by the link that led here (`?side=`, `?symbol=`).
///
/// # Errors
/// When the store fails.
pub async fn show(member: Member, house: web::Data<House>, Query(query): Query) -> Result<HttpResponse, PageError> {
    page::show(&blank(&member, &house, &query, FieldErrors::default()).await?)
}

/// Leads to the review of what was asked for. It has an address of its own, so that whoever goes back to it, from the
/// receipt say, finds it again.
///
/// # Errors
/// When the store fails.
pub async fn ask(member: Member, house: web::Data<House>, Form(form): Form) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    if let Some(order) = parse(&form, &mut errors) {
        match house.desk.estimate(member.who.account, order.clone()).await? {
            Ok(_) => return Ok(member.visit.go(&address(&order))),
            Err(refusal) => explain(&refusal, &mut errors),
        }
    }
    page::again(&blank(&member, &house, &form, errors).await?)
}

/// Where an order is reviewed. Its key goes along: without it the same order could be placed twice, by going back.
fn address(Order { key, side, symbol, size }: &Order) -> String {
    let (by, amount) = (SizeBy::of(*size).as_str(), typed(*size));
    format!("/trade/review?side={side}&symbol={symbol}&by={by}&amount={amount}&key={key}")
}

/// What the order would come to now, with the button that places it; once it is placed, its receipt.
///
/// # Errors
/// When the store fails.
pub async fn review(member: Member, house: web::Data<House>, Query(query): Query) -> Result<HttpResponse, PageError> {
    if query.get("key").is_empty() {
        return Ok(member.visit.go("/trade"));
    }
    let mut errors = FieldErrors::default();
    if let Some(order) = parse(&query, &mut errors) {
        let (account, key) = (member.who.account, order.key.clone());
        let placed: Result<_, StoreError> = house.store.read(move |conn| orders::by_key(conn, account, &key)).await;
        if let Some(line) = placed? {
            return Ok(member.visit.go(&format!("/orders/{}", line.public_id)));
        }
        match house.desk.estimate(account, order.clone()).await? {
            Ok(terms) => return page::show(&reviewed(&member, &house, order, &terms)?),
            Err(refusal) => explain(&refusal, &mut errors),
        }
    }
    page::again(&blank(&member, &house, &query, errors).await?)
}

/// Places the order and goes to its receipt. Sent twice, it is placed once and leads to the same receipt.
///
/// # Errors
/// When the store fails.
pub async fn place(member: Member, house: web::Data<House>, Form(form): Form) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    if let Some(order) = parse(&form, &mut errors) {
        match house.desk.place(member.who.account, order).await? {
            Placed::Filled(line) | Placed::Repeated(line) => {
                return Ok(member.visit.go(&format!("/orders/{}", line.public_id)));
            }
            Placed::Refused(refusal) => explain(&refusal, &mut errors),
        }
    }
    page::again(&blank(&member, &house, &form, errors).await?)
}

/// The ticket that stands beside one instrument, begun by the link that led there.
pub(super) fn fixed_ticket(rate: &Rate, begun: &Fields, (cash, held): (Money, Quantity), now: At) -> Ticket {
    Ticket {
        // What is no longer listed can only be sold.
        side: begun.get("side").parse().unwrap_or(if rate.status.delisted { Side::Sell } else { Side::Buy }),
        symbol: rate.instrument.symbol.to_string(),
        fixed: true,
        by: SizeBy::named(begun.get("by")).unwrap_or_default(),
        amount: begun.text("amount"),
        key: OrderKey::at(now),
        errors: FieldErrors::default(),
        frozen: None,
        paused: false,
        cash,
        choices: vec![choice(rate, held)],
    }
}

fn choice(rate: &Rate, held: Quantity) -> TicketChoice {
    let quote = rate.standing.map(|standing| standing.quote);
    TicketChoice {
        symbol: rate.instrument.symbol.clone(),
        name: rate.instrument.name.clone(),
        bid: quote.map(|quote| quote.bid),
        ask: quote.map(|quote| quote.ask),
        held,
        status: rate.status.clone(),
    }
}

/// Reads an order from a ticket's fields; what is wrong goes beside them.
fn parse(form: &Fields, errors: &mut FieldErrors) -> Option<Order> {
    let key = form.get("key").parse::<OrderKey>();
    if key.is_err() {
        errors.refuse("This form was incomplete. Check it and submit it again.");
    }
    let side = form.get("side").parse::<Side>();
    if side.is_err() {
        errors.add("side", "Choose whether to buy or to sell.");
    }
    let symbol = form.get("symbol").parse::<Symbol>();
    if let Err(wrong) = &symbol {
        errors.add("symbol", wrong);
    }
    let by = SizeBy::named(form.get("by"));
    if by.is_none() {
        errors.add("by", "Choose whether the amount is shares or dollars.");
    }
    let wanted = match by.unwrap_or_default() {
        SizeBy::Shares => Quantity::parse_positive(form.get("amount")).map(OrderSize::Shares),
        SizeBy::Dollars => Money::parse_positive(form.get("amount")).map(OrderSize::Dollars),
    };
    if let Err(wrong) = &wanted {
        errors.add("amount", wrong);
    }
    by.and(Some(Order { key: key.ok()?, side: side.ok()?, symbol: symbol.ok()?, size: wanted.ok()? }))
}

/// The ticket with what was typed, under a new key.
async fn blank(member: &Member, house: &House, typed: &Fields, errors: FieldErrors) -> Result<TradePage, PageError> {
    let account = member.who.account;
    let read = house
        .store
        .read(move |conn| Ok::<_, StoreError>((accounts::get(conn, account)?, holdings::of_account(conn, account)?)));
    let (account, held) = read.await?;
    let held: HashMap<_, _> = held.into_iter().map(|holding| (holding.instrument_id, holding.quantity)).collect();
    let rates = house.market.board().rates();
    let choices = rates.iter().map(|rate| choice(rate, held.get(&rate.instrument.id).copied().unwrap_or_default()));
    // What has been delisted is of interest to whoever can sell it.
    let choices = choices.filter(|choice| !choice.status.delisted || !choice.held.is_zero()).collect();
    Ok(TradePage {
        layout: member.visit.layout(),
        ticket: Ticket {
            side: typed.get("side").parse().unwrap_or(Side::Buy),
            symbol: typed.text("symbol"),
            fixed: false,
            by: SizeBy::named(typed.get("by")).unwrap_or_default(),
            amount: typed.text("amount"),
            key: OrderKey::at(house.clock.now()),
            errors,
            frozen: account.frozen().as_ref().map(frozen_words),
            paused: house.market.board().status().is_paused(),
            cash: account.cash,
            choices,
        },
    })
}

fn reviewed(member: &Member, house: &House, order: Order, estimate: &Estimate) -> Result<ReviewPage, PageError> {
    let instrument = house.market.board().find(&order.symbol).ok_or(PageError::NotFound)?;
    let Estimate { terms, quote_age } = *estimate;
    Ok(ReviewPage {
        quoted: terms.quote.at,
        quote_age,
        layout: member.visit.layout(),
        side: order.side,
        symbol: order.symbol,
        name: instrument.name.clone(),
        size: order.size,
        price: terms.price,
        quantity: terms.quantity,
        total: terms.cash,
        cash_after: terms.cash_after,
        shares_after: terms.position_after.quantity,
        gain: terms.gain,
        key: order.key,
    })
}
