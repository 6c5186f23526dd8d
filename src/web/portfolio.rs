//! `/portfolio`: what someone has and what it is worth.

use super::drawing::{self, Slice};
use super::epochs::Epochs;
use super::error::PageError;
use super::format::{BasisPoints, Change, Dollars, Gain, Html, Show, Words};
use super::house::House;
use super::layout::Layout;
use super::moments::ShowTime;
use super::orders::FillRow;
use super::page;
use super::refusals::frozen_words;
use super::sparklines;
use super::visit::Member;
use crate::domain::{At, Instrument, Money, Price, Quantity, Symbol, TradingStatus};
use crate::portfolio::{self, Line, Portfolio, history};
use crate::store::holdings::{self, Holding};
use crate::store::orders::{self, Filter};
use crate::store::{StoreError, accounts, epochs, instruments};
use actix_web::{HttpResponse, web};
use askama::Template;

/// Shares of one instrument.
#[derive(Debug, Clone)]
pub struct HoldingRow {
    /// Of what.
    pub symbol: Symbol,
    /// Its name.
    pub name: String,
    /// Whether the market that runs now knows it at all.
    pub traded: bool,
    /// Whether it may be traded.
    pub status: TradingStatus,
    /// How many.
    pub quantity: Quantity,
    /// What they cost in all.
    pub cost: Money,
    /// The last price, when there is one.
    pub last: Option<Price>,
    /// What the day of its price looked like so far.
    pub line: sparklines::Line,
    /// What they are worth at the last price.
    pub value: Option<Money>,
    /// What they won today; the base is what they were worth before.
    pub day: Option<Gain>,
    /// What they won since they were bought; the base is their cost.
    pub unrealised: Option<Gain>,
    /// Their share of everything, cash included.
    pub weight: Option<BasisPoints>,
}

impl HoldingRow {
    /// The day of its price as a small line.
    #[must_use]
    pub fn spark(&self) -> Html {
        drawing::sparkline(&self.line)
    }

    /// The average cost of a share, to the nearest cent; below a dollar to the nearest ten-thousandth.
    #[must_use]
    pub fn average_cost(&self) -> Option<Price> {
        let quantity = i128::from(self.quantity.units());
        let scaled = i128::from(self.cost.cents()) * i128::from(Quantity::ONE.units());
        let to_nearest = |numerator: i128| (numerator + quantity / 2).checked_div(quantity);
        let cents = to_nearest(scaled)?;
        let units = if scaled >= 100 * quantity { cents * 100 } else { to_nearest(scaled * 100)? };
        i64::try_from(units).ok().map(Price::from_units)
    }
}

/// What someone has and what it is worth.
#[derive(Debug, Template)]
#[template(path = "portfolio.html")]
pub struct PortfolioPage {
    /// The frame.
    pub layout: Layout,
    /// That the account is frozen, as a sentence, if it is.
    pub frozen: Option<String>,
    /// The epochs of the account, of which this is the present one.
    pub epochs: Epochs,
    /// Cash and everything with a price.
    pub total: Money,
    /// Cash.
    pub cash: Money,
    /// Everything with a price.
    pub invested: Money,
    /// What all holdings cost.
    pub cost: Money,
    /// Today's change; the base is yesterday's total.
    pub day: Gain,
    /// All gains ever, realised and not; the base is the money put in.
    pub total_return: Gain,
    /// Gains on what is held.
    pub unrealised: Gain,
    /// Gains on what was sold.
    pub realised: Money,
    /// What is held, largest first.
    pub holdings: Vec<HoldingRow>,
    /// What everything consists of, largest first, cash last.
    pub allocation: Vec<Slice>,
    /// What everything was worth, oldest first; hidden with fewer than four, which would draw a trend from nothing.
    pub history: Vec<(At, Money)>,
    /// The latest executions, newest first.
    pub fills: Vec<FillRow>,
}

impl PortfolioPage {
    /// The holdings that have no price, and so count for nothing.
    pub fn unpriced(&self) -> impl Iterator<Item = &HoldingRow> {
        self.holdings.iter().filter(|holding| holding.value.is_none())
    }

    /// The allocation as a picture.
    #[must_use]
    pub fn ring(&self) -> Html {
        drawing::ring(&self.allocation)
    }

    /// The value over time as a picture.
    #[must_use]
    pub fn value_line(&self) -> Html {
        drawing::value_line(&self.history)
    }

    /// Whether nothing was ever bought.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.holdings.is_empty() && self.fills.is_empty()
    }
}

/// How many of the latest executions the page shows.
const LATEST: i64 = 5;

impl HoldingRow {
    /// A valued holding of `instrument` as a row of a portfolio that is worth `total`.
    #[must_use]
    pub fn of(line: &Line, instrument: &Instrument, total: Money) -> Self {
        let gains = line.gains;
        Self {
            symbol: instrument.symbol.clone(),
            name: instrument.name.clone(),
            traded: line.instrument.is_some(),
            status: line.status.clone(),
            quantity: line.holding.quantity,
            cost: line.holding.cost,
            last: line.standing.map(|standing| standing.quote.last),
            line: sparklines::Line::default(),
            value: gains.map(|gains| gains.value),
            day: gains.and_then(|gains| Some(Gain { amount: gains.day, base: gains.value.checked_sub(gains.day)? })),
            unrealised: gains.map(|gains| Gain { amount: gains.unrealised, base: gains.cost }),
            weight: gains.and_then(|gains| BasisPoints::of_money(gains.value, total)),
        }
    }
}

/// What the visitor has and what it is worth.
///
/// # Errors
/// When the store fails.
pub async fn show(member: Member, house: web::Data<House>) -> Result<HttpResponse, PageError> {
    let account = member.who.account;
    let roster = house.market.board().roster();
    let read = house.store.read(move |conn| {
        let held = holdings::of_account(conn, account)?;
        let is_unknown = |holding: &Holding| !holding.quantity.is_zero() && roster.get(holding.instrument_id).is_none();
        let elsewhere = if held.iter().any(is_unknown) { instruments::all(conn)? } else { Vec::new() };
        let account = accounts::get(conn, account)?;
        let epochs = Epochs::asked(epochs::of_account(conn, &account)?, &account, "");
        let present = Filter::default().within(epochs.shown());
        let latest = orders::newest(conn, account.id, &present, None, LATEST)?;
        let worth = history::of_account(conn, &account)?;
        Ok::<_, StoreError>((account, held, elsewhere, epochs, latest, worth))
    });
    let (account, held, elsewhere, epochs, latest, mut worth) = read.await?;
    let portfolio = portfolio::value(&account, held, house.market.board())
        .ok_or_else(|| PageError::internal("a portfolio's value does not fit"))?;
    let today = house.sparklines.today(&house).await;
    let row = |line: &Line| {
        let id = line.holding.instrument_id;
        let kept = || elsewhere.iter().map(|standing| &standing.instrument).find(|instrument| instrument.id == id);
        let instrument = line.instrument.as_deref().or_else(kept)?;
        let drawn = today.line_of(house.market.board(), id).unwrap_or_default();
        Some(HoldingRow { line: drawn, ..HoldingRow::of(line, instrument, portfolio.total) })
    };
    let holdings: Vec<HoldingRow> = portfolio.holdings.iter().filter_map(row).collect();
    let layout = member.visit.layout();
    // Without the shares that have no price just now the line would end in a fall that never was.
    if portfolio.is_complete() {
        worth.push((layout.now, portfolio.total));
    }
    page::show(&PortfolioPage {
        layout,
        frozen: account.frozen().as_ref().map(frozen_words),
        epochs,
        total: portfolio.total,
        cash: portfolio.cash,
        invested: portfolio.shares.value,
        cost: portfolio.shares.cost,
        day: Gain {
            amount: portfolio.shares.day,
            base: portfolio.total.checked_sub(portfolio.shares.day).unwrap_or(portfolio.total),
        },
        total_return: Gain { amount: portfolio.total_return, base: portfolio.contributed },
        unrealised: Gain { amount: portfolio.shares.unrealised, base: portfolio.shares.cost },
        realised: portfolio.realised,
        allocation: allocation(&portfolio, &holdings),
        holdings,
        history: worth,
        fills: latest.into_iter().map(FillRow::from).collect(),
    })
}

fn allocation(portfolio: &Portfolio, holdings: &[HoldingRow]) -> Vec<Slice> {
    let shares = holdings.iter().filter_map(|holding| Some((holding.symbol.to_string(), holding.value?)));
    drawing::slices(&shares.collect::<Vec<_>>(), portfolio.cash, portfolio.total)
}

#[cfg(test)]
mod tests {
    use crate::web::sample::{holding, price};

    #[test]
    fn an_average_cost_is_to_the_cent_and_finer_below_a_dollar() {
        let average = |quantity: &str, cost: &str| holding("AAPL", "Apple Inc.", quantity, cost, None).average_cost();
        assert_eq!(average("6.5", "4410.22"), Some(price("678.50")));
        assert_eq!(average("3", "1.00"), Some(price("0.3333")));
        assert_eq!(average("3", "2.99"), Some(price("0.9967")));
    }
}
