//! What people asked for.

use super::Conn;
use super::epochs::Epoch;
use super::error::StoreError;
use super::fills::NewFill;
use super::holdings;
use super::kept::{Statement, insertion, on_engine};
use super::schema::{fills, instruments, ledger_entries, orders, reversals};
use crate::domain::{
    AccountId, At, Instrument, InstrumentId, Money, OrderId, OrderKey, OrderSize, OrderState, Price, PublicId,
    Quantity, Side, Symbol,
};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

/// An order to be recorded.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Which, as [`AccountStanding`](super::standing::AccountStanding) had it.
    pub id: OrderId,
    /// Its name to the outside.
    pub public_id: PublicId,
    /// Whose.
    pub account: AccountId,
    /// What the client named it.
    pub key: OrderKey,
    /// Of what.
    pub instrument: InstrumentId,
    /// Which way.
    pub side: Side,
    /// How much.
    pub size: OrderSize,
    /// How it ended.
    pub state: OrderState,
    /// When.
    pub placed_at: At,
}

/// An order with what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct OrderLine {
    /// Which.
    pub id: OrderId,
    /// Its name to the outside.
    pub public_id: PublicId,
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub symbol: Symbol,
    /// The name of what.
    pub name: String,
    /// Which way.
    pub side: Side,
    /// The shares asked for, where shares were named.
    pub shares: Option<Quantity>,
    /// The money asked for, where money was named.
    pub dollars: Option<Money>,
    /// Where it stands.
    pub state: OrderState,
    /// When it was placed.
    pub placed_at: At,
    /// Shares that changed hands.
    pub quantity: Quantity,
    /// At what price.
    pub price: Price,
    /// What was paid or received.
    pub cash: Money,
    /// Proceeds less cost, for a sale.
    pub gain: Option<Money>,
    /// The quote that was hit.
    pub bid: Price,
    /// The quote that was hit.
    pub ask: Price,
    /// The latest trade then.
    pub last: Price,
    /// When it was quoted, by the market's own clock.
    pub quoted_at: At,
    /// When it was filled.
    pub filled_at: At,
    /// Cash right afterwards.
    pub balance: Money,
    /// When the house undid it, if it did.
    pub reversed_at: Option<At>,
    /// Why, if it did.
    pub reversed_because: Option<String>,
}

impl OrderLine {
    /// The line that an order and its fill, just recorded, will be read back as.
    #[must_use]
    pub fn of(order: NewOrder, fill: NewFill, instrument: &Instrument) -> Self {
        let (shares, dollars) = order.size.amounts();
        Self {
            id: order.id,
            public_id: order.public_id,
            account: order.account,
            symbol: instrument.symbol.clone(),
            name: instrument.name.clone(),
            side: order.side,
            shares,
            dollars,
            state: order.state,
            placed_at: order.placed_at,
            quantity: fill.quantity,
            price: fill.price,
            cash: fill.cash,
            gain: fill.gain,
            bid: fill.bid,
            ask: fill.ask,
            last: fill.last,
            quoted_at: fill.quoted_at,
            filled_at: fill.filled_at,
            balance: fill.balance,
            reversed_at: None,
            reversed_because: None,
        }
    }
}

/// Which orders or fills to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this instrument alone.
    pub instrument: Option<InstrumentId>,
    /// On this side alone.
    pub side: Option<Side>,
    /// At or after this moment.
    pub from: Option<At>,
    /// Before this moment.
    pub until: Option<At>,
    /// After this order.
    pub after: Option<OrderId>,
    /// This order, or before it.
    pub last: Option<OrderId>,
    /// Of the epoch that the account is in, which has a holding of all that was traded in it.
    pub present: bool,
}

impl Filter {
    /// The same, of one epoch of an account alone.
    #[must_use]
    pub fn within(self, epoch: Epoch) -> Self {
        Self { after: Some(epoch.after_order), last: epoch.last_order, present: epoch.end.is_none(), ..self }
    }
}

/// Records orders. It fails when an account has used a key before.
pub(super) fn insert(new: &[&NewOrder]) -> impl Statement {
    insertion!(orders, new, order => {
        id: order.id,
        public_id: &order.public_id,
        account_id: order.account,
        order_key: &order.key,
        instrument_id: order.instrument,
        side: order.side,
        shares: order.size.amounts().0,
        dollars: order.size.amounts().1,
        state: order.state,
        placed_at: order.placed_at,
    })
}

/// The order that `account` placed under `key`, if it did.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn by_key(conn: &mut Conn, account: AccountId, key: &OrderKey) -> Result<Option<OrderLine>, StoreError> {
    let placed = lines().filter(orders::account_id.eq(account)).filter(orders::order_key.eq(key));
    Ok(on_engine!(conn, engine => placed.first(engine)).optional()?)
}

/// The order of `account` with this public name, if it is theirs.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn by_public_id(conn: &mut Conn, account: AccountId, id: &PublicId) -> Result<Option<OrderLine>, StoreError> {
    let theirs = lines().filter(orders::public_id.eq(id)).filter(orders::account_id.eq(account));
    Ok(on_engine!(conn, engine => theirs.first(engine)).optional()?)
}

/// Up to `limit` orders of `account` that pass `filter`, newest first, older than the order `before`.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn newest(
    conn: &mut Conn,
    account: AccountId,
    filter: &Filter,
    before: Option<OrderId>,
    limit: i64,
) -> Result<Vec<OrderLine>, StoreError> {
    // Else all orders of the account would be gone through to find none.
    if let Some(instrument) = filter.instrument
        && filter.present
        && holdings::find(conn, account, instrument)?.is_none()
    {
        return Ok(Vec::new());
    }
    // One bound and not two, so that what is newer than the last of an epoch is not walked through.
    let after_last = filter.last.map(|last| OrderId(last.0.saturating_add(1)));
    let below = before.into_iter().chain(after_last).min().unwrap_or(OrderId(i64::MAX));
    // A filter that does not apply is there all the same, so that lists are few statements.
    let any_side = filter.side.into_sql::<Nullable<Text>>().is_null();
    let theirs = lines()
        .filter(orders::account_id.eq(account))
        .filter(orders::id.lt(below))
        .filter(orders::id.gt(filter.after.unwrap_or(OrderId(0))))
        .filter(orders::side.nullable().eq(filter.side).or(any_side))
        .filter(orders::placed_at.ge(filter.from.unwrap_or(At::EARLIEST)))
        .filter(orders::placed_at.lt(filter.until.unwrap_or(At::LATEST)))
        .order(orders::id.desc())
        .limit(limit);
    Ok(match filter.instrument {
        // Said in the statement, so that the index of the account's orders tells which ones to look at.
        Some(instrument) => {
            let of_one = theirs.filter(orders::instrument_id.eq(instrument));
            on_engine!(conn, engine => of_one.load(engine))
        }
        None => on_engine!(conn, engine => theirs.load(engine)),
    }?)
}

/// Up to `limit` orders of `account`, oldest first, after the order `after`.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn oldest(conn: &mut Conn, account: AccountId, after: OrderId, limit: i64) -> Result<Vec<OrderLine>, StoreError> {
    let theirs = lines().filter(orders::account_id.eq(account)).filter(orders::id.gt(after));
    Ok(theirs.order(orders::id).limit(limit).load(conn)?)
}

/// The order with this public name, whosever it is.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn named(conn: &mut Conn, id: &PublicId) -> Result<Option<OrderLine>, StoreError> {
    Ok(lines().filter(orders::public_id.eq(id)).first(conn).optional()?)
}

#[diesel::dsl::auto_type]
fn lines() -> _ {
    let undone = reversals::table.on(reversals::order_id.eq(orders::id));
    let by = ledger_entries::table.on(ledger_entries::id.nullable().eq(reversals::entry_id.nullable()));
    let filled =
        orders::table.inner_join(instruments::table).inner_join(fills::table.on(fills::order_id.eq(orders::id)));
    filled.left_join(undone).left_join(by).select((
        orders::id,
        orders::public_id,
        orders::account_id,
        instruments::symbol,
        instruments::name,
        orders::side,
        orders::shares,
        orders::dollars,
        orders::state,
        orders::placed_at,
        fills::quantity,
        fills::price,
        fills::cash,
        fills::gain,
        fills::bid,
        fills::ask,
        fills::last,
        fills::quoted_at,
        fills::filled_at,
        fills::balance,
        reversals::reversed_at.nullable(),
        ledger_entries::memo.nullable(),
    ))
}
