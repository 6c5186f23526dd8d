//! The books in plain arithmetic, without a database: what should come of each operation.

use crate::support::Floor;
use crate::support::floor::{SYMBOLS, funding, order};
use proptest::sample::Index;
use std::collections::HashMap;
use tradefloor::domain::{AccountId, Money, OrderSize, Side};
use tradefloor::store::{StoreError, accounts, holdings};
use tradefloor::trading::{Funded, FundingRefusal, Placed, Refusal};

/// Price units times share units in one cent.
const CENT: i128 = 100_000_000_000;
/// The rules of [`Floor`].
const FUNDING_MAX: i128 = 100_000_000;
const CONTRIBUTED_MAX: i128 = 1_000_000_000;

#[derive(Debug, Clone)]
pub(super) enum Operation {
    /// Cents added or taken out.
    Fund { who: usize, key: u8, added: bool, cents: i64 },
    /// So many units of a share, or where there are none so many cents.
    Trade { who: usize, key: u8, buys: bool, what: usize, units: Option<i64>, cents: i64 },
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
}

type Request = (bool, usize, Option<i64>, Option<i64>);

/// Units, cents, and gain.
type Filled = (i128, i128, Option<i128>);

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Balance(i128),
    Filled(Filled),
    Repeated(Filled),
    Refused(&'static str),
}

pub(super) struct Model {
    people: [Person; 3],
    quotes: [(i128, i128); SYMBOLS.len()],
}

impl Model {
    /// Three people with this many cents each.
    pub(super) fn new(opening: i128) -> Self {
        let person = || Person { cash: opening, contributed: opening, ..Person::default() };
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
        let (buys, what, units, cents) = request;
        let exact = i128::from(cents.unwrap_or(0)) * CENT;
        let dollars = if buys { exact / price } else { (exact + price - 1) / price };
        let quantity = units.map_or(dollars.min(i64::MAX.into()), i128::from);
        if quantity == 0 {
            return Outcome::Refused("too small");
        }
        let filled = if buys { self.buy(what, quantity, price) } else { self.sell(what, quantity, price) };
        match filled {
            Ok(filled) => {
                self.orders.insert(key, (request, filled));
                Outcome::Filled(filled)
            }
            Err(refusal) => Outcome::Refused(refusal),
        }
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

fn funded(told: Funded) -> Outcome {
    match told {
        Funded::Done { balance } => Outcome::Balance(balance.cents().into()),
        Funded::Refused(refusal) => Outcome::Refused(match refusal {
            FundingRefusal::TooSmall => "too small",
            FundingRefusal::TooMuchAtOnce { .. } => "too much at once",
            FundingRefusal::TooMuchInAll { .. } => "too much in all",
            FundingRefusal::NotEnoughCash { .. } => "not enough cash",
            FundingRefusal::KeyUsed => "key used",
        }),
    }
}

fn placed(told: Placed) -> Outcome {
    match told {
        Placed::Filled(line) => Outcome::Filled(filled(&line)),
        Placed::Repeated(line) => Outcome::Repeated(filled(&line)),
        Placed::Refused(refusal) => Outcome::Refused(match refusal {
            Refusal::NotEnoughCash { .. } => "not enough cash",
            Refusal::NotEnoughShares { .. } => "not enough shares",
            Refusal::TooSmall => "too small",
            Refusal::TooLarge => "too large",
            Refusal::KeyUsed { .. } => "key used",
            Refusal::UnknownSymbol { .. }
            | Refusal::Halted { .. }
            | Refusal::Delisted { .. }
            | Refusal::NoQuote { .. }
            | Refusal::StaleQuote { .. }
            | Refusal::MarketPaused { .. }
            | Refusal::MarketClosed { .. }
            | Refusal::MarketEnded => "no price",
        }),
    }
}

fn filled(line: &tradefloor::store::orders::OrderLine) -> Filled {
    (line.quantity.units().into(), line.cash.cents().into(), line.gain.map(|gain| gain.cents().into()))
}
