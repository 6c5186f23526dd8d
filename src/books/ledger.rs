//! One account's book: posted again from its opening, line by line.

use super::orders::fill_row;
use super::{Check, Disagreement, ensure};
use crate::domain::{
    AccountId, At, ChainHash, Entry, EntryKind, InstrumentId, Money, OrderId, OrderKey, Position, Quantity,
};
use crate::store::rows::{AccountRow, EntryRow, FillRow, HoldingRow};
use std::collections::BTreeMap;

/// What the ledger says of an account so far.
pub(super) struct Book {
    account: i64,
    cash: Money,
    contributed: Money,
    entries: i64,
    head: ChainHash,
    held: BTreeMap<i64, Position>,
}

/// How a line of the ledger is named.
pub(super) fn entry_row(entry: &EntryRow) -> String {
    format!("ledger_entries row {} (entry {} of account {})", entry.id, entry.sequence, entry.account_id)
}

/// Whether a line says that it moves shares.
pub(super) fn is_trade(entry: &EntryRow) -> bool {
    matches!(entry.kind.parse(), Ok(EntryKind::Buy | EntryKind::Sell))
}

impl Book {
    /// An account without a line.
    pub(super) fn of(account: i64) -> Self {
        Self {
            account,
            cash: Money::ZERO,
            contributed: Money::ZERO,
            entries: 0,
            head: ChainHash::START,
            held: BTreeMap::new(),
        }
    }

    /// Posts the next line; `fill` is the account's next fill when the line moves shares.
    ///
    /// # Errors
    /// What of it does not follow from the lines before and the fill.
    pub(super) fn post(&mut self, entry: &EntryRow, fill: Option<&FillRow>) -> Check {
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
        ensure((kind == EntryKind::Opening) == (self.entries == 1), row, || {
            format!("a ledger begins with its one opening, and this is a {kind}")
        })?;
        let cash = Money::from_cents(entry.cash);
        let balance = self.cash.checked_add(cash);
        ensure(balance == Some(Money::from_cents(entry.balance)), row, || {
            format!("{} and {cash} do not make its balance of {}", self.cash, Money::from_cents(entry.balance))
        })?;
        self.cash = Money::from_cents(entry.balance);
        ensure(!self.cash.is_negative(), row, || format!("the balance is {}", self.cash))?;
        match kind {
            EntryKind::Buy | EntryKind::Sell => self.trade(entry, kind, fill),
            EntryKind::Opening | EntryKind::Deposit | EntryKind::Withdrawal => self.fund(entry, kind),
        }
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
        ensure(account.head == self.head.0, row, || "its head is not the hash of its newest entry".to_owned())
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
