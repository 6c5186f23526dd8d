//! An intervention as movements of the books, planned from what stands and then carried out, in one transaction.

use super::standing::{Shares, Standing};
use super::{Intervention, InterventionRefusal as Refusal, Prospect, day};
use crate::domain::{
    AccountId, At, EntryKind, Instrument, InstrumentId, Money, Position, PublicId, Quantity, Side, Symbol,
};
use crate::market::day::Calendar;
use crate::store::accounts::{self, Account, Frozen};
use crate::store::holdings::{self, Holding};
use crate::store::ledger::{self, Movement, ShareMovement};
use crate::store::orders::{self, OrderLine};
use crate::store::{Conn, StoreError, epochs, instruments, reversals};
use std::collections::HashMap;

/// What of the market and of the rules a plan depends on.
pub(super) struct Floor {
    /// The number of the market day.
    pub(super) day: i64,
    /// The newest moment of the market's own clock.
    pub(super) time: Option<At>,
    pub(super) calendar: Calendar,
}

/// Why there is no plan.
enum Stop {
    Refused(Refusal),
    Failed(StoreError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// What has to be done.
enum Steps {
    /// Cash alone moves.
    Cash(Money),
    /// Shares of one instrument move, and cash with them where an order is undone.
    Shares { before: Option<Holding>, after: Holding, moved: ShareMovement, cash: Money },
    /// The account is frozen, or no longer.
    Frozen(Option<Frozen>),
    /// All shares go, and what the account once began with comes.
    BeginAnew { held: Vec<Holding>, opening: Money },
}

/// A plan, with what it comes to.
struct Plan {
    account: Account,
    prospect: Prospect,
    steps: Steps,
}

/// What `intervention` would come to.
///
/// # Errors
/// When the store fails. A refusal is not an error.
pub(super) fn foresee(
    conn: &mut Conn,
    floor: &Floor,
    account: AccountId,
    intervention: &Intervention,
    because: &str,
    now: At,
) -> Result<Result<Prospect, Refusal>, StoreError> {
    match plan(conn, floor, account, intervention, because, now) {
        Ok(plan) => Ok(Ok(plan.prospect)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Makes `intervention` as part of the transaction that `conn` is in.
///
/// # Errors
/// When the store fails. A refusal is not an error.
pub(super) fn carry_out(
    conn: &mut Conn,
    floor: &Floor,
    account: AccountId,
    intervention: &Intervention,
    because: &str,
    now: At,
) -> Result<Result<Prospect, Refusal>, StoreError> {
    match plan(conn, floor, account, intervention, because, now) {
        Ok(plan) => Ok(Ok(take_steps(conn, plan, because, now)?)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn plan(
    conn: &mut Conn,
    floor: &Floor,
    account: AccountId,
    intervention: &Intervention,
    because: &str,
    now: At,
) -> Result<Plan, Stop> {
    let account = accounts::get(conn, account)?;
    match intervention {
        Intervention::AdjustCash { change } => adjust_cash(account, *change),
        Intervention::GiveShares { symbol, quantity, cost } => {
            let held = Held::of(conn, floor, account, symbol)?;
            give(held, *quantity, *cost)
        }
        Intervention::TakeShares { symbol, quantity, cost } => {
            let held = Held::of(conn, floor, account, symbol)?;
            take(held, *quantity, *cost)
        }
        Intervention::Freeze if account.frozen_at.is_some() => Err(Refusal::Frozen.into()),
        Intervention::Freeze => Ok(freeze(account, Some(Frozen { at: now, because: because.to_owned() }))),
        Intervention::Unfreeze if account.frozen_at.is_none() => Err(Refusal::NotFrozen.into()),
        Intervention::Unfreeze => Ok(freeze(account, None)),
        Intervention::Reset => begin_anew(conn, account),
        Intervention::Reverse { order } => {
            let line = reversible(conn, &account, order)?;
            let held = Held::of(conn, floor, account, &line.symbol)?;
            match line.side {
                Side::Buy => reverse_purchase(held, floor, &line),
                Side::Sell => reverse_sale(held, floor, &line),
            }
        }
    }
}

fn adjust_cash(account: Account, change: Money) -> Result<Plan, Stop> {
    if change == Money::ZERO {
        return Err(Refusal::Nothing.into());
    }
    let cash = account.cash.checked_add(change).ok_or(Refusal::TooLarge)?;
    if cash.is_negative() {
        return Err(Refusal::NotEnoughCash { cash: account.cash }.into());
    }
    let contributed = account.contributed.checked_add(change).ok_or(Refusal::TooLarge)?;
    let before = Standing::of(&account, Vec::new());
    let after = Standing { cash, contributed, ..before.clone() };
    Ok(Plan { account, prospect: Prospect { before, after }, steps: Steps::Cash(change) })
}

fn freeze(account: Account, frozen: Option<Frozen>) -> Plan {
    let before = Standing::of(&account, Vec::new());
    let after = Standing { frozen: frozen.clone(), ..before.clone() };
    Plan { account, prospect: Prospect { before, after }, steps: Steps::Frozen(frozen) }
}

fn begin_anew(conn: &mut Conn, account: Account) -> Result<Plan, Stop> {
    let first = ledger::oldest(conn, account.id, 0, 1)?.into_iter().next();
    let opening = first.filter(|line| line.kind == EntryKind::Opening).map(|line| line.balance);
    let opening = opening.ok_or_else(|| StoreError::Corrupt(format!("account {} has no opening", account.id)))?;
    let held = holdings::of_account(conn, account.id)?;
    let symbols: HashMap<InstrumentId, Symbol> = instruments::all(conn)?
        .into_iter()
        .map(|standing| (standing.instrument.id, standing.instrument.symbol))
        .collect();
    let of = |holding: &Holding, position| {
        symbols.get(&holding.instrument_id).map(|symbol| Shares { symbol: symbol.clone(), position })
    };
    let before = Standing::of(&account, held.iter().filter_map(|holding| of(holding, holding.position())).collect());
    let after = Standing {
        cash: opening,
        contributed: opening,
        shares: held.iter().filter_map(|holding| of(holding, Position::default())).collect(),
        epoch: account.epoch + 1,
        ..before.clone()
    };
    Ok(Plan { account, prospect: Prospect { before, after }, steps: Steps::BeginAnew { held, opening } })
}

/// An account and what it holds of one instrument.
struct Held {
    account: Account,
    instrument: Instrument,
    before: Option<Holding>,
    today: Holding,
}

impl Held {
    fn of(conn: &mut Conn, floor: &Floor, account: Account, symbol: &Symbol) -> Result<Self, Stop> {
        let found = instruments::by_symbol(conn, symbol)?;
        let instrument = found.ok_or_else(|| Refusal::UnknownSymbol { symbol: symbol.clone() })?;
        let before = holdings::find(conn, account.id, instrument.id)?;
        let today = before.unwrap_or_else(|| Holding::none(account.id, instrument.id, floor.day)).on(floor.day);
        Ok(Self { account, instrument, before, today })
    }

    /// The plan that leads to `position`, with the day's numbers as in `day`.
    fn to(
        self,
        position: Position,
        day: Option<Holding>,
        order: Option<&OrderLine>,
        cash: Money,
    ) -> Result<Plan, Stop> {
        let (was, day) = (self.today.position(), day.ok_or(Refusal::TooLarge)?);
        let Position { quantity, cost, realised } = position;
        let moved = ShareMovement {
            instrument: self.instrument.id,
            quantity: quantity.checked_sub(was.quantity).ok_or(Refusal::TooLarge)?,
            cost: cost.checked_sub(was.cost).ok_or(Refusal::TooLarge)?,
            order: order.map(|order| order.id),
        };
        let put_in = if order.is_some() { Money::ZERO } else { moved.cost };
        let shares = |position| vec![Shares { symbol: self.instrument.symbol.clone(), position }];
        let before = Standing::of(&self.account, shares(was));
        let after = Standing {
            cash: self.account.cash.checked_add(cash).ok_or(Refusal::TooLarge)?,
            contributed: self.account.contributed.checked_add(put_in).ok_or(Refusal::TooLarge)?,
            shares: shares(position),
            ..before.clone()
        };
        let steps =
            Steps::Shares { before: self.before, after: Holding { quantity, cost, realised, ..day }, moved, cash };
        Ok(Plan { account: self.account, prospect: Prospect { before, after }, steps })
    }
}

fn give(held: Held, quantity: Quantity, cost: Money) -> Result<Plan, Stop> {
    if quantity.units() <= 0 || cost.is_negative() {
        return Err(Refusal::Nothing.into());
    }
    let position = held.today.position().given(quantity, cost).ok_or(Refusal::TooLarge)?;
    let day = day::given(held.today, cost);
    held.to(position, day, None, Money::ZERO)
}

fn take(held: Held, quantity: Quantity, cost: Option<Money>) -> Result<Plan, Stop> {
    let was = held.today.position();
    if quantity.units() <= 0 || cost.is_some_and(Money::is_negative) {
        return Err(Refusal::Nothing.into());
    }
    let part = was
        .part_of_cost(quantity)
        .ok_or_else(|| Refusal::NotEnoughShares { symbol: held.instrument.symbol.clone(), held: was.quantity })?;
    let cost = cost.unwrap_or(part);
    if cost > was.cost {
        return Err(Refusal::NotSoMuchCost { cost: was.cost }.into());
    }
    let position = was.taken(quantity, cost).ok_or(Refusal::NotTheWholeCost { cost: was.cost })?;
    let day = day::taken(held.today, quantity, cost);
    held.to(position, day, None, Money::ZERO)
}

/// The order of this name, when it can be undone as far as it goes itself.
fn reversible(conn: &mut Conn, account: &Account, order: &PublicId) -> Result<OrderLine, Stop> {
    let line = orders::by_public_id(conn, account.id, order)?.ok_or(Refusal::UnknownOrder)?;
    if let Some(at) = line.reversed_at {
        return Err(Refusal::Reversed { at }.into());
    }
    if line.id <= epochs::present(conn, account)?.after_order {
        return Err(Refusal::Past.into());
    }
    Ok(line)
}

fn reverse_purchase(held: Held, floor: &Floor, line: &OrderLine) -> Result<Plan, Stop> {
    let was = held.today.position();
    if line.quantity > was.quantity {
        let (symbol, bought, held) = (line.symbol.clone(), line.quantity, was.quantity);
        return Err(Refusal::SharesGone { symbol, bought, held }.into());
    }
    let undone = was.unbought(line.quantity, line.cash).ok_or(Refusal::TooLarge)?;
    let day = if floor.is_today(line, &held) {
        held.today.day_paid.checked_sub(line.cash).map(|day_paid| Holding { day_paid, ..held.today })
    } else {
        day::taken(held.today, line.quantity, line.cash)
    };
    held.to(undone.position, day, Some(line), line.cash)
}

fn reverse_sale(held: Held, floor: &Floor, line: &OrderLine) -> Result<Plan, Stop> {
    let (proceeds, cash) = (line.cash, held.account.cash);
    if proceeds > cash {
        return Err(Refusal::CashGone { proceeds, cash }.into());
    }
    let gain = line.gain.unwrap_or(Money::ZERO);
    let cost = proceeds.checked_sub(gain).ok_or(Refusal::TooLarge)?;
    let position = held.today.position().unsold(line.quantity, cost, gain).ok_or(Refusal::TooLarge)?;
    let day = if floor.is_today(line, &held) {
        day::given(held.today, proceeds)
    } else {
        day::returned(held.today, line.quantity)
    };
    held.to(position, day, Some(line), proceeds.checked_neg().ok_or(Refusal::TooLarge)?)
}

impl Floor {
    /// Whether an order was filled on this market day. A recording that begins again has the same dates again, but
    /// what was not traded since then was not traded today.
    fn is_today(&self, line: &OrderLine, held: &Held) -> bool {
        let same_date = self.time.is_some_and(|now| self.calendar.day(now) == self.calendar.day(line.quoted_at));
        same_date && held.before.is_some_and(|before| before.day == self.day)
    }
}

fn take_steps(conn: &mut Conn, plan: Plan, because: &str, now: At) -> Result<Prospect, StoreError> {
    let Plan { account, prospect, steps } = plan;
    let adjustment = |cash, shares| Movement {
        kind: EntryKind::Adjustment,
        cash,
        shares,
        at: now,
        memo: because.to_owned(),
        request: None,
    };
    match steps {
        Steps::Cash(change) => {
            append(conn, &account, adjustment(change, None))?;
        }
        Steps::Shares { before, after, moved, cash } => {
            holdings::save(conn, before.as_ref(), &after)?;
            let account = append(conn, &account, adjustment(cash, Some(moved)))?;
            if let Some(order) = moved.order {
                reversals::insert(conn, order, account.id, account.entries, now)?;
            }
        }
        Steps::Frozen(frozen) => accounts::set_frozen(conn, account.id, frozen.as_ref())?,
        Steps::BeginAnew { held, opening } => {
            let mut account = account;
            for holding in held.iter().filter(|holding| !holding.quantity.is_zero()) {
                let moved = ShareMovement {
                    instrument: holding.instrument_id,
                    // What is held is never negative, and every such number has an opposite.
                    quantity: holding.quantity.checked_neg().unwrap_or(Quantity::ZERO),
                    cost: holding.cost.checked_neg().unwrap_or(Money::ZERO),
                    order: None,
                };
                account = append(conn, &account, adjustment(Money::ZERO, Some(moved)))?;
            }
            // Neither balance is negative, so that their difference fits.
            let change = opening.checked_sub(account.cash).unwrap_or(Money::ZERO);
            let anew = Movement { kind: EntryKind::Opening, ..adjustment(change, None) };
            account = append(conn, &account, anew)?;
            holdings::clear(conn, account.id)?;
            epochs::begin(conn, &account, now)?;
        }
    }
    Ok(prospect)
}

/// Appends a movement that was planned. A refusal after steps were taken would leave them taken, so it is a failure.
fn append(conn: &mut Conn, account: &Account, movement: Movement) -> Result<Account, StoreError> {
    let planned =
        || StoreError::Corrupt(format!("an adjustment of account {} was planned and does not fit", account.id));
    ledger::append(conn, account, movement)?.ok_or_else(planned)
}
