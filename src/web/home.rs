//! `/` for someone who is not signed in.

use super::error::PageError;
use super::format::{Change, DayChange, Dollars, Show};
use super::house::House;
use super::layout::Layout;
use super::page;
use super::rates::RateRow;
use super::visit::Visit;
use crate::domain::Money;
use actix_web::{HttpResponse, web};
use askama::Template;

/// What this is, with the market moving beside it.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The frame.
    pub layout: Layout,
    /// A few instruments.
    pub rates: Vec<RateRow>,
    /// What an account begins with.
    pub opening_balance: Money,
    /// How many instruments there are.
    pub instruments: usize,
}

impl HomePage {
    /// What this is, in one sentence that names the money, if there is any to begin with.
    #[must_use]
    pub fn headline(&self) -> String {
        if self.opening_balance == Money::ZERO {
            return "Practise trading without any risk.".to_owned();
        }
        let dollars = self.opening_balance.dollars().to_string();
        format!("Practise trading with {} and no risk.", dollars.trim_end_matches(".00"))
    }
}

/// How many instruments the page shows.
const SHOWN: usize = 8;

/// `/`: the portfolio for someone who is signed in, and what this is for everybody else.
///
/// # Errors
/// When the page cannot be made.
pub async fn show(visit: Visit, house: web::Data<House>) -> Result<HttpResponse, PageError> {
    if visit.signed_in().is_some() {
        return Ok(visit.go("/portfolio"));
    }
    let today = house.sparklines.today(&house).await;
    let mut rates = house.market.board().rates();
    rates.retain(|rate| !rate.status.delisted);
    page::show(&HomePage {
        layout: visit.layout(),
        instruments: rates.len(),
        rates: rates.iter().take(SHOWN).map(|rate| RateRow::of(rate, &today, false)).collect(),
        opening_balance: house.site.opening_balance,
    })
}
