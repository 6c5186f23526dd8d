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

    /// The day's change of the last price, in ten-thousandths of a dollar; nothing when it does not fit.
    #[must_use]
    pub const fn change(&self) -> Option<i64> {
        self.last.checked_sub(self.previous_close)
    }

    /// The day's change in hundredths of a percent of the previous close, rounded to the nearest with halves
    /// away from zero; nothing when it does not fit or there is no previous close.
    #[must_use]
    pub fn change_percent(&self) -> Option<i64> {
        let base = i128::from(self.previous_close.units());
        let change = i128::from(self.change()?);
        if base <= 0 {
            return None;
        }
        let magnitude = (change.abs() * 20_000 + base) / (base * 2);
        i64::try_from(magnitude * change.signum()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(last: i64, previous_close: i64) -> Quote {
        let price = Price::from_units;
        let (last, previous_close) = (price(last), price(previous_close));
        Quote { bid: last, ask: last, last, previous_close, volume: 0, at: At::from_micros(0) }
    }

    #[test]
    fn the_days_change_is_exact_and_its_percentage_rounds_halves_away_from_zero() {
        assert_eq!(quote(1_872_200, 1_850_000).change(), Some(22_200));
        assert_eq!(quote(1_872_200, 1_850_000).change_percent(), Some(120));
        assert_eq!(quote(20_001, 20_000).change_percent(), Some(1));
        assert_eq!(quote(19_999, 20_000).change_percent(), Some(-1));
        assert_eq!(quote(20_000, 20_000).change_percent(), Some(0));
        assert_eq!(quote(1, 0).change_percent(), None);
    }
}
