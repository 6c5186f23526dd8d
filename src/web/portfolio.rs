//! `/portfolio`: what someone has and what it is worth.

use super::drawing::{self, Slice};
use super::format::{BasisPoints, Change, Dollars, Gain, Html, Show, Words};
use super::layout::Layout;
use super::moments::ShowTime;
use super::orders::FillRow;
use crate::domain::{At, Money, Price, Quantity, Symbol};
use askama::Template;

/// Shares of one instrument.
#[derive(Debug, Clone)]
pub struct HoldingRow {
    /// Of what.
    pub symbol: Symbol,
    /// Its name.
    pub name: String,
    /// How many.
    pub quantity: Quantity,
    /// What they cost in all.
    pub cost: Money,
    /// The last price, when there is one.
    pub last: Option<Price>,
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
    /// What everything was worth, oldest first; hidden with fewer than two.
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
