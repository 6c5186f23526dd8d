//! Books in bulk: true ones, hashes included, of people who trade round about as long as it takes.

use crate::insert::{Rows, Value};
use crate::trader::PASSWORD;
use anyhow::Context as _;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use std::path::Path;
use tradefloor::clock::Clock;
use tradefloor::domain::{
    AccountId, At, ChainHash, Entry, EntryKind, InstrumentId, Money, Notional, OrderId, Position, Price, Quantity,
};
use tradefloor::market::listings::starter;
use tradefloor::store::{Database, Lock, Store, StoreError, StorePlan, instruments};

/// Entries in the ledger of each person who is one of many.
pub(crate) const ENTRIES_EACH: usize = 1_000;
/// What everybody begins with, in cents.
const OPENING: i64 = 1_000_000_000;
/// Instruments that everybody holds.
const HELD: usize = 10;
/// Shares bought at a time, and sold at a time.
const SHARES: (i64, i64) = (2, 1);
/// For how long everybody has traded, in microseconds.
const PAST: i64 = 30 * 86_400_000_000;

/// Tables that are not filled by hand: what they hold follows from the ledger. Public ids begin with the time, as those of
/// orders do.
const ORDERS_AND_FILLS: &str = "
    INSERT INTO orders (id, public_id, account_id, order_key, instrument_id, side, shares, state, placed_at)
    SELECT order_id, printf('%08x-%04x-7000-8000-%012x', at / 1000 >> 16, at / 1000 & 65535, order_id),
        account_id, printf('k%016d', order_id), instrument_id, kind, abs(quantity), 'filled', at
    FROM ledger_entries WHERE order_id IS NOT NULL ORDER BY id;
    INSERT INTO fills (order_id, account_id, instrument_id, side, quantity, price, cash, gain, bid, ask, last,
        quoted_at, filled_at, balance)
    SELECT order_id, account_id, instrument_id, kind, abs(quantity), price, abs(cash),
        CASE kind WHEN 'sell' THEN cash + cost END, price, price, price, at, at, balance
    FROM (SELECT *, abs(cash) * 100000000000 / abs(quantity) AS price FROM ledger_entries
        WHERE order_id IS NOT NULL ORDER BY id);";
/// What accounts were worth: as many points as are kept of a month.
const VALUATIONS: &str = "
    WITH RECURSIVE spans(back) AS (SELECT 1 UNION ALL SELECT back + 1 FROM spans WHERE back < 260)
    INSERT INTO valuations (account_id, at, value)
    SELECT accounts.id, (SELECT max(at) FROM ledger_entries) / 900000000 * 900000000 - back * 900000000, accounts.contributed
    FROM accounts, spans ORDER BY 1, 2;";

/// Whose books.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// How many people with [`ENTRIES_EACH`].
    pub(crate) people: usize,
    /// The entries of further people.
    pub(crate) others: Vec<usize>,
}

impl Plan {
    /// All entries together.
    pub(crate) fn entries(&self) -> usize {
        self.people * ENTRIES_EACH + self.others.iter().sum::<usize>()
    }
}

/// The username of the person with this number, from 1.
pub(crate) fn name(number: usize) -> String {
    format!("trader-{number}")
}

/// Somebody's account as far as it has been written.
struct Account {
    id: i64,
    entries: usize,
    written: usize,
    opened: At,
    cash: Money,
    head: ChainHash,
    held: [Position; HELD],
}

/// Writes a new database at `file`.
pub(crate) async fn write(file: &Path, plan: &Plan) -> anyhow::Result<()> {
    let database = Database::Sqlite(file.to_owned());
    let opening = StorePlan { database, readers: 1, writers: 1, waiting_writes: 8, writes_per_commit: 8 };
    let store = Store::open(&opening)?;
    let listed: Result<_, StoreError> =
        store.write(Lock::House, |conn| instruments::list(conn, &starter(), false)).await;
    let traded: Vec<InstrumentId> = listed?.into_iter().map(|listed| listed.instrument.id).take(HELD).collect();
    store.close();
    drop(store);
    let mut conn = SqliteConnection::establish(&file.to_string_lossy())?;
    conn.batch_execute(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -3000000;
         PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = OFF; BEGIN;",
    )?;
    let accounts = ledger(&mut conn, plan, &traded)?;
    people(&mut conn, &accounts, &traded)?;
    conn.batch_execute(ORDERS_AND_FILLS)?;
    conn.batch_execute(VALUATIONS)?;
    conn.batch_execute("COMMIT; PRAGMA journal_mode = WAL;")?;
    Ok(())
}

/// Writes all entries, in the order of time: everybody trades a little in each of as many rounds as most have entries.
fn ledger(conn: &mut SqliteConnection, plan: &Plan, traded: &[InstrumentId]) -> anyhow::Result<Vec<Account>> {
    let entries = std::iter::repeat_n(ENTRIES_EACH, plan.people).chain(plan.others.iter().copied());
    let mut accounts: Vec<Account> = (1..).zip(entries).map(|(id, entries)| Account::new(id, entries)).collect();
    let total = i64::try_from(plan.entries())?;
    let begin = Clock.now().micros() - PAST;
    let mut rows = Rows::new(
        "INSERT INTO ledger_entries (account_id, sequence, kind, cash, balance, instrument_id, quantity, cost, order_id, at, \
         memo, hash)",
    );
    let (mut order, mut number) = (0, 0);
    for round in 1..=ENTRIES_EACH {
        for account in &mut accounts {
            while account.written < account.entries * round / ENTRIES_EACH {
                let at = At::from_micros(begin + PAST / total * number);
                number += 1;
                if account.written > 0 {
                    order += 1;
                }
                let entry = account.next(traded, OrderId(order), at).context("a sum does not fit")?;
                rows.push(conn, row(&entry, account.head))?;
            }
        }
    }
    rows.flush(conn)?;
    Ok(accounts)
}

impl Account {
    fn new(id: i64, entries: usize) -> Self {
        let held = [Position::default(); HELD];
        let opened = At::from_micros(0);
        Self { id, entries, written: 0, opened, cash: Money::ZERO, head: ChainHash::START, held }
    }

    /// Its next entry: the opening, then a buy of each instrument, then a sale of each, and so on.
    fn next(&mut self, traded: &[InstrumentId], order: OrderId, at: At) -> Option<Entry> {
        let mut entry = Entry {
            account: AccountId(self.id),
            sequence: i64::try_from(self.written + 1).ok()?,
            kind: EntryKind::Opening,
            cash: Money::from_cents(OPENING),
            balance: Money::ZERO,
            instrument: None,
            quantity: Quantity::ZERO,
            cost: Money::ZERO,
            order: None,
            at,
            memo: String::new(),
        };
        if let Some(trade) = self.written.checked_sub(1) {
            let place = trade % HELD;
            let position = self.held.get_mut(place)?;
            let price = Price::from_units(i64::try_from(5_000 + trade * 7_919 % 10_000).ok()? * 100);
            let buys = (trade / HELD).is_multiple_of(2);
            let shares = Quantity::from_units(if buys { SHARES.0 } else { SHARES.1 } * Quantity::ONE.units());
            let notional = Notional::of(price, shares);
            if buys {
                let cost = notional.cost()?;
                *position = position.bought(shares, cost)?;
                (entry.kind, entry.cash, entry.quantity, entry.cost) =
                    (EntryKind::Buy, cost.checked_neg()?, shares, cost);
            } else {
                let proceeds = notional.proceeds()?;
                let sold = position.sold(shares, proceeds)?;
                *position = sold.position;
                (entry.kind, entry.cash, entry.quantity, entry.cost) =
                    (EntryKind::Sell, proceeds, shares.checked_neg()?, sold.cost_removed.checked_neg()?);
            }
            (entry.instrument, entry.order) = (Some(*traded.get(place)?), Some(order));
        } else {
            self.opened = at;
        }
        entry.balance = self.cash.checked_add(entry.cash)?;
        self.head = entry.chain(self.head);
        self.cash = entry.balance;
        self.written += 1;
        Some(entry)
    }
}

fn row(entry: &Entry, hash: ChainHash) -> Vec<Value> {
    vec![
        entry.account.0.into(),
        entry.sequence.into(),
        Value::Word(entry.kind.as_str()),
        entry.cash.cents().into(),
        entry.balance.cents().into(),
        Value::Number(entry.instrument.map(|id| id.0)),
        entry.quantity.units().into(),
        entry.cost.cents().into(),
        Value::Number(entry.order.map(|id| id.0)),
        entry.at.micros().into(),
        Value::Word(""),
        Value::Hash(hash.0),
    ]
}

/// Writes who they are, and what their accounts and holdings have come to.
fn people(conn: &mut SqliteConnection, accounts: &[Account], traded: &[InstrumentId]) -> anyhow::Result<()> {
    // Cheap to check: the benchmark signs in hundreds.
    let password = bcrypt::hash(PASSWORD, 4)?;
    let mut users =
        Rows::new("INSERT INTO users (id, username, username_key, password_hash, password_version, role, created_at)");
    let mut books =
        Rows::new("INSERT INTO accounts (id, public_id, user_id, cash, contributed, entries, head, opened_at)");
    let mut holdings = Rows::new(
        "INSERT INTO holdings (account_id, instrument_id, quantity, cost, realised, day, day_quantity, day_paid)",
    );
    for account in accounts {
        let (name, id, opened) = (name(usize::try_from(account.id)?), account.id, account.opened.micros());
        let username = || Value::Text(name.clone());
        let (hash, role) = (Value::Text(password.clone()), Value::Word("trader"));
        users.push(conn, vec![id.into(), username(), username(), hash, 1.into(), role, opened.into()])?;
        let public = Value::Text(format!("{id:08x}-0000-4000-9000-{id:012x}"));
        let (cash, entries) = (account.cash.cents(), i64::try_from(account.written)?);
        let head = Value::Hash(account.head.0);
        let row = vec![id.into(), public, id.into(), cash.into(), OPENING.into(), entries.into(), head, opened.into()];
        books.push(conn, row)?;
        for (instrument, position) in traded.iter().zip(account.held) {
            let units = position.quantity.units();
            let figures = [id, instrument.0, units, position.cost.cents(), position.realised.cents(), 0, units, 0];
            holdings.push(conn, figures.map(Value::from).to_vec())?;
        }
    }
    users.flush(conn)?;
    books.flush(conn)?;
    holdings.flush(conn)?;
    Ok(())
}
