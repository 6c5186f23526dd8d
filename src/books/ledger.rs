//! One account's book: posted again from its opening, line by line.

use super::adjustments::Undone;
use super::orders::fill_row;
use super::{Check, Disagreement, ensure};
use crate::domain::{
    AccountId, At, ChainHash, Entry, EntryKind, InstrumentId, Money, OrderId, OrderKey, Position, Quantity,
};
use crate::store::rows::{AccountRow, EntryRow, EpochRow, FillRow, HoldingRow};
use std::collections::BTreeMap;

/// What the ledger says of an account so far.
pub(super) struct Book {
    account: i64,
    cash: Money,
    pub(super) contributed: Money,
    entries: i64,
    /// When its first line was written.
    opened_at: i64,
    head: ChainHash,
    pub(super) held: BTreeMap<i64, Position>,
    epoch: i64,
    epoch_start: i64,
    /// The last order of the epochs before.
    pub(super) after_order: i64,
    /// The last order so far.
    pub(super) last_order: i64,
}

/// What is kept beside a line of the ledger, for the kinds of line that something is kept beside.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    /// The account's next fill, for a trade.
    pub(super) fill: Option<&'a FillRow>,
    /// The order that is undone, for an adjustment that names one.
    pub(super) undone: Option<&'a Undone>,
    /// The account's next epoch, for an opening that is not the first entry.
    pub(super) epoch: Option<&'a EpochRow>,
}

/// How a line of the ledger is named.
pub(super) fn entry_row(entry: &EntryRow) -> String {
    format!("ledger_entries row {} (entry {} of account {})", entry.id, entry.sequence, entry.account_id)
}

/// Whether a line says that it is a trade.
pub(super) fn is_trade(entry: &EntryRow) -> bool {
    matches!(entry.kind.parse(), Ok(EntryKind::Buy | EntryKind::Sell))
}

/// The order that a line says it undoes.
pub(super) fn undoes(entry: &EntryRow) -> Option<i64> {
    entry.order_id.filter(|_| matches!(entry.kind.parse(), Ok(EntryKind::Adjustment)))
}

/// Whether a line says that the account begins anew with it.
pub(super) fn begins_anew(entry: &EntryRow) -> bool {
    entry.sequence > 1 && matches!(entry.kind.parse(), Ok(EntryKind::Opening))
}

/// How an epoch is named.
pub(super) fn epoch_row(epoch: &EpochRow) -> String {
    format!("epochs row ({}, {})", epoch.account_id, epoch.epoch)
}

impl Book {
    /// An account without a line.
    pub(super) fn of(account: i64) -> Self {
        Self {
            account,
            cash: Money::ZERO,
            contributed: Money::ZERO,
            entries: 0,
            opened_at: 0,
            head: ChainHash::START,
            held: BTreeMap::new(),
            epoch: 1,
            epoch_start: 1,
            after_order: 0,
            last_order: 0,
        }
    }

    /// Posts the next line.
    ///
    /// # Errors
    /// What of it does not follow from the lines before and from what is kept beside it.
    pub(super) fn post(&mut self, entry: &EntryRow, beside: Beside<'_>) -> Check {
        let row = || entry_row(entry);
        self.entries += 1;
        ensure(entry.sequence == self.entries, row, || format!("entry {} is missing before it", self.entries))?;
        let kind: EntryKind = entry
            .kind
            .parse()
            .map_err(|_| Disagreement { row: row(), why: format!("{:?} is no kind of entry", entry.kind) })?;
        self.head = typed(entry, kind).chain(self.head);
        ensure(entry.hash == self.head.0, row, || {
            "its hash is not that of its fields and the entry before it".to_owned()
        })?;
        if self.entries == 1 {
            self.opened_at = entry.at;
            ensure(kind == EntryKind::Opening, row, || {
                format!("a ledger begins with an opening, and this is of the kind {kind}")
            })?;
        }
        let cash = Money::from_cents(entry.cash);
        let balance = self.cash.checked_add(cash);
        ensure(balance == Some(Money::from_cents(entry.balance)), row, || {
            format!("{} and {cash} do not make its balance of {}", self.cash, Money::from_cents(entry.balance))
        })?;
        self.cash = Money::from_cents(entry.balance);
        ensure(!self.cash.is_negative(), row, || format!("the balance is {}", self.cash))?;
        match kind {
            EntryKind::Buy | EntryKind::Sell => self.trade(entry, kind, beside.fill),
            EntryKind::Opening if self.entries > 1 => self.begin_anew(entry, beside.epoch),
            EntryKind::Opening | EntryKind::Deposit | EntryKind::Withdrawal => self.fund(entry, kind),
            EntryKind::Adjustment => self.adjust(entry, beside.undone),
        }
    }

    /// What was before is past: what is there is the opening balance, put in anew.
    fn begin_anew(&mut self, entry: &EntryRow, epoch: Option<&EpochRow>) -> Check {
        let row = || entry_row(entry);
        let bare = (entry.instrument_id, entry.order_id, entry.quantity, entry.cost, &entry.request_key);
        ensure(bare == (None, None, 0, 0, &None), row, || "a later opening moves shares or has a key".to_owned())?;
        let Some(epoch) = epoch else { return ensure(false, row, || "no epoch begins with it".to_owned()) };
        let told = (epoch.epoch, epoch.start, epoch.after_order, epoch.began_at);
        let derived = (self.epoch + 1, entry.sequence, self.last_order, entry.at);
        ensure(
            told == derived,
            || epoch_row(epoch),
            || format!("number, start, last order before and time are {told:?}, and the ledger makes it {derived:?}"),
        )?;
        let left = self.held.iter().find(|(_, held)| !held.quantity.is_zero());
        ensure(left.is_none(), row, || {
            format!(
                "the account begins anew with shares of instrument {}",
                left.map_or(0, |(instrument, _)| *instrument)
            )
        })?;
        self.held.clear();
        self.contributed = self.cash;
        (self.epoch, self.epoch_start, self.after_order) = (epoch.epoch, epoch.start, epoch.after_order);
        Ok(())
    }

    fn fund(&mut self, entry: &EntryRow, kind: EntryKind) -> Check {
        let row = || entry_row(entry);
        let bare = (entry.instrument_id, entry.order_id, entry.quantity, entry.cost) == (None, None, 0, 0);
        ensure(bare, row, || format!("a {kind} moves shares"))?;
        let right = match kind {
            EntryKind::Withdrawal => entry.cash < 0,
            EntryKind::Opening => entry.cash >= 0,
            _ => entry.cash > 0,
        };
        ensure(right, row, || format!("a {kind} changes cash by {}", Money::from_cents(entry.cash)))?;
        let key = entry.request_key.as_ref();
        ensure(key.is_none_or(|key| key.parse::<OrderKey>().is_ok()), row, || format!("its form's key is {key:?}"))?;
        let contributed = self.contributed.checked_add(Money::from_cents(entry.cash));
        self.contributed = contributed
            .ok_or_else(|| Disagreement { row: row(), why: "all contributions together do not fit".to_owned() })?;
        Ok(())
    }

    /// Moves shares at average cost, and compares what the line and the fill say of it.
    fn trade(&mut self, entry: &EntryRow, kind: EntryKind, fill: Option<&FillRow>) -> Check {
        let row = || entry_row(entry);
        let order = entry.order_id.unwrap_or(0);
        let Some(fill) = fill.filter(|fill| fill.order_id == order) else {
            return ensure(false, row, || match fill {
                None => format!("order {order} has no fill"),
                Some(fill) => format!("it is of order {order}, and the account's next fill is {}", fill_row(fill)),
            });
        };
        ensure(entry.request_key.is_none(), row, || "a trade carries the key of a form".to_owned())?;
        let told = (entry.kind.as_str(), entry.instrument_id, entry.at, entry.balance);
        let filled = (fill.side.as_str(), Some(fill.instrument_id), fill.filled_at, fill.balance);
        ensure(
            told == filled,
            || fill_row(fill),
            || format!("side, instrument, time and balance are {filled:?}, and in the ledger {told:?}"),
        )?;
        let held = self.held.entry(fill.instrument_id).or_default();
        let (quantity, cash) = (Quantity::from_units(fill.quantity), Money::from_cents(fill.cash));
        let traded = if kind == EntryKind::Buy {
            held.bought(quantity, cash).map(|after| (after, Some(quantity), cash.checked_neg(), Some(cash), None))
        } else {
            held.sold(quantity, cash).map(|sold| {
                let cost = sold.cost_removed.checked_neg();
                (sold.position, quantity.checked_neg(), Some(cash), cost, Some(sold.gain))
            })
        };
        let Some((after, moved, paid, cost, gain)) = traded else {
            return ensure(false, row, || format!("{quantity} shares are sold and {} are held", held.quantity));
        };
        let derived = [moved.map(Quantity::units), paid.map(Money::cents), cost.map(Money::cents)];
        let entered = [entry.quantity, entry.cash, entry.cost].map(Some);
        ensure(derived == entered, row, || {
            format!("shares, cash and cost move by {entered:?}, and its fill makes it {derived:?}")
        })?;
        let kept = fill.gain.map(Money::from_cents);
        ensure(
            kept == gain,
            || fill_row(fill),
            || format!("its gain is {}, and the ledger makes it {}", shown(kept), shown(gain)),
        )?;
        *held = after;
        self.last_order = order;
        Ok(())
    }

    /// Compares what the lines come to with what the account says.
    ///
    /// # Errors
    /// What differs.
    pub(super) fn close(&self, account: &AccountRow) -> Check {
        let row = || format!("accounts row {}", account.id);
        ensure(self.entries > 0, row, || "its ledger has no opening".to_owned())?;
        for (what, kept, derived) in [
            ("cash is", account.cash, self.cash.cents()),
            ("contributions are", account.contributed, self.contributed.cents()),
        ] {
            let (kept, derived) = (Money::from_cents(kept), Money::from_cents(derived));
            ensure(kept == derived, row, || format!("its {what} {kept}, and the ledger makes it {derived}"))?;
        }
        ensure(account.entries == self.entries, row, || {
            format!("it counts {} entries, and the ledger has {}", account.entries, self.entries)
        })?;
        ensure(account.head == self.head.0, row, || "its head is not the hash of its newest entry".to_owned())?;
        let (kept, derived) = ((account.epoch, account.epoch_start), (self.epoch, self.epoch_start));
        ensure(kept == derived, row, || {
            format!("its epoch and the start of that are {kept:?}, and the ledger makes it {derived:?}")
        })?;
        ensure(account.opened_at == self.opened_at, row, || {
            let (told, derived) = (At::from_micros(account.opened_at), At::from_micros(self.opened_at));
            format!("it says that it was opened at {told}, and its ledger begins at {derived}")
        })?;
        let told = account.frozen_at.is_some() == account.frozen_because.is_some();
        ensure(told, row, || "it is frozen without a reason, or there is a reason and it is not".to_owned())
    }

    /// Compares a holding with what the lines come to, and strikes it off.
    ///
    /// # Errors
    /// What differs.
    pub(super) fn compare(&mut self, holding: &HoldingRow) -> Check {
        let row = || format!("holdings row ({}, {})", holding.account_id, holding.instrument_id);
        let derived = self.held.remove(&holding.instrument_id);
        let Some(derived) = derived else {
            return ensure(false, row, || "the ledger has no trade in it".to_owned());
        };
        let kept = Quantity::from_units(holding.quantity);
        let known = derived.quantity;
        ensure(kept == known, row, || format!("it holds {kept} shares, and the ledger makes it {known}"))?;
        for (what, kept, derived) in
            [("cost", holding.cost, derived.cost), ("realised gain", holding.realised, derived.realised)]
        {
            let kept = Money::from_cents(kept);
            ensure(kept == derived, row, || format!("its {what} is {kept}, and the ledger makes it {derived}"))?;
        }
        ensure(holding.day_quantity >= 0, row, || "the day began with less than no shares".to_owned())
    }

    /// Whether every instrument that was traded had its holding.
    ///
    /// # Errors
    /// The first that had none.
    pub(super) fn all_compared(&self) -> Check {
        match self.held.keys().next() {
            None => Ok(()),
            Some(instrument) => ensure(
                false,
                || format!("accounts row {}", self.account),
                || format!("the ledger has trades in instrument {instrument}, and there is no holding of it"),
            ),
        }
    }
}

fn typed(entry: &EntryRow, kind: EntryKind) -> Entry {
    Entry {
        account: AccountId(entry.account_id),
        sequence: entry.sequence,
        kind,
        cash: Money::from_cents(entry.cash),
        balance: Money::from_cents(entry.balance),
        instrument: entry.instrument_id.map(InstrumentId),
        quantity: Quantity::from_units(entry.quantity),
        cost: Money::from_cents(entry.cost),
        order: entry.order_id.map(OrderId),
        at: At::from_micros(entry.at),
        memo: entry.memo.clone(),
    }
}

fn shown(amount: Option<Money>) -> String {
    amount.map_or_else(|| "none".to_owned(), |amount| amount.to_string())
}
