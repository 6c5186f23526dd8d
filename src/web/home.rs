//! `/` for someone who is not signed in.

use super::format::{Change, DayChange, Dollars, Show};
use super::layout::Layout;
use super::rates::RateRow;
use crate::domain::Money;
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
