//! A desk with a store, a market moved by hand, and accounts with money.

use anyhow::{Context as _, bail};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tradefloor::clock::Clock;
use tradefloor::domain::{
    AccountId, EntryKind, Listing, Money, OrderKey, OrderSize, Price, Quantity, Quote, Role, Side, Symbol,
};
use tradefloor::market::day::Calendar;
use tradefloor::market::{Board, FeedName, Listed, Market};
use tradefloor::store::ledger::Movement;
use tradefloor::store::users::NewUser;
use tradefloor::store::{Conn, Database, Lock, Store, StoreError, StorePlan, accounts, instruments, ledger, users};
use tradefloor::trading::{Desk, Order, Placed, Rules};

/// What is traded.
const SYMBOL: &str = "ACME";
/// What everybody begins with, in cents.
const OPENING: i64 = 100_000_000_000;

/// All of it.
pub(crate) struct Room {
    store: Store,
    desk: Desk,
    accounts: Vec<AccountId>,
    symbol: Symbol,
    _market: Market,
}

impl Room {
    /// Opens it on a new database file in `directory`.
    pub(crate) async fn open(directory: &Path, accounts: usize, writes_per_commit: usize) -> anyhow::Result<Self> {
        let database = Database::Sqlite(directory.join("tradefloor.db"));
        let plan = StorePlan { database, readers: 1, writers: 1, waiting_writes: 4_096, writes_per_commit };
        let store = Store::open(&plan)?;
        let symbol: Symbol = SYMBOL.parse()?;
        let price = Price::from_units(1_000_000);
        let listing =
            Listing { symbol: symbol.clone(), name: SYMBOL.to_owned(), sector: String::new(), starting_price: price };
        let standings: Result<_, StoreError> =
            store.write(Lock::House, move |conn| instruments::list(conn, std::slice::from_ref(&listing), false)).await;
        let instrument = standings?.pop().context("nothing is listed")?.instrument;
        let id = instrument.id;
        let board = Board::new(&[Listed::untraded(instrument)], FeedName::Simulated, Calendar::Utc);
        let market = Market::around(Arc::new(board), Duration::from_hours(24));
        let quote = Quote { bid: price, ask: price, last: price, previous_close: price, volume: 0, at: Clock.now() };
        market.board().post(id, quote)?;
        let rules = Rules {
            quote_age_max: Duration::from_hours(24),
            funding_max: Money::ZERO,
            contributed_max: Money::from_cents(OPENING),
        };
        let desk = Desk::new(store.clone(), market.board().clone(), Clock, rules);
        let opened: Result<Vec<AccountId>, StoreError> =
            store.write(Lock::House, move |conn| (0..accounts).map(|number| account(conn, number)).collect()).await;
        let accounts = opened?;
        let room = Self { store, desk, accounts, symbol, _market: market };
        // The first buy of each makes a holding; those that are measured change it.
        for place in 0..room.accounts.len() {
            room.buy(place, 0).await?;
        }
        Ok(room)
    }

    /// Buys a little for the account whose turn it is when `task` places its `turn`th order.
    pub(crate) async fn buy(&self, task: usize, turn: u32) -> anyhow::Result<()> {
        // Tasks begin at different accounts and step through all of them.
        let place = (task * 7 + usize::try_from(turn)? * 257) % self.accounts.len().max(1);
        let account = *self.accounts.get(place).context("there are no accounts")?;
        let size = OrderSize::Shares(Quantity::from_units(10_000_000));
        let order = Order { key: OrderKey::at(Clock.now()), symbol: self.symbol.clone(), side: Side::Buy, size };
        match self.desk.place(account, order).await? {
            Placed::Filled(_) => Ok(()),
            other => bail!("an order was not filled: {other:?}"),
        }
    }

    /// Closes the books.
    pub(crate) fn close(&self) {
        self.store.close();
    }
}

fn account(conn: &mut Conn, number: usize) -> Result<AccountId, StoreError> {
    let now = Clock.now();
    let username = format!("trader-{number}").parse().map_err(|_| StoreError::Unavailable)?;
    let new = NewUser { username, password_hash: String::new(), role: Role::Trader, created_at: now };
    let user = users::insert(conn, &new)?.ok_or(StoreError::Unavailable)?;
    let account = accounts::open(conn, user, now)?;
    let opening = Movement {
        kind: EntryKind::Opening,
        cash: Money::from_cents(OPENING),
        shares: None,
        at: now,
        memo: String::new(),
        request: None,
    };
    ledger::append(conn, &account, opening)?;
    Ok(account.id)
}
