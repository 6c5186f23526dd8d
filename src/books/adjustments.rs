//! What the house put right: cash, shares at a stated cost, and orders undone.

use super::ledger::{Book, entry_row};
use super::orders::fill_row;
use super::walk::Walk;
use super::{BooksError, Check, Disagreement, ensure};
use crate::domain::{EntryKind, Money, Position, Quantity, Side};
use crate::store::Conn;
use crate::store::rows::{EntryRow, FillRow, ReversalRow, Stored as _, reversals_with_entry};

/// The fill of an order that an entry undoes, and what says that it is undone, where there is such.
pub(super) type Undone = (FillRow, Option<ReversalRow>);

/// Shares, cash and cost as an undone order moves them.
type Moved = (Option<Quantity>, Option<Money>, Option<Money>);

/// Checks that every reversal has its entry.
///
/// # Errors
/// The first that has none, or another.
pub(super) fn check(conn: &mut Conn) -> Result<(), BooksError> {
    let mut reversals = Walk::new(ReversalRow::before_all(), |(row, _)| row.key(), reversals_with_entry);
    while let Some((reversal, entry)) = reversals.next(conn)? {
        let row = || format!("reversals row {}", reversal.order_id);
        let Some(entry) = entry else {
            ensure(false, row, || format!("there is no entry {}", reversal.entry_id))?;
            continue;
        };
        let told = (EntryKind::Adjustment.as_str(), Some(reversal.order_id), reversal.reversed_at);
        let entered = (entry.kind.as_str(), entry.order_id, entry.at);
        ensure(told == entered, row, || format!("kind, order and time of its entry are {entered:?}, not {told:?}"))?;
    }
    Ok(())
}

impl Book {
    /// Posts what the house put right.
    pub(super) fn adjust(&mut self, entry: &EntryRow, undone: Option<&Undone>) -> Check {
        let row = || entry_row(entry);
        ensure(entry.request_key.is_none(), row, || "an adjustment carries the key of a form".to_owned())?;
        let (cash, cost) = (Money::from_cents(entry.cash), Money::from_cents(entry.cost));
        match (entry.instrument_id, entry.order_id) {
            (Some(instrument), Some(order)) => self.undo(entry, instrument, order, undone),
            (Some(instrument), None) => {
                ensure(cash == Money::ZERO, row, || format!("shares are adjusted together with {cash} in cash"))?;
                self.adjust_shares(entry, instrument)?;
                self.contribute(entry, cost)
            }
            (None, order) => {
                let bare = (order, entry.quantity, entry.cost) == (None, 0, 0) && cash != Money::ZERO;
                ensure(bare, row, || format!("cash is adjusted by {cash}, together with shares or an order"))?;
                self.contribute(entry, cash)
            }
        }
    }

    fn contribute(&mut self, entry: &EntryRow, change: Money) -> Check {
        self.contributed = self.contributed.checked_add(change).ok_or_else(|| Disagreement {
            row: entry_row(entry),
            why: "all contributions together do not fit".to_owned(),
        })?;
        Ok(())
    }

    fn adjust_shares(&mut self, entry: &EntryRow, instrument: i64) -> Check {
        let held = self.held.entry(instrument).or_default();
        let (quantity, cost) = (Quantity::from_units(entry.quantity), Money::from_cents(entry.cost));
        let after = if entry.quantity > 0 {
            held.given(quantity, cost)
        } else {
            quantity.checked_neg().zip(cost.checked_neg()).and_then(|(quantity, cost)| held.taken(quantity, cost))
        };
        let Some(after) = after else {
            let (shares, worth) = (held.quantity, held.cost);
            return ensure(
                false,
                || entry_row(entry),
                || format!("{quantity} shares for {cost} cannot be added to {shares} for {worth}"),
            );
        };
        *held = after;
        Ok(())
    }

    /// Undoes an order of this epoch by the same rule that the house goes by, and compares.
    fn undo(&mut self, entry: &EntryRow, instrument: i64, order: i64, undone: Option<&Undone>) -> Check {
        let row = || entry_row(entry);
        let Some((fill, reversal)) = undone else {
            return ensure(false, row, || format!("it undoes order {order}, which has no fill"));
        };
        let told = reversal.as_ref().map(|reversal| reversal.entry_id);
        ensure(told == Some(entry.id), row, || match told {
            None => format!("it undoes order {order}, and no reversal says so"),
            Some(other) => format!("it undoes order {order}, and the reversal names the entry {other}"),
        })?;
        let theirs = (fill.account_id, fill.instrument_id) == (entry.account_id, instrument);
        ensure(theirs, row, || format!("account or instrument are not those of {}", fill_row(fill)))?;
        let present = order > self.after_order && order <= self.last_order;
        ensure(present, row, || format!("order {order} was not filled before it in this epoch"))?;
        let held = self.held.entry(instrument).or_default();
        let Some((after, derived)) = without(*held, fill) else {
            return ensure(false, row, || format!("order {order} cannot be undone with {} shares", held.quantity));
        };
        let entered = (
            Some(Quantity::from_units(entry.quantity)),
            Some(Money::from_cents(entry.cash)),
            Some(Money::from_cents(entry.cost)),
        );
        ensure(derived == entered, row, || {
            format!("shares, cash and cost move by {}, and its order makes it {}", shown(entered), shown(derived))
        })?;
        *held = after;
        Ok(())
    }
}

/// The position without what a fill did, and what moves to get there.
fn without(held: Position, fill: &FillRow) -> Option<(Position, Moved)> {
    let (quantity, cash) = (Quantity::from_units(fill.quantity), Money::from_cents(fill.cash));
    if fill.side == Side::Buy.as_str() {
        let undone = held.unbought(quantity, cash)?;
        Some((undone.position, (quantity.checked_neg(), Some(cash), undone.cost_removed.checked_neg())))
    } else {
        let gain = Money::from_cents(fill.gain.unwrap_or(0));
        let cost = cash.checked_sub(gain)?;
        Some((held.unsold(quantity, cost, gain)?, (Some(quantity), cash.checked_neg(), Some(cost))))
    }
}

fn shown((quantity, cash, cost): Moved) -> String {
    let known = quantity.zip(cash).zip(cost);
    known.map_or_else(
        || "more than fits".to_owned(),
        |((quantity, cash), cost)| format!("{quantity}, {cash} and {cost}"),
    )
}
