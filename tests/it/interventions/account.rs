//! An account on a floor where one share is traded, and what is asked of it and seen of it.

use crate::support::Floor;
use crate::support::floor::order;
use std::time::Duration;
use tradefloor::clock::Clock;
use tradefloor::domain::{AccountId, At, Money, Price, Quantity, Quote, Side};
use tradefloor::portfolio::{self, Portfolio};
use tradefloor::store::accounts::{self, Account};
use tradefloor::store::holdings::{self, Holding};
use tradefloor::store::ledger::{self, LedgerLine};
use tradefloor::store::orders::OrderLine;
use tradefloor::store::{Conn, StoreError};
use tradefloor::trading::{Intervention, Placed};

pub(super) const SHARE: i64 = 1_000_000_000;
pub(super) const A_DAY: Duration = Duration::from_hours(24);

pub(super) fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

pub(super) fn cash(change: i64) -> Intervention {
    Intervention::AdjustCash { change: cents(change) }
}

pub(super) fn give(shares: i64, cost: i64) -> Intervention {
    let quantity = Quantity::from_units(shares * SHARE);
    Intervention::GiveShares { symbol: "ACME".parse().unwrap(), quantity, cost: cents(cost) }
}

pub(super) fn take(shares: i64, cost: Option<i64>) -> Intervention {
    let quantity = Quantity::from_units(shares * SHARE);
    Intervention::TakeShares { symbol: "ACME".parse().unwrap(), quantity, cost: cost.map(cents) }
}

/// A quote of this many cents on both sides, of a moment; the day before closed at another.
pub(super) fn quote_at(floor: &Floor, price: i64, close: i64, at: At) {
    let instrument = floor.market.board().find(&"ACME".parse().unwrap()).unwrap();
    let (price, previous_close) = (Price::from_units(price * 100), Price::from_units(close * 100));
    let quote = Quote { bid: price, ask: price, last: price, previous_close, volume: 0, at };
    floor.market.board().post(instrument.id, quote).unwrap();
}

pub(super) fn quote(floor: &Floor, price: i64) {
    quote_at(floor, price, price, Clock.now());
}

/// A floor where ACME stands at 100.00, and an account with 10,000.00.
pub(super) async fn opened() -> (Floor, AccountId) {
    let floor = Floor::open().await;
    let ada = floor.account("ada", 1_000_000).await;
    quote(&floor, 10_000);
    (floor, ada)
}

pub(super) async fn trade(floor: &Floor, account: AccountId, key: &str, side: Side, shares: i64) -> OrderLine {
    match floor.desk.place(account, order(key, side, "ACME", shares * SHARE)).await.unwrap() {
        Placed::Filled(line) => line,
        other => panic!("{other:?}"),
    }
}

pub(super) fn reverse(line: &OrderLine) -> Intervention {
    Intervention::Reverse { order: line.public_id.clone() }
}

pub(super) async fn read<T: Send + 'static>(
    floor: &Floor,
    look: impl FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
) -> T {
    floor.store.read(look).await.unwrap()
}

pub(super) async fn account(floor: &Floor, id: AccountId) -> Account {
    read(floor, move |conn| accounts::get(conn, id)).await
}

pub(super) async fn held(floor: &Floor, id: AccountId) -> Vec<Holding> {
    read(floor, move |conn| holdings::of_account(conn, id)).await
}

pub(super) async fn worth(floor: &Floor, id: AccountId) -> Portfolio {
    portfolio::value(&account(floor, id).await, held(floor, id).await, floor.market.board()).unwrap()
}

pub(super) async fn newest_entry(floor: &Floor, id: AccountId) -> LedgerLine {
    read(floor, move |conn| ledger::newest(conn, id, 1, None, 1)).await.remove(0)
}

/// Shares, cost and realised gain in ACME.
pub(super) async fn position(floor: &Floor, id: AccountId) -> (i64, i64, i64) {
    let held = held(floor, id).await;
    held.first()
        .map_or((0, 0, 0), |holding| (holding.quantity.units() / SHARE, holding.cost.cents(), holding.realised.cents()))
}
