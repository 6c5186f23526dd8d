//! A market that no feed moves: only what a test posts on its board does.

use std::sync::Arc;
use std::time::Duration;
use tradefloor::market::day::Calendar;
use tradefloor::market::{Board, FeedName, Listed, Market};

/// A market of `listed`, whose hub looks at the board every `cadence`.
pub(crate) fn market_by_hand(listed: &[Listed], cadence: Duration) -> Market {
    Market::around(Arc::new(Board::new(listed, FeedName::Simulated, Calendar::Utc)), cadence)
}
