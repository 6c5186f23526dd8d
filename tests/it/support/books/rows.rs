//! The rows that are audited, as they stand in the database.

use super::UNITS_PER_CENT;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use tradefloor::domain::Side;
use tradefloor::store::Conn;

#[derive(QueryableByName)]
pub(super) struct AccountRow {
    #[diesel(sql_type = BigInt)]
    pub(super) id: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) cash: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) contributed: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) entries: i64,
    #[diesel(sql_type = Binary)]
    pub(super) head: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    pub(super) epoch: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) epoch_start: i64,
}

#[derive(QueryableByName)]
pub(super) struct EpochRow {
    #[diesel(sql_type = BigInt)]
    pub(super) epoch: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) start: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) after_order: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) began_at: i64,
}

#[derive(QueryableByName)]
pub(super) struct ReversalRow {
    #[diesel(sql_type = BigInt)]
    pub(super) order_id: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) sequence: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) reversed_at: i64,
}

#[derive(QueryableByName)]
pub(super) struct EntryRow {
    #[diesel(sql_type = BigInt)]
    pub(super) sequence: i64,
    #[diesel(sql_type = Text)]
    pub(super) kind: String,
    #[diesel(sql_type = BigInt)]
    pub(super) cash: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) balance: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) instrument_id: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub(super) quantity: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) cost: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) order_id: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub(super) at: i64,
    #[diesel(sql_type = Text)]
    pub(super) memo: String,
    #[diesel(sql_type = Binary)]
    pub(super) hash: Vec<u8>,
}

#[derive(QueryableByName)]
pub(super) struct FillRow {
    #[diesel(sql_type = BigInt)]
    pub(super) order_id: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) shares: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) dollars: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub(super) instrument_id: i64,
    #[diesel(sql_type = Text)]
    pub(super) side: String,
    #[diesel(sql_type = BigInt)]
    pub(super) quantity: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) price: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) cash: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) gain: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub(super) bid: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) ask: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) filled_at: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) balance: i64,
}

#[derive(QueryableByName)]
pub(super) struct HoldingRow {
    #[diesel(sql_type = BigInt)]
    pub(super) instrument_id: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) quantity: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) cost: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) realised: i64,
}

#[derive(QueryableByName)]
pub(super) struct Word {
    #[diesel(sql_type = Text)]
    pub(super) word: String,
}

pub(super) fn rows<R>(conn: &mut Conn, query: &str) -> Result<Vec<R>, String>
where
    R: QueryableByName<<Conn as Connection>::Backend> + 'static,
{
    diesel::sql_query(query).load(conn).map_err(|error| format!("the rows of {query:?} cannot be read: {error}"))
}

pub(super) fn ensure(agrees: bool, disagreement: impl FnOnce() -> String) -> Result<(), String> {
    if agrees { Ok(()) } else { Err(disagreement()) }
}

impl FillRow {
    /// It met the right side of its quote, its cash follows from price and quantity, and it is what was ordered.
    pub(super) fn is_sound(&self) -> Result<(), String> {
        let buys = self.side == Side::Buy.as_str();
        ensure(self.bid <= self.ask, || format!("it met the bid {} above the ask {}", self.bid, self.ask))?;
        let met = if buys { self.ask } else { self.bid };
        ensure(self.price == met, || format!("the price is {} and the quote was {met}", self.price))?;
        ensure(i128::from(self.cash) == self.cash_of(self.quantity.into()), || {
            format!("{} units at {} do not come to {}", self.quantity, self.price, self.cash)
        })?;
        match (self.shares, self.dollars) {
            (Some(shares), None) => {
                ensure(shares == self.quantity, || format!("{shares} units were asked for and {} moved", self.quantity))
            }
            (None, Some(dollars)) => ensure(self.is_the_size_of(dollars.into()), || {
                format!("{} units are not what {dollars} cents come to", self.quantity)
            }),
            sizes => Err(format!("the size of the order is {sizes:?}")),
        }
    }

    /// A buyer pays the next whole cent up, a seller gets the whole cents below.
    pub(super) fn cash_of(&self, quantity: i128) -> i128 {
        let exact = i128::from(self.price) * quantity;
        if self.side == Side::Buy.as_str() {
            (exact + UNITS_PER_CENT - 1) / UNITS_PER_CENT
        } else {
            exact / UNITS_PER_CENT
        }
    }

    /// A buyer gets the most shares for the money, a seller gives the fewest.
    pub(super) fn is_the_size_of(&self, dollars: i128) -> bool {
        let quantity = i128::from(self.quantity);
        if self.side == Side::Buy.as_str() {
            self.cash_of(quantity) <= dollars && self.cash_of(quantity + 1) > dollars
        } else {
            self.cash_of(quantity) >= dollars && self.cash_of(quantity - 1) < dollars
        }
    }
}
