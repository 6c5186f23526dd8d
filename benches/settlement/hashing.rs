//! What it costs to chain one entry of the ledger to the one before.

use std::hint::black_box;
use std::time::{Duration, Instant};
use tradefloor::domain::{AccountId, At, ChainHash, Entry, EntryKind, InstrumentId, Money, OrderId, Quantity};

/// Entries that are chained.
const ENTRIES: u32 = 200_000;

/// The time for each of many, one after the other.
pub(crate) fn time() -> Duration {
    let entry = Entry {
        account: AccountId(1),
        sequence: 2,
        kind: EntryKind::Buy,
        cash: Money::from_cents(-10_000),
        balance: Money::from_cents(990_000),
        instrument: Some(InstrumentId(1)),
        quantity: Quantity::ONE,
        cost: Money::from_cents(10_000),
        order: Some(OrderId(1)),
        at: At::from_micros(1_700_000_000_000_000),
        memo: String::new(),
    };
    let begun = Instant::now();
    let last = (0..ENTRIES).fold(ChainHash::START, |head, _| black_box(&entry).chain(head));
    black_box(last);
    begun.elapsed() / ENTRIES
}
