//! The desk without the site: a store on a directory of its own, a market moved by hand, and accounts made at once.

use super::by_hand::market_by_hand;
use super::place::{Engine, Place};
use std::path::PathBuf;
use std::time::Duration;
use tradefloor::clock::Clock;
use tradefloor::domain::{
    AccountId, At, Author, EntryKind, Instruction, Listing, Money, OrderKey, OrderSize, Price, Quantity, Quote, Role,
    Side, Symbol,
};
use tradefloor::market::{Listed, Market};
use tradefloor::store::audit::Acted;
use tradefloor::store::ledger::Movement;
use tradefloor::store::users::NewUser;
use tradefloor::store::{Database, Lock, Store, StoreError, StorePlan, accounts, instruments, ledger, users};
use tradefloor::trading::{Desk, Funding, Intervention, InterventionRefusal, Order, Prospect, Rules};

/// What is traded there.
pub(crate) const SYMBOLS: [&str; 3] = ["ACME", "BOLT", "COAL"];

/// An open desk.
pub(crate) struct Floor {
    pub(crate) store: Store,
    pub(crate) market: Market,
    pub(crate) desk: Desk,
    place: Place,
}

impl Floor {
    /// Opens one with the rules that the site has by default.
    pub(crate) async fn open() -> Self {
        Self::on(Engine::of_this_run()).await
    }

    /// As [`Floor::open`], on this engine whatever the run is on.
    pub(crate) async fn on(engine: Engine) -> Self {
        let place = Place::on(engine);
        let database = place.database().clone();
        let plan = StorePlan { database, readers: 2, writers: 4, waiting_writes: 1_024, writes_per_commit: 256 };
        let store = Store::open(&plan).expect("the store opens");
        let listings: Vec<Listing> = SYMBOLS
            .iter()
            .map(|symbol| Listing {
                symbol: symbol.parse().expect("a symbol"),
                name: (*symbol).to_owned(),
                sector: String::new(),
                starting_price: Price::from_units(1_000_000),
            })
            .collect();
        let listed: Result<_, StoreError> =
            store.write(Lock::House, move |conn| instruments::list(conn, &listings, false)).await;
        let listed: Vec<_> = listed
            .expect("the instruments are listed")
            .into_iter()
            .map(|standing| Listed::untraded(standing.instrument))
            .collect();
        let market = market_by_hand(&listed, Duration::from_hours(1));
        let rules = Rules {
            quote_age_max: Duration::from_hours(1),
            funding_max: Money::from_cents(100_000_000),
            contributed_max: Money::from_cents(1_000_000_000),
        };
        let desk = Desk::new(store.clone(), market.board().clone(), Clock, rules);
        Self { store, market, desk, place }
    }

    /// The database.
    pub(crate) fn database(&self) -> &Database {
        self.place.database()
    }

    /// The database file, for a test that is about files.
    pub(crate) fn file(&self) -> PathBuf {
        self.place.file()
    }

    /// Opens an account with `opening` cents.
    pub(crate) async fn account(&self, name: &str, opening: i64) -> AccountId {
        let (username, now) = (name.parse().expect("a username"), Clock.now());
        let new = NewUser { username, password_hash: String::new(), role: Role::Trader, created_at: now };
        let opened: Result<AccountId, StoreError> = self
            .store
            .write(Lock::House, move |conn| {
                let user = users::insert(conn, &new)?.expect("the name is free");
                let account = accounts::open(conn, user, now)?;
                ledger::append(conn, &account, cash_entry(EntryKind::Opening, opening, now))?;
                Ok(account.id)
            })
            .await;
        opened.expect("the account is opened")
    }

    /// Puts a quote on the board, in ten-thousandths of a dollar.
    pub(crate) fn quote(&self, symbol: &str, bid: i64, ask: i64) {
        let instrument = self.market.board().find(&symbol.parse().expect("a symbol")).expect("it is listed");
        let (bid, ask) = (Price::from_units(bid), Price::from_units(ask));
        let quote = Quote { bid, ask, last: bid, previous_close: bid, volume: 0, at: Clock.now() };
        self.market.board().post(instrument.id, quote).expect("the quote is sound");
    }

    /// Has the house do something about an account, for a reason that does not matter.
    pub(crate) async fn intervene(
        &self,
        account: AccountId,
        intervention: Intervention,
    ) -> Result<Prospect, InterventionRefusal> {
        match self.desk.intervene(account, intervention, instruction("put right")).await {
            Ok(Acted::Done(prospect)) => Ok(prospect),
            Ok(Acted::Refused(refusal)) => Err(refusal),
            other => panic!("it was asked for once, and nobody looked: {other:?}"),
        }
    }

    /// What the account has in cash, in cents.
    pub(crate) async fn cash(&self, account: AccountId) -> i64 {
        let read: Result<_, StoreError> = self.store.read(move |conn| accounts::get(conn, account)).await;
        read.expect("the account is read").cash.cents()
    }
}

/// What comes with an act from the command line.
pub(crate) fn instruction(reason: &str) -> Instruction {
    let reason = reason.parse().expect("a reason");
    Instruction { author: Author::command_line(), reason, key: OrderKey::at(Clock.now()), seen: None }
}

/// An entry that moves `cents` and no shares.
pub(crate) fn cash_entry(kind: EntryKind, cents: i64, at: At) -> Movement {
    Movement { kind, cash: Money::from_cents(cents), shares: None, at, memo: String::new(), request: None }
}

/// An order for a number of billionths of a share.
pub(crate) fn order(key: &str, side: Side, symbol: &str, units: i64) -> Order {
    let symbol: Symbol = symbol.parse().expect("a symbol");
    Order { key: key_of(key), symbol, side, size: OrderSize::Shares(Quantity::from_units(units)) }
}

/// A request to add cents, or to take them out.
pub(crate) fn funding(key: &str, added: bool, cents: i64) -> Funding {
    Funding { key: key_of(key), added, amount: Money::from_cents(cents) }
}

fn key_of(text: &str) -> OrderKey {
    text.parse().expect("a key")
}
