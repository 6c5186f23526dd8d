//! `/rates`: every instrument and its price.

use super::drawing::sparkline;
use super::format::{Change, DayChange, Html, Show};
use super::layout::Layout;
use crate::domain::{Price, Quote, Symbol};
use askama::Template;

/// One instrument and what it trades at.
#[derive(Debug, Clone)]
pub struct RateRow {
    /// Its symbol.
    pub symbol: Symbol,
    /// Its name.
    pub name: String,
    /// Its sector; may be empty.
    pub sector: String,
    /// Its latest quote, when it has one.
    pub quote: Option<Quote>,
    /// Recent prices, oldest first; may be empty.
    pub recent: Vec<Price>,
    /// Whether the viewer watches it.
    pub watched: bool,
}

impl RateRow {
    /// The last price, when there is one.
    #[must_use]
    pub fn last(&self) -> Option<Price> {
        self.quote.map(|quote| quote.last)
    }

    /// Recent prices as a small line.
    #[must_use]
    pub fn spark(&self) -> Html {
        sparkline(&self.recent)
    }
}

/// What the rates can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RateColumn {
    /// The symbol.
    #[default]
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

    /// The column `?sort=` names; the symbol for anything else.
    #[must_use]
    pub fn named(word: &str) -> Self {
        Self::ALL.into_iter().find(|column| column.as_str() == word).unwrap_or_default()
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
    /// What the rows are sorted by (`?sort=`).
    pub sort: RateColumn,
    /// Whether from high to low (`?order=desc`).
    pub descending: bool,
}

impl RatesPage {
    /// The link that sorts by `column`, and turns the order round when it is sorted by that already.
    /// Numbers first come from high to low.
    #[must_use]
    pub fn sort_link(&self, column: &RateColumn) -> String {
        let descending = if *column == self.sort { !self.descending } else { column.is_number() };
        self.link(self.watched_only, *column, descending)
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
        match (*column == self.sort, self.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    fn link(&self, watched_only: bool, sort: RateColumn, descending: bool) -> String {
        let mut link = format!("/rates?sort={}&order={}", sort.as_str(), if descending { "desc" } else { "asc" });
        if watched_only {
            link.push_str("&watched=1");
        }
        if !self.query.is_empty() {
            link.push_str("&q=");
            link.push_str(&super::format::query_value(&self.query));
        }
        link
    }
}
