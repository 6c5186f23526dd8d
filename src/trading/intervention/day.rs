//! What an intervention does to the day's gain. Shares that are given count as bought today at their stated cost; shares
//! that are taken count as if they had not been there since the day began, or since they came.

use crate::domain::{Money, Quantity};
use crate::store::holdings::Holding;

/// The numbers of the day after shares were given that count as having cost `cost`.
pub(super) fn given(holding: Holding, cost: Money) -> Option<Holding> {
    Some(Holding { day_paid: holding.day_paid.checked_add(cost)?, ..holding })
}

/// The numbers of the day after `quantity` left: those held since it began as if they had not been, and those that came
/// since together with their part of `cost`.
pub(super) fn taken(holding: Holding, quantity: Quantity, cost: Money) -> Option<Holding> {
    let since_morning = quantity.min(holding.day_quantity);
    let since_then = quantity.checked_sub(since_morning)?;
    Some(Holding {
        day_quantity: holding.day_quantity.checked_sub(since_morning)?,
        day_paid: holding.day_paid.checked_sub(part(cost, since_then, quantity)?)?,
        ..holding
    })
}

/// The numbers of the day after `quantity` came back that had been sold on an earlier day.
pub(super) fn returned(holding: Holding, quantity: Quantity) -> Option<Holding> {
    Some(Holding { day_quantity: holding.day_quantity.checked_add(quantity)?, ..holding })
}

/// The part of `amount` that `part` is of `whole`, to the nearest cent; nothing when the whole is nothing.
fn part(amount: Money, part: Quantity, whole: Quantity) -> Option<Money> {
    let (amount, part, whole) = (i128::from(amount.cents()), i128::from(part.units()), i128::from(whole.units()));
    let nearest = (2 * amount * part + whole).checked_div_euclid(2 * whole)?;
    i64::try_from(nearest).ok().map(Money::from_cents)
}
