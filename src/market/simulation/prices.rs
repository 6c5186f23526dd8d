//! Between the floats of a simulation and the prices of a market.

use crate::domain::Price;

/// Ten-thousandths in a dollar, the price from which whole cents are quoted.
const DOLLAR: i64 = 10_000;
const CENT: i64 = 100;
/// The lowest and the highest price that is simulated, in dollars.
pub(super) const RANGE: (f64, f64) = (0.01, 100_000_000.0);

/// The highest quotable price not above `units`: whole cents from a dollar on.
pub(super) fn down_to_tick(units: i64) -> i64 {
    if units >= DOLLAR { units - units.rem_euclid(CENT) } else { units }
}

/// The lowest quotable price not below `units`.
pub(super) fn up_to_tick(units: i64) -> i64 {
    if units > DOLLAR { down_to_tick(units + CENT - 1) } else { units }
}

/// The quotable price nearest to `dollars`, at least the lowest there is.
pub(super) fn nearest(dollars: f64) -> Price {
    let units = units(dollars);
    let nearest = if units >= DOLLAR { down_to_tick(units + CENT / 2) } else { units };
    Price::from_units(nearest.max(Price::LOWEST.units()))
}

/// Dollars as ten-thousandths, rounded.
pub(super) fn units(dollars: f64) -> i64 {
    whole((dollars * 10_000.0).round())
}

/// A whole number that was counted in a float.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a float beyond an integer's range becomes its end"
)]
pub(super) const fn whole(number: f64) -> i64 {
    number as i64
}

/// Ten-thousandths as dollars.
pub(super) fn dollars(price: Price) -> f64 {
    real(price.units()) / 10_000.0
}

/// An integer as a float.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "what is this large needs no last digit")]
pub(super) const fn real(number: i64) -> f64 {
    number as f64
}
