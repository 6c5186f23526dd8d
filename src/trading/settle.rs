//! Settlement, top to bottom: of one order or of several at once, in one transaction.

use super::refusal::Refusal;
use super::terms::{Means, Terms, fresh_quote, terms};
use super::{Order, Rules};
use crate::domain::{
    AccountId, At, EntryKind, Instrument, InstrumentId, Money, OrderId, OrderState, PublicId, Quantity, Quote, Side,
};
use crate::market::board::Board;
use crate::store::accounts::Account;
use crate::store::fills::NewFill;
use crate::store::holdings::Holding;
use crate::store::ledger::{Movement, ShareMovement};
use crate::store::orders::{NewOrder, OrderLine};
use crate::store::settlements::{self, Settlement};
use crate::store::standing::{AccountStanding, Wanted};
use crate::store::{Conn, StoreError, orders, standing};
use std::sync::Arc;

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// Filled just now.
    Filled(OrderLine),
    /// The same order had been placed before under the same key; this is what became of it then.
    Repeated(OrderLine),
    /// Nothing has moved.
    Refused(Refusal),
}

/// Why a settlement ends before its end.
enum Stop {
    /// The order cannot be settled, which is an answer.
    Refused(Refusal),
    /// The books cannot be read or written, which is not.
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

/// An order, and for whom.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) account: AccountId,
    pub(super) order: Order,
}

/// What is asked about for an order that the market has no price for.
const NOTHING: InstrumentId = InstrumentId(0);

/// How far an order comes before anything is written.
enum Outcome {
    /// To be written down, and then filled.
    Settled(Box<Settlement>, Arc<Instrument>),
    /// No further.
    Placed(Box<Placed>),
}

/// Settles orders of different accounts, as part of the transaction that `conn` is in. What became of each, in the same
/// order.
///
/// # Errors
/// When the store fails. A refusal is not an error.
pub(super) fn settle(
    conn: &mut Conn,
    board: &Board,
    rules: Rules,
    asked: &[Asked],
    now: At,
) -> Result<Vec<Placed>, StoreError> {
    let quoted = asked.iter().map(|asked| {
        let (instrument, standing) = fresh_quote(board, rules, &asked.order)?;
        Ok((instrument, standing.quote))
    });
    let quoted: Vec<_> = quoted.collect();
    let day = board.market_day();
    let wanted = asked.iter().zip(&quoted).map(|(Asked { account, order }, quoted)| {
        let instrument = quoted.as_ref().map_or(NOTHING, |(instrument, _)| instrument.id);
        Wanted { account: *account, instrument, key: &order.key }
    });
    let standings = standing::of_accounts(conn, &wanted.collect::<Vec<_>>())?;
    let outcomes = asked.iter().zip(quoted).zip(standings).map(|((asked, quoted), standing)| {
        match attempt(conn, asked, quoted, standing, day, now) {
            Ok(outcome) => Ok(outcome),
            Err(Stop::Refused(refusal)) => Ok(Outcome::Placed(Box::new(Placed::Refused(refusal)))),
            Err(Stop::Failed(error)) => Err(error),
        }
    });
    let outcomes: Vec<Outcome> = outcomes.collect::<Result<_, _>>()?;
    let settled = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Settled(settlement, _) => Some(&**settlement),
        Outcome::Placed(_) => None,
    });
    settlements::record(conn, &settled.collect::<Vec<_>>())?;
    Ok(outcomes.into_iter().map(Outcome::placed).collect())
}

impl Outcome {
    /// What became of the order, once what is to be written is.
    fn placed(self) -> Placed {
        match self {
            Self::Settled(settlement, instrument) => {
                Placed::Filled(OrderLine::of(settlement.order, settlement.fill, &instrument))
            }
            Self::Placed(placed) => *placed,
        }
    }
}

fn attempt(
    conn: &mut Conn,
    Asked { order, .. }: &Asked,
    quoted: Result<(Arc<Instrument>, Quote), Refusal>,
    AccountStanding { account, held, placed, next }: AccountStanding,
    day: i64,
    now: At,
) -> Result<Outcome, Stop> {
    // Whatever the market does now, what was settled under this key stays so.
    if placed.is_some()
        && let Some(placed) = settled_before(conn, account.id, order)?
    {
        return Ok(Outcome::Placed(Box::new(placed)));
    }
    may_move(&account)?;
    let (instrument, quote) = quoted?;
    let position = held.as_ref().map(Holding::position).unwrap_or_default();
    let terms = terms(order, quote, Means { cash: account.cash, position })?;
    let holds = holding_after(&account, held, &instrument, order.side, &terms, day)?;
    let order = recorded(next, &account, &instrument, order, now);
    let fill = fill(&order, &terms);
    let movement = movement(&order, &terms);
    Ok(Outcome::Settled(Box::new(Settlement { order, fill, account, held, holds, movement }), instrument))
}

/// What became of the order that was placed under this key before, if one was.
fn settled_before(conn: &mut Conn, account: AccountId, order: &Order) -> Result<Option<Placed>, StoreError> {
    Ok(orders::by_key(conn, account, &order.key)?.map(|placed| {
        if asks_the_same(order, &placed) {
            Placed::Repeated(placed)
        } else {
            Placed::Refused(Refusal::KeyUsed { order: Box::new(placed) })
        }
    }))
}

/// Whether the account may do what its owner asks for.
///
/// # Errors
/// The refusal that says since when it may not, and why.
pub(super) fn may_move(account: &Account) -> Result<(), Refusal> {
    account.frozen().map_or(Ok(()), |frozen| Err(Refusal::Frozen(frozen)))
}

fn asks_the_same(order: &Order, placed: &OrderLine) -> bool {
    order.side == placed.side
        && order.symbol == placed.symbol
        && order.size.amounts() == (placed.shares, placed.dollars)
}

fn recorded(id: OrderId, account: &Account, instrument: &Instrument, order: &Order, now: At) -> NewOrder {
    NewOrder {
        id,
        public_id: PublicId::at(now),
        account: account.id,
        key: order.key.clone(),
        instrument: instrument.id,
        side: order.side,
        size: order.size,
        state: OrderState::Filled,
        placed_at: now,
    }
}

fn fill(order: &NewOrder, terms: &Terms) -> NewFill {
    NewFill {
        order_id: order.id,
        account_id: order.account,
        instrument_id: order.instrument,
        side: order.side,
        quantity: terms.quantity,
        price: terms.price,
        cash: terms.cash,
        gain: terms.gain,
        bid: terms.quote.bid,
        ask: terms.quote.ask,
        last: terms.quote.last,
        quoted_at: terms.quote.at,
        filled_at: order.placed_at,
        balance: terms.cash_after,
    }
}

fn movement(order: &NewOrder, terms: &Terms) -> Movement {
    let (kind, cash, quantity) = match order.side {
        Side::Buy => (EntryKind::Buy, terms.cash.checked_neg(), Some(terms.quantity)),
        Side::Sell => (EntryKind::Sell, Some(terms.cash), terms.quantity.checked_neg()),
    };
    Movement {
        kind,
        // Cash and shares on the move are never negative, and every such number has an opposite.
        cash: cash.unwrap_or(Money::ZERO),
        shares: Some(ShareMovement {
            instrument: order.instrument,
            quantity: quantity.unwrap_or(Quantity::ZERO),
            cost: terms.cost_change,
            order: Some(order.id),
        }),
        at: order.placed_at,
        memo: String::new(),
        request: None,
    }
}

/// The holding after the trade, with what the market day needs to tell its own gain from money that came in.
fn holding_after(
    account: &Account,
    before: Option<Holding>,
    instrument: &Instrument,
    side: Side,
    terms: &Terms,
    day: i64,
) -> Result<Holding, Refusal> {
    let before = before.unwrap_or_else(|| Holding::none(account.id, instrument.id, day)).on(day);
    let day_paid = match side {
        Side::Buy => before.day_paid.checked_add(terms.cash),
        Side::Sell => before.day_paid.checked_sub(terms.cash),
    };
    Ok(Holding {
        quantity: terms.position_after.quantity,
        cost: terms.position_after.cost,
        realised: terms.position_after.realised,
        day_paid: day_paid.ok_or(Refusal::TooLarge)?,
        ..before
    })
}
