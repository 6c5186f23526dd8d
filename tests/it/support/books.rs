//! An audit of a database that trusts nothing but the ledger: everything else is derived from it again, in
//! arithmetic of its own, and compared.

mod rows;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use rows::{AccountRow, EntryRow, EpochRow, FillRow, HoldingRow, ReversalRow, Word, ensure, rows};
use std::collections::BTreeMap;
use tradefloor::domain::{AccountId, At, ChainHash, Entry, EntryKind, InstrumentId, Money, OrderId, Quantity, Side};
use tradefloor::store::{Conn, Database};

/// Price units times share units in one cent.
const UNITS_PER_CENT: i128 = 100_000_000_000;

/// What was looked at when everything agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Audited {
    pub(crate) accounts: usize,
    pub(crate) entries: usize,
    pub(crate) fills: usize,
}

/// Audits the books in `database` against one snapshot of it, while others may write.
///
/// # Errors
/// The first disagreement, as a sentence.
pub(crate) fn audit(database: &Database) -> Result<Audited, String> {
    let mut conn = snapshot(database).map_err(|cause| format!("{database} cannot be read: {cause}"))?;
    whole(&mut conn)?;
    agreeing_orders(&mut conn)?;
    let accounts: Vec<AccountRow> =
        rows(&mut conn, "SELECT id, cash, contributed, entries, head, epoch, epoch_start FROM accounts ORDER BY id")?;
    let mut audited = Audited { accounts: accounts.len(), ..Audited::default() };
    for account in &accounts {
        let (entries, fills) =
            audit_account(&mut conn, account).map_err(|found| format!("account {}: {found}", account.id))?;
        audited.entries += entries;
        audited.fills += fills;
    }
    Ok(audited)
}

/// [`audit`], for a test that expects the books to balance.
#[track_caller]
pub(crate) fn assert_balanced(database: &Database) -> Audited {
    audit(database).unwrap_or_else(|disagreement| panic!("the books do not balance: {disagreement}"))
}

fn snapshot(database: &Database) -> Result<Conn, Box<dyn std::error::Error>> {
    let (mut conn, begin) = match database {
        Database::Sqlite(path) => {
            let address = format!("file:{}?mode=ro", path.display());
            (Conn::Sqlite(SqliteConnection::establish(&address)?), "PRAGMA busy_timeout = 5000; BEGIN")
        }
        Database::Postgres(url) => {
            let conn = Conn::Postgres(PgConnection::establish(url)?);
            (conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
    };
    conn.batch_execute(begin)?;
    Ok(conn)
}

/// The file is a sound database and every reference leads somewhere. A server sees to that itself.
fn whole(conn: &mut Conn) -> Result<(), String> {
    if matches!(conn, Conn::Postgres(_)) {
        return Ok(());
    }
    let damage: Vec<Word> =
        rows(conn, "SELECT integrity_check AS word FROM pragma_integrity_check WHERE integrity_check <> 'ok'")?;
    ensure(damage.is_empty(), || format!("the file is damaged: {}", damage[0].word))?;
    let loose: Vec<Word> = rows(
        conn,
        "SELECT \"table\" || ' row ' || ifnull(rowid, '') || ' to ' || parent AS word FROM pragma_foreign_key_check",
    )?;
    ensure(loose.is_empty(), || format!("a reference leads nowhere: {}", loose[0].word))
}

/// Every order has its execution, of the same thing, and the other way round.
fn agreeing_orders(conn: &mut Conn) -> Result<(), String> {
    let odd: Vec<Word> = rows(
        conn,
        "SELECT cast(o.id AS TEXT) AS word FROM orders o LEFT JOIN fills f ON f.order_id = o.id
         WHERE f.id IS NULL OR (f.account_id, f.instrument_id, f.side) <> (o.account_id, o.instrument_id, o.side)",
    )?;
    ensure(odd.is_empty(), || format!("order {} has no fill that agrees with it", odd[0].word))
}

/// What the ledger says of one instrument.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Held {
    quantity: i128,
    cost: i128,
    realised: i128,
}

/// What the ledger says of an account so far.
#[derive(Default)]
struct Book {
    cash: i128,
    contributed: i128,
    entries: i64,
    held: BTreeMap<i64, Held>,
    /// Fills of this epoch that stand.
    traded: BTreeMap<i64, FillRow>,
    /// The last order of all.
    last_order: i64,
    /// Number, start, last order before and time of each beginning after the first.
    epochs: Vec<(i64, i64, i64, i64)>,
    /// Order, number of the entry and time of each order undone.
    reversals: Vec<(i64, i64, i64)>,
}

fn audit_account(conn: &mut Conn, account: &AccountRow) -> Result<(usize, usize), String> {
    let entries: Vec<EntryRow> = rows(
        conn,
        &format!(
            "SELECT sequence, kind, cash, balance, instrument_id, quantity, cost, order_id, at, memo, hash
             FROM ledger_entries WHERE account_id = {} ORDER BY sequence",
            account.id
        ),
    )?;
    let fills: Vec<FillRow> = rows(
        conn,
        &format!(
            "SELECT f.order_id, o.shares, o.dollars, f.instrument_id, f.side, f.quantity, f.price, f.cash, f.gain,
                    f.bid, f.ask, f.filled_at, f.balance
             FROM fills f JOIN orders o ON o.id = f.order_id WHERE f.account_id = {}",
            account.id
        ),
    )?;
    let counts = (entries.len(), fills.len());
    let mut fills: BTreeMap<i64, FillRow> = fills.into_iter().map(|fill| (fill.order_id, fill)).collect();
    let (mut book, mut head) = (Book::default(), ChainHash::START);
    for entry in &entries {
        let here = |found: String| format!("entry {}: {found}", entry.sequence);
        head = chained(account.id, entry, head).map_err(here)?;
        book.post(entry, &mut fills).map_err(here)?;
    }
    ensure(fills.is_empty(), || format!("order {} has no entry in the ledger", fills.keys().min().unwrap_or(&0)))?;
    book.compare(account, head)?;
    let holdings: Vec<HoldingRow> = rows(
        conn,
        &format!("SELECT instrument_id, quantity, cost, realised FROM holdings WHERE account_id = {}", account.id),
    )?;
    book.compare_holdings(&holdings)?;
    book.compare_beginnings(conn, account)?;
    Ok(counts)
}

/// The hash that the entry carries, when it is the right one.
fn chained(account: i64, row: &EntryRow, previous: ChainHash) -> Result<ChainHash, String> {
    let kind: EntryKind = row.kind.parse().map_err(|_| format!("{:?} is no kind of entry", row.kind))?;
    let entry = Entry {
        account: AccountId(account),
        sequence: row.sequence,
        kind,
        cash: Money::from_cents(row.cash),
        balance: Money::from_cents(row.balance),
        instrument: row.instrument_id.map(InstrumentId),
        quantity: Quantity::from_units(row.quantity),
        cost: Money::from_cents(row.cost),
        order: row.order_id.map(OrderId),
        at: At::from_micros(row.at),
        memo: row.memo.clone(),
    };
    let hash = entry.chain(previous);
    ensure(row.hash == hash.0, || "its hash is not that of its fields after the entry before".to_owned())?;
    Ok(hash)
}

impl Book {
    fn post(&mut self, entry: &EntryRow, fills: &mut BTreeMap<i64, FillRow>) -> Result<(), String> {
        self.entries += 1;
        ensure(entry.sequence == self.entries, || format!("the ledger has no entry {}", self.entries))?;
        ensure(entry.kind == "opening" || self.entries > 1, || {
            format!("a ledger begins with an opening, and this is a {}", entry.kind)
        })?;
        self.cash += i128::from(entry.cash);
        ensure(i128::from(entry.balance) == self.cash, || {
            format!("its balance is {} and the entries come to {}", entry.balance, self.cash)
        })?;
        ensure(self.cash >= 0, || format!("the balance is {}", self.cash))?;
        match entry.kind.as_str() {
            "buy" | "sell" => {
                let order = entry.order_id.ok_or("shares moved without an order")?;
                let fill =
                    fills.remove(&order).ok_or_else(|| format!("order {order} has no fill left to explain it"))?;
                fill.is_sound().map_err(|found| format!("the fill of order {order}: {found}"))?;
                self.trade(entry, &fill).map_err(|found| format!("the fill of order {order}: {found}"))?;
                self.last_order = order;
                self.traded.insert(order, fill);
                Ok(())
            }
            "adjustment" => match (entry.instrument_id, entry.order_id) {
                (None, None) => {
                    let bare = entry.cash != 0 && (entry.quantity, entry.cost) == (0, 0);
                    ensure(bare, || "cash is adjusted by nothing or together with shares".to_owned())?;
                    self.contributed += i128::from(entry.cash);
                    Ok(())
                }
                (Some(instrument), None) => self.adjust(entry, instrument),
                (Some(instrument), Some(order)) => self.undo(entry, instrument, order),
                (None, Some(order)) => Err(format!("order {order} is undone without its shares")),
            },
            "opening" if self.entries > 1 => {
                let bare = (entry.instrument_id, entry.order_id, entry.quantity, entry.cost) == (None, None, 0, 0);
                ensure(bare, || "an opening moves shares".to_owned())?;
                let held = self.held.iter().find(|(_, held)| held.quantity != 0);
                ensure(held.is_none(), || format!("the account begins anew with shares: {held:?}"))?;
                self.held.clear();
                self.traded.clear();
                self.contributed = self.cash;
                let number = self.epochs.last().map_or(2, |epoch| epoch.0 + 1);
                self.epochs.push((number, entry.sequence, self.last_order, entry.at));
                Ok(())
            }
            kind => {
                let bare = (entry.instrument_id, entry.order_id, entry.quantity, entry.cost) == (None, None, 0, 0);
                ensure(bare, || format!("a {kind} moves shares"))?;
                let right = if kind == "withdrawal" { entry.cash < 0 } else { entry.cash > 0 || kind == "opening" };
                ensure(right, || format!("a {kind} changes cash by {}", entry.cash))?;
                self.contributed += i128::from(entry.cash);
                Ok(())
            }
        }
    }

    /// Moves shares by the average-cost rule and compares what the entry and the fill say of it.
    fn trade(&mut self, entry: &EntryRow, fill: &FillRow) -> Result<(), String> {
        let told = (entry.kind.as_str(), entry.instrument_id, entry.at, entry.balance);
        let filled = (fill.side.as_str(), Some(fill.instrument_id), fill.filled_at, fill.balance);
        ensure(told == filled, || format!("the entry says {told:?} and the fill {filled:?}"))?;
        let held = self.held.entry(fill.instrument_id).or_default();
        let (quantity, cash) = (i128::from(fill.quantity), i128::from(fill.cash));
        let (moved, paid, cost, gain) = if fill.side == Side::Buy.as_str() {
            (quantity, -cash, cash, None)
        } else {
            ensure(quantity <= held.quantity, || format!("{quantity} units were sold of {}", held.quantity))?;
            let removed = (2 * held.cost * quantity + held.quantity).div_euclid(2 * held.quantity);
            (-quantity, cash, -removed, Some(cash - removed))
        };
        let derived = (moved, paid, cost);
        let entered = (i128::from(entry.quantity), i128::from(entry.cash), i128::from(entry.cost));
        ensure(derived == entered, || {
            format!("shares, cash and cost moved by {derived:?} and the entry says {entered:?}")
        })?;
        ensure(fill.gain.map(i128::from) == gain, || {
            format!("the gain is {gain:?} and the fill says {:?}", fill.gain)
        })?;
        held.quantity += moved;
        held.cost += cost;
        held.realised += gain.unwrap_or(0);
        Ok(())
    }

    /// Gives or takes shares at the cost that is stated.
    fn adjust(&mut self, entry: &EntryRow, instrument: i64) -> Result<(), String> {
        ensure(entry.cash == 0, || format!("shares are adjusted together with {} in cash", entry.cash))?;
        let held = self.held.entry(instrument).or_default();
        let (quantity, cost) = (i128::from(entry.quantity), i128::from(entry.cost));
        let (after, worth) = (held.quantity + quantity, held.cost + cost);
        let same_way = if quantity > 0 { cost >= 0 } else { quantity < 0 && cost <= 0 };
        ensure(same_way && after >= 0 && worth >= 0 && (after > 0 || worth == 0), || {
            format!("{quantity} units for {cost} were added to {} for {}", held.quantity, held.cost)
        })?;
        (held.quantity, held.cost) = (after, worth);
        self.contributed += cost;
        Ok(())
    }

    /// Takes back what an order did, as far as what is left of its shares and their cost allows.
    fn undo(&mut self, entry: &EntryRow, instrument: i64, order: i64) -> Result<(), String> {
        let fill = self.traded.remove(&order).ok_or_else(|| format!("order {order} does not stand in this epoch"))?;
        ensure(fill.instrument_id == instrument, || format!("order {order} was in {}", fill.instrument_id))?;
        let held = self.held.entry(instrument).or_default();
        let (quantity, cash) = (i128::from(fill.quantity), i128::from(fill.cash));
        let derived = if fill.side == Side::Buy.as_str() {
            ensure(quantity <= held.quantity, || format!("{quantity} units leave of {}", held.quantity))?;
            let exact = quantity < held.quantity && cash <= held.cost;
            let part = (2 * held.cost * quantity + held.quantity).div_euclid(2 * held.quantity);
            (-quantity, cash, if exact { -cash } else { -part })
        } else {
            (quantity, -cash, cash - i128::from(fill.gain.unwrap_or(0)))
        };
        let entered = (i128::from(entry.quantity), i128::from(entry.cash), i128::from(entry.cost));
        ensure(derived == entered, || {
            format!("shares, cash and cost moved by {entered:?}, and order {order} makes it {derived:?}")
        })?;
        held.quantity += derived.0;
        held.cost += derived.2;
        held.realised += derived.1 + derived.2;
        self.reversals.push((order, entry.sequence, entry.at));
        Ok(())
    }

    /// Compares where the account began anew, and what was undone, with what is kept of that.
    fn compare_beginnings(&mut self, conn: &mut Conn, account: &AccountRow) -> Result<(), String> {
        let (epoch, start) = self.epochs.last().map_or((1, 1), |epoch| (epoch.0, epoch.1));
        ensure((account.epoch, account.epoch_start) == (epoch, start), || {
            format!("it is epoch {epoch} from entry {start}, and the account says otherwise")
        })?;
        let query = "SELECT epoch, start, after_order, began_at FROM epochs WHERE account_id = ";
        let kept: Vec<EpochRow> = rows(conn, &format!("{query}{} ORDER BY epoch", account.id))?;
        let kept: Vec<_> = kept.iter().map(|row| (row.epoch, row.start, row.after_order, row.began_at)).collect();
        ensure(kept == self.epochs, || format!("the ledger makes the epochs {:?}, not {kept:?}", self.epochs))?;
        let query = "SELECT r.order_id, e.sequence, r.reversed_at FROM reversals r
            JOIN orders o ON o.id = r.order_id LEFT JOIN ledger_entries e ON e.id = r.entry_id WHERE o.account_id = ";
        let kept: Vec<ReversalRow> = rows(conn, &format!("{query}{} ORDER BY r.order_id", account.id))?;
        let kept: Vec<_> = kept.iter().map(|row| (row.order_id, row.sequence, row.reversed_at)).collect();
        self.reversals.sort_unstable();
        ensure(kept == self.reversals, || format!("the ledger makes the reversals {:?}, not {kept:?}", self.reversals))
    }

    fn compare(&self, account: &AccountRow, head: ChainHash) -> Result<(), String> {
        ensure(self.entries > 0, || "its ledger has no opening".to_owned())?;
        let derived = (self.cash, self.contributed, self.entries);
        let kept = (i128::from(account.cash), i128::from(account.contributed), account.entries);
        ensure(derived == kept, || {
            format!("cash, contributions and entries come to {derived:?} and the account says {kept:?}")
        })?;
        ensure(account.head == head.0, || "its head is not the hash of its newest entry".to_owned())
    }

    fn compare_holdings(&self, holdings: &[HoldingRow]) -> Result<(), String> {
        let kept: BTreeMap<i64, Held> = holdings.iter().map(|row| (row.instrument_id, Held::from(row))).collect();
        let every = self.held.keys().chain(kept.keys());
        for instrument in every {
            let (derived, kept) = (self.held.get(instrument), kept.get(instrument));
            ensure(derived == kept, || {
                format!("of instrument {instrument} the ledger makes {derived:?} and the holding says {kept:?}")
            })?;
        }
        Ok(())
    }
}

impl From<&HoldingRow> for Held {
    fn from(row: &HoldingRow) -> Self {
        Self { quantity: row.quantity.into(), cost: row.cost.into(), realised: row.realised.into() }
    }
}
