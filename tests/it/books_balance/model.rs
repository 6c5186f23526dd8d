//! The books in plain arithmetic, without a database: what should come of each operation.

use super::told::{adjust, funded, placed, public_id};
use crate::support::Floor;
use crate::support::floor::{SYMBOLS, funding, order};
use proptest::sample::Index;
use std::collections::{HashMap, HashSet};
use tradefloor::domain::{AccountId, Money, OrderSize, Quantity, Side};
use tradefloor::store::{StoreError, accounts, holdings};
use tradefloor::trading::Intervention;

/// Price units times share units in one cent.
const CENT: i128 = 100_000_000_000;
/// The rules of [`Floor`].
const FUNDING_MAX: i128 = 100_000_000;
const CONTRIBUTED_MAX: i128 = 1_000_000_000;
/// What accounts begin with, and begin anew with, on [`Floor`].
pub(super) const OPENING: i128 = 1_000_000;
/// The most that the books can hold of anything.
const MOST: i128 = 9_223_372_036_854_775_807;

#[derive(Debug, Clone)]
pub(super) enum Operation {
    /// Cents added or taken out.
    Fund { who: usize, key: u8, added: bool, cents: i64 },
    /// So many units of a share, or where there are none so many cents.
    Trade { who: usize, key: u8, buys: bool, what: usize, units: Option<i64>, cents: i64 },
    /// Cents added by the house, or taken.
    AdjustCash { who: usize, cents: i64 },
    /// So many units of a share given for so many cents of cost.
    Give { who: usize, what: usize, units: i64, cents: i64 },
    /// So many units of a share taken, with so many cents of their cost or with their part of it.
    Take { who: usize, what: usize, units: i64, cents: Option<i64> },
    /// The account is frozen, or no longer.
    Freeze { who: usize, frozen: bool },
    /// The account begins anew.
    Reset { who: usize },
    /// What an order did is undone.
    Reverse { who: usize, key: u8 },
    /// The market moves.
    Move { what: usize, bid: i64, ask: i64 },
    /// An earlier one once more.
    Again(Index),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Held {
    quantity: i128,
    cost: i128,
    realised: i128,
}

#[derive(Default)]
struct Person {
    cash: i128,
    contributed: i128,
    held: [Held; SYMBOLS.len()],
    fundings: HashMap<u8, (bool, i64, i128)>,
    orders: HashMap<u8, (Request, Filled)>,
    /// Orders of this epoch that stand.
    standing: HashSet<u8>,
    reversed: HashSet<u8>,
    frozen: bool,
}

type Request = (bool, usize, Option<i64>, Option<i64>);

/// Units, cents, and gain.
pub(super) type Filled = (i128, i128, Option<i128>);

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Balance(i128),
    Filled(Filled),
    Repeated(Filled),
    Refused(&'static str),
    /// Cash and contributions after the house has put something right.
    Stands(i128, i128),
}

pub(super) struct Model {
    people: [Person; 3],
    quotes: [(i128, i128); SYMBOLS.len()],
}

impl Model {
    /// Three people who have just begun.
    pub(super) fn new() -> Self {
        let person = || Person { cash: OPENING, contributed: OPENING, ..Person::default() };
        Self { people: [person(), person(), person()], quotes: [(0, 0); SYMBOLS.len()] }
    }

    pub(super) fn quote(&mut self, what: usize, bid: i64, ask: i64) {
        self.quotes[what] = (bid.into(), ask.into());
    }

    /// Does it here and there, and claims the same outcome.
    pub(super) async fn compare(&mut self, floor: &Floor, accounts: &[AccountId], operation: &Operation) {
        match *operation {
            Operation::Fund { who, key, added, cents } => {
                let name = format!("k{key}");
                let told = floor.desk.fund(accounts[who], funding(&name, added, cents)).await.unwrap();
                assert_eq!(self.people[who].fund(key, added, cents), funded(told), "{operation:?}");
            }
            Operation::Trade { who, key, buys, what, units, cents } => {
                let side = if buys { Side::Buy } else { Side::Sell };
                let mut asked = order(&format!("k{key}"), side, SYMBOLS[what], units.unwrap_or(1));
                if units.is_none() {
                    asked.size = OrderSize::Dollars(Money::from_cents(cents));
                }
                let told = floor.desk.place(accounts[who], asked).await.unwrap();
                let request = (buys, what, units, units.is_none().then_some(cents));
                let price = if buys { self.quotes[what].1 } else { self.quotes[what].0 };
                assert_eq!(self.people[who].trade(key, request, price), placed(told), "{operation:?}");
            }
            Operation::AdjustCash { who, cents } => {
                let told = adjust(floor, accounts[who], Intervention::AdjustCash { change: Money::from_cents(cents) });
                assert_eq!(self.people[who].adjust_cash(cents.into()), told.await, "{operation:?}");
            }
            Operation::Give { who, what, units, cents } => {
                let (symbol, cost) = (SYMBOLS[what].parse().unwrap(), Money::from_cents(cents));
                let given = Intervention::GiveShares { symbol, quantity: Quantity::from_units(units), cost };
                let told = adjust(floor, accounts[who], given).await;
                assert_eq!(self.people[who].give(what, units.into(), cents.into()), told, "{operation:?}");
            }
            Operation::Take { who, what, units, cents } => {
                let (symbol, cost) = (SYMBOLS[what].parse().unwrap(), cents.map(Money::from_cents));
                let taken = Intervention::TakeShares { symbol, quantity: Quantity::from_units(units), cost };
                let told = adjust(floor, accounts[who], taken).await;
                assert_eq!(self.people[who].take(what, units.into(), cents.map(i128::from)), told, "{operation:?}");
            }
            Operation::Freeze { who, frozen } => {
                let told =
                    adjust(floor, accounts[who], if frozen { Intervention::Freeze } else { Intervention::Unfreeze });
                assert_eq!(self.people[who].freeze(frozen), told.await, "{operation:?}");
            }
            Operation::Reset { who } => {
                let told = adjust(floor, accounts[who], Intervention::Reset).await;
                assert_eq!(self.people[who].reset(), told, "{operation:?}");
            }
            Operation::Reverse { who, key } => {
                let order = public_id(floor, accounts[who], key).await;
                let told = adjust(floor, accounts[who], Intervention::Reverse { order }).await;
                assert_eq!(self.people[who].reverse(key), told, "{operation:?}");
            }
            Operation::Move { what, bid, ask } => {
                floor.quote(SYMBOLS[what], bid, ask);
                self.quote(what, bid, ask);
            }
            Operation::Again(_) => {}
        }
    }

    /// Claims that the account is what the model says.
    pub(super) async fn compare_account(&self, floor: &Floor, who: usize, id: AccountId) {
        let read: Result<_, StoreError> =
            floor.store.read(move |conn| Ok((accounts::get(conn, id)?, holdings::of_account(conn, id)?))).await;
        let (account, holdings) = read.unwrap();
        let person = &self.people[who];
        let kept = (i128::from(account.cash.cents()), i128::from(account.contributed.cents()));
        assert_eq!(kept, (person.cash, person.contributed));
        let mut held = [Held::default(); SYMBOLS.len()];
        for holding in holdings {
            let instrument = floor.market.board().instrument(holding.instrument_id).unwrap();
            held[floor.market.board().roster().place(&instrument.symbol).unwrap()] = Held {
                quantity: holding.quantity.units().into(),
                cost: holding.cost.cents().into(),
                realised: holding.realised.cents().into(),
            };
        }
        assert_eq!(held, person.held);
    }
}

impl Person {
    fn fund(&mut self, key: u8, added: bool, cents: i64) -> Outcome {
        if let Some((before, amount, balance)) = self.fundings.get(&key) {
            let same = (*before, *amount) == (added, cents);
            return if same { Outcome::Balance(*balance) } else { Outcome::Refused("key used") };
        }
        if self.frozen {
            return Outcome::Refused("frozen");
        }
        let amount = i128::from(cents);
        if amount > FUNDING_MAX {
            return Outcome::Refused("too much at once");
        }
        let change = if added { amount } else { -amount };
        if added && self.contributed + change > CONTRIBUTED_MAX {
            return Outcome::Refused("too much in all");
        }
        if self.cash + change < 0 {
            return Outcome::Refused("not enough cash");
        }
        self.cash += change;
        self.contributed += change;
        self.fundings.insert(key, (added, cents, self.cash));
        Outcome::Balance(self.cash)
    }

    fn trade(&mut self, key: u8, request: Request, price: i128) -> Outcome {
        if let Some((before, filled)) = self.orders.get(&key) {
            return if *before == request { Outcome::Repeated(*filled) } else { Outcome::Refused("key used") };
        }
        if self.frozen {
            return Outcome::Refused("frozen");
        }
        let (buys, what, units, cents) = request;
        let exact = i128::from(cents.unwrap_or(0)) * CENT;
        // What buys more shares than can be counted buys all that can; what sells more sells none.
        let dollars = if buys { (exact / price).min(i64::MAX.into()) } else { (exact + price - 1) / price };
        let quantity = units.map_or(dollars, i128::from);
        if quantity == 0 {
            return Outcome::Refused("too small");
        }
        let filled = if buys { self.buy(what, quantity, price) } else { self.sell(what, quantity, price) };
        match filled {
            Ok(filled) => {
                self.orders.insert(key, (request, filled));
                self.standing.insert(key);
                Outcome::Filled(filled)
            }
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    fn stands(&self) -> Outcome {
        Outcome::Stands(self.cash, self.contributed)
    }

    fn adjust_cash(&mut self, cents: i128) -> Outcome {
        if cents == 0 {
            return Outcome::Refused("nothing");
        }
        if self.cash + cents < 0 {
            return Outcome::Refused("not enough cash");
        }
        if self.cash + cents > MOST || self.contributed + cents > MOST {
            return Outcome::Refused("too large");
        }
        self.cash += cents;
        self.contributed += cents;
        self.stands()
    }

    fn give(&mut self, what: usize, units: i128, cents: i128) -> Outcome {
        let held = &mut self.held[what];
        let fits = held.quantity + units <= MOST && held.cost + cents <= MOST && self.contributed + cents <= MOST;
        if !fits {
            return Outcome::Refused("too large");
        }
        (held.quantity, held.cost) = (held.quantity + units, held.cost + cents);
        self.contributed += cents;
        self.stands()
    }

    fn take(&mut self, what: usize, units: i128, cents: Option<i128>) -> Outcome {
        let held = &mut self.held[what];
        if units > held.quantity {
            return Outcome::Refused("not enough shares");
        }
        let part = (2 * held.cost * units + held.quantity) / (2 * held.quantity);
        let cents = cents.unwrap_or(part);
        if cents > held.cost {
            return Outcome::Refused("not so much cost");
        }
        if units == held.quantity && cents < held.cost {
            return Outcome::Refused("not the whole cost");
        }
        (held.quantity, held.cost) = (held.quantity - units, held.cost - cents);
        self.contributed -= cents;
        self.stands()
    }

    fn freeze(&mut self, frozen: bool) -> Outcome {
        if self.frozen == frozen {
            return Outcome::Refused(if frozen { "frozen" } else { "not frozen" });
        }
        self.frozen = frozen;
        self.stands()
    }

    fn reset(&mut self) -> Outcome {
        (self.cash, self.contributed) = (OPENING, OPENING);
        self.held = [Held::default(); SYMBOLS.len()];
        self.standing.clear();
        self.stands()
    }

    fn reverse(&mut self, key: u8) -> Outcome {
        let Some(((buys, what, ..), (quantity, cash, gain))) = self.orders.get(&key).copied() else {
            return Outcome::Refused("unknown order");
        };
        if self.reversed.contains(&key) {
            return Outcome::Refused("reversed");
        }
        if !self.standing.contains(&key) {
            return Outcome::Refused("past");
        }
        let held = &mut self.held[what];
        if buys {
            if quantity > held.quantity {
                return Outcome::Refused("shares gone");
            }
            if self.cash + cash > MOST {
                return Outcome::Refused("too large");
            }
            let exact = quantity < held.quantity && cash <= held.cost;
            let removed = if exact { cash } else { (2 * held.cost * quantity + held.quantity) / (2 * held.quantity) };
            held.quantity -= quantity;
            held.cost -= removed;
            held.realised += cash - removed;
            self.cash += cash;
        } else {
            let gain = gain.unwrap();
            if cash > self.cash {
                return Outcome::Refused("cash gone");
            }
            if held.quantity + quantity > MOST {
                return Outcome::Refused("too large");
            }
            held.quantity += quantity;
            held.cost += cash - gain;
            held.realised -= gain;
            self.cash -= cash;
        }
        self.reversed.insert(key);
        self.stands()
    }

    fn buy(&mut self, what: usize, quantity: i128, price: i128) -> Result<Filled, &'static str> {
        let cost = (quantity * price + CENT - 1) / CENT;
        if cost > i64::MAX.into() {
            return Err("too large");
        }
        if cost > self.cash {
            return Err("not enough cash");
        }
        let held = &mut self.held[what];
        if held.quantity + quantity > i64::MAX.into() {
            return Err("too large");
        }
        (held.quantity, held.cost) = (held.quantity + quantity, held.cost + cost);
        self.cash -= cost;
        Ok((quantity, cost, None))
    }

    fn sell(&mut self, what: usize, quantity: i128, price: i128) -> Result<Filled, &'static str> {
        let held = &mut self.held[what];
        if quantity > held.quantity {
            return Err("not enough shares");
        }
        let proceeds = quantity * price / CENT;
        if proceeds > i64::MAX.into() {
            return Err("too large");
        }
        if proceeds == 0 && quantity < held.quantity {
            return Err("too small");
        }
        if self.cash + proceeds > i64::MAX.into() {
            return Err("too large");
        }
        let removed = (2 * held.cost * quantity + held.quantity) / (2 * held.quantity);
        let gain = proceeds - removed;
        held.quantity -= quantity;
        held.cost -= removed;
        held.realised += gain;
        self.cash += proceeds;
        Ok((quantity, proceeds, Some(gain)))
    }
}
