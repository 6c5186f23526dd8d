//! `/wallet`: cash, and everything that ever moved it.

use super::csv_file::{PIECE, stream_csv};
use super::epochs::Epochs;
use super::error::PageError;
use super::field_errors::FieldErrors;
use super::form_data::{Fields, Form, Query};
use super::format::{Change, Dollars, Show};
use super::history::epochs_of;
use super::house::House;
use super::keyset::{self, Lines};
use super::layout::{Layout, NoticeKind};
use super::moments::ShowTime;
use super::page;
use super::refusals::{explain_funding, frozen_words};
use super::visit::Member;
use crate::domain::{At, EntryKind, Money, OrderKey, PublicId, Quantity, Symbol, spreadsheet};
use crate::store::epochs::{self, Epoch};
use crate::store::ledger::{self, LedgerLine};
use crate::store::{StoreError, accounts};
use crate::trading::{Funded, Funding};
use actix_web::{HttpResponse, web};
use askama::Template;
use std::sync::Arc;

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
    /// Whether those shares came; otherwise they went.
    pub came: bool,
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
            EntryKind::Opening if self.sequence > 1 => "Reset to the opening balance",
            EntryKind::Opening => "Opening balance",
            EntryKind::Deposit => "Deposit",
            EntryKind::Withdrawal => "Withdrawal",
            EntryKind::Buy => "Bought",
            EntryKind::Sell => "Sold",
            EntryKind::Adjustment => return self.adjusted(),
        };
        match &self.shares {
            Some((quantity, symbol)) => format!("{verb} {} {symbol}", quantity.show()),
            None => verb.to_owned(),
        }
    }

    /// What an administrator put right: `10 AAPL added by an administrator`.
    fn adjusted(&self) -> String {
        let Some((quantity, symbol)) = &self.shares else { return "Adjusted by an administrator".to_owned() };
        let quantity = quantity.show();
        match (&self.order, self.came) {
            (Some(_), true) => format!("Sale of {quantity} {symbol} reversed by an administrator"),
            (Some(_), false) => format!("Purchase of {quantity} {symbol} reversed by an administrator"),
            (None, true) => format!("{quantity} {symbol} added by an administrator"),
            (None, false) => format!("{quantity} {symbol} removed by an administrator"),
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
    /// That the account is frozen, as a sentence, if it is.
    pub frozen: Option<String>,
    /// Which of the account's epochs is shown (`?epoch=`).
    pub epochs: Epochs,
    /// Cash.
    pub balance: Money,
    /// Posts to `/wallet/deposit`.
    pub deposit: CashForm,
    /// Posts to `/wallet/withdraw`.
    pub withdrawal: CashForm,
    /// The least that can be added at a time.
    pub least: Money,
    /// The most that can be added or taken out at a time.
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
        if self.balance > self.most {
            return format!("Up to {} dollars at a time.", self.most.show());
        }
        format!("Up to {} dollars.", self.balance.show())
    }
}

impl From<LedgerLine> for LedgerRow {
    fn from(line: LedgerLine) -> Self {
        let magnitude = Quantity::from_units(line.quantity.units().saturating_abs());
        Self {
            sequence: line.sequence,
            at: line.at,
            kind: line.kind,
            came: line.quantity.units() > 0,
            shares: line.symbol.map(|symbol| (magnitude, symbol)),
            order: line.order,
            cash: line.cash,
            balance: line.balance,
            memo: line.memo,
        }
    }
}

impl CashForm {
    fn empty(house: &House) -> Self {
        Self { amount: String::new(), key: OrderKey::at(house.clock.now()), errors: FieldErrors::default() }
    }
}

/// The balance, the forms and a page of the ledger.
///
/// # Errors
/// When the store fails.
pub async fn show(member: Member, house: web::Data<House>, Query(query): Query) -> Result<HttpResponse, PageError> {
    let before = keyset::before(query.get("before"));
    page::show(
        &wallet(
            &member,
            &house,
            Asked { epoch: query.text("epoch"), before },
            [CashForm::empty(&house), CashForm::empty(&house)],
        )
        .await?,
    )
}

/// Adds money.
///
/// # Errors
/// When the store fails.
pub async fn deposit(member: Member, house: web::Data<House>, Form(form): Form) -> Result<HttpResponse, PageError> {
    match fund(&member, &house, &form, true).await? {
        Ok(done) => Ok(done),
        Err(again) => page::again(&wallet(&member, &house, Asked::default(), [again, CashForm::empty(&house)]).await?),
    }
}

/// Takes money out.
///
/// # Errors
/// When the store fails.
pub async fn withdraw(member: Member, house: web::Data<House>, Form(form): Form) -> Result<HttpResponse, PageError> {
    match fund(&member, &house, &form, false).await? {
        Ok(done) => Ok(done),
        Err(again) => page::again(&wallet(&member, &house, Asked::default(), [CashForm::empty(&house), again]).await?),
    }
}

/// The whole ledger, newest first, of all epochs of the account.
///
/// # Errors
/// When the store fails.
pub async fn file(member: Member, house: web::Data<House>) -> Result<HttpResponse, PageError> {
    let account = member.who.account;
    let heads = ["entry", "time", "kind", "symbol", "shares", "cash", "balance", "order", "memo", "epoch"];
    let epochs: Vec<Epoch> = house.store.read(move |conn| epochs_of(conn, account)).await?;
    let epochs = Arc::new(epochs);
    stream_csv("wallet.csv", &heads, move |before| {
        let (house, epochs) = (house.clone(), Arc::clone(&epochs));
        async move {
            let lines: Vec<LedgerLine> =
                house.store.read(move |conn| ledger::newest(conn, account, 1, before, PIECE)).await?;
            let next = lines.last().map(|line| line.sequence);
            Ok((lines.into_iter().map(|line| record(line, &epochs)).collect(), next))
        }
    })
    .await
}

fn record(line: LedgerLine, all: &[Epoch]) -> Vec<String> {
    let epoch = epochs::of_entry(all, line.sequence);
    vec![
        line.sequence.to_string(),
        line.at.to_string(),
        line.kind.to_string(),
        line.symbol.map(|symbol| spreadsheet::inert(symbol.as_str())).unwrap_or_default(),
        line.quantity.to_string(),
        line.cash.to_string(),
        line.balance.to_string(),
        line.order.map(|order| order.to_string()).unwrap_or_default(),
        spreadsheet::inert(&line.memo),
        epoch.to_string(),
    ]
}

/// Moves money as a form asks; the form comes back when it is refused.
async fn fund(
    member: &Member,
    house: &House,
    form: &Fields,
    added: bool,
) -> Result<Result<HttpResponse, CashForm>, PageError> {
    let mut again = CashForm { amount: form.text("amount"), ..CashForm::empty(house) };
    let amount = match Money::parse_positive(form.get("amount")) {
        Ok(amount) => amount,
        Err(wrong) => {
            again.errors.add("amount", &wrong);
            return Ok(Err(again));
        }
    };
    let Ok(key) = form.get("key").parse() else { return Err(PageError::Malformed) };
    match house.desk.fund(member.who.account, Funding { key, added, amount }).await? {
        Funded::Done { balance } => {
            let done = if added { "Added" } else { "Withdrew" };
            let sentence = format!("{done} {}. Your balance is {}.", amount.dollars(), balance.dollars());
            Ok(Ok(member.visit.go_saying("/wallet", NoticeKind::Good, sentence)))
        }
        Funded::Refused(refusal) => {
            explain_funding(&refusal, added, &mut again.errors);
            Ok(Err(again))
        }
    }
}

/// Which page of which ledger is asked for.
#[derive(Default)]
struct Asked {
    epoch: String,
    before: Option<i64>,
}

async fn wallet(
    member: &Member,
    house: &House,
    Asked { epoch, before }: Asked,
    [deposit, withdrawal]: [CashForm; 2],
) -> Result<WalletPage, PageError> {
    let account = member.who.account;
    let read = house.store.read(move |conn| {
        let account = accounts::get(conn, account)?;
        let epochs = Epochs::asked(epochs::of_account(conn, &account)?, &account, &epoch);
        let Epoch { start, end, .. } = epochs.shown();
        let before = end.into_iter().chain(before).min();
        let lines = ledger::newest(conn, account.id, start, before, Lines::FIXED.asked_for())?;
        Ok::<_, StoreError>((account, epochs, lines))
    });
    let (account, epochs, lines) = read.await?;
    let (lines, older) = Lines::FIXED.cut(lines, |line| line.sequence);
    Ok(WalletPage {
        layout: member.visit.layout(),
        frozen: account.frozen().as_ref().map(frozen_words),
        epochs,
        balance: account.cash,
        deposit,
        withdrawal,
        least: Money::from_cents(1),
        most: house.desk.rules().funding_max,
        entries: lines.into_iter().map(LedgerRow::from).collect(),
        newest: before.is_none(),
        older,
    })
}
