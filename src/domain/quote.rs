//! What one instrument can be traded at.

use super::{At, Price};

/// The market's word on one instrument. The bid is never above the ask; both are above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// What a seller gets.
    pub bid: Price,
    /// What a buyer pays.
    pub ask: Price,
    /// The latest trade.
    pub last: Price,
    /// The last price of the market day before, against which the day's change is shown.
    pub previous_close: Price,
    /// Whole shares traded this market day.
    pub volume: i64,
    /// When it was quoted, by the market's own clock.
    pub at: At,
}

impl Quote {
    /// Whether it could stand on a board: prices above zero, not crossed, no negative volume.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let positive = [self.bid, self.ask, self.last, self.previous_close].iter().all(|price| price.units() > 0);
        positive && self.bid <= self.ask && self.volume >= 0
    }

    /// The price an order on `side` meets: the ask for a buyer, the bid for a seller.
    #[must_use]
    pub const fn for_side(&self, side: super::Side) -> Price {
        match side {
            super::Side::Buy => self.ask,
            super::Side::Sell => self.bid,
        }
    }
}
