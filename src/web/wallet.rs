//! `/wallet`: cash, and everything that ever moved it.

use super::field_errors::FieldErrors;
use super::format::{Change, Dollars, Show};
use super::layout::Layout;
use super::moments::ShowTime;
use crate::domain::{At, EntryKind, Money, OrderKey, PublicId, Quantity, Symbol};
use askama::Template;

/// A line of the ledger.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    /// Its number in the account.
    pub sequence: i64,
    /// When.
    pub at: At,
    /// Why.
    pub kind: EntryKind,
    /// What shares moved, if any; the number is without a sign.
    pub shares: Option<(Quantity, Symbol)>,
    /// The order that caused it, if one did.
    pub order: Option<PublicId>,
    /// The change in cash.
    pub cash: Money,
    /// Cash afterwards.
    pub balance: Money,
    /// A remark; may be empty.
    pub memo: String,
}

impl LedgerRow {
    /// What happened: `Bought 10 AAPL`.
    #[must_use]
    pub fn words(&self) -> String {
        let verb = match self.kind {
            EntryKind::Opening => "Opening balance",
            EntryKind::Deposit => "Added",
            EntryKind::Withdrawal => "Taken out",
            EntryKind::Buy => "Bought",
            EntryKind::Sell => "Sold",
        };
        match &self.shares {
            Some((quantity, symbol)) => format!("{verb} {} {symbol}", quantity.show()),
            None => verb.to_owned(),
        }
    }
}

/// One of the two forms that move cash; posts `amount` and `key`.
#[derive(Debug, Clone)]
pub struct CashForm {
    /// The amount as typed.
    pub amount: String,
    /// What makes sending it twice move cash once.
    pub key: OrderKey,
    /// What was wrong, under `amount`.
    pub errors: FieldErrors,
}

/// Cash, the two forms that move it and the ledger.
#[derive(Debug, Template)]
#[template(path = "wallet.html")]
pub struct WalletPage {
    /// The frame.
    pub layout: Layout,
    /// Cash.
    pub balance: Money,
    /// Posts to `/wallet/deposit`.
    pub deposit: CashForm,
    /// Posts to `/wallet/withdraw`.
    pub withdrawal: CashForm,
    /// The least that can be added at a time.
    pub least: Money,
    /// The most that can be added at a time.
    pub most: Money,
    /// Lines of the ledger, newest first.
    pub entries: Vec<LedgerRow>,
    /// Whether this is the newest page.
    pub newest: bool,
    /// Where the next older page begins (`?before=`), if there is one.
    pub older: Option<i64>,
}

impl WalletPage {
    /// What can be added at a time.
    #[must_use]
    pub fn deposit_rule(&self) -> String {
        format!("{} to {} dollars.", self.least.show(), self.most.show())
    }

    /// What can be taken out.
    #[must_use]
    pub fn withdrawal_rule(&self) -> String {
        format!("Up to {} dollars.", self.balance.show())
    }
}
