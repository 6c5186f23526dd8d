//! `/history`: every execution.

use super::format::{Change, Show, Words};
use super::layout::Layout;
use super::moments::ShowTime;
use super::orders::FillRow;
use crate::domain::Side;
use askama::Template;

/// Every execution of an account, newest first. A filter that cannot be read is told under `error` and not applied.
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
    /// Why a filter was not applied.
    pub error: Option<String>,
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

    /// The query of this filter, to put before a page's own: empty or ending in `&`.
    #[must_use]
    pub fn filter_query(&self) -> String {
        let mut query = super::orders::filter_query(&self.symbol, self.side);
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
