//! Numbers about the house as a whole, each found in a bounded number of rows however many there are.

use super::Conn;
use super::error::StoreError;
use crate::domain::{At, Money};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// Rows that are looked at for one number at the most.
pub const LOOKED_AT: i64 = 10_000;

/// How many there are, or that there are at least so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The number.
    pub number: i64,
    /// Whether there may be more than were looked at.
    pub or_more: bool,
}

impl Count {
    const fn of(number: i64) -> Self {
        Self { number, or_more: number >= LOOKED_AT }
    }
}

/// What was done since some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// People who are new.
    pub sign_ups: Count,
    /// Orders that were filled.
    pub orders: Count,
    /// What changed hands in them; of at least so much where there may be more orders.
    pub volume: Money,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// What was done since `since`.
///
/// # Errors
/// When the database fails.
pub fn done_since(conn: &mut Conn, since: At) -> Result<Done, StoreError> {
    let sign_ups = "SELECT count(*) AS number FROM
        (SELECT created_at AS at FROM users ORDER BY id DESC LIMIT $1) newest WHERE at >= $2";
    let orders = "SELECT count(*) AS number FROM
        (SELECT filled_at AS at FROM fills ORDER BY id DESC LIMIT $1) newest WHERE at >= $2";
    let volume = "SELECT CAST(coalesce(sum(cash), 0) AS BIGINT) AS number FROM
        (SELECT cash, filled_at AS at FROM fills ORDER BY id DESC LIMIT $1) newest WHERE at >= $2";
    Ok(Done {
        sign_ups: Count::of(newest(conn, sign_ups, since)?),
        orders: Count::of(newest(conn, orders, since)?),
        volume: Money::from_cents(newest(conn, volume, since)?),
    })
}

/// How many sessions have not come to their end at `now`.
///
/// # Errors
/// When the database fails.
pub fn sessions(conn: &mut Conn, now: At) -> Result<Count, StoreError> {
    let open = "SELECT count(*) AS number FROM (SELECT 1 AS one FROM sessions WHERE expires_at > $2 LIMIT $1) open";
    Ok(Count::of(newest(conn, open, now)?))
}

/// The name of the engine, and how many bytes the database takes.
///
/// # Errors
/// When the database fails.
pub fn size(conn: &mut Conn) -> Result<(&'static str, i64), StoreError> {
    let (engine, bytes) = match conn {
        Conn::Sqlite(_) => {
            ("SQLite", "SELECT page_count * page_size AS number FROM pragma_page_count(), pragma_page_size()")
        }
        Conn::Postgres(_) => ("PostgreSQL", "SELECT pg_database_size(current_database()) AS number"),
    };
    Ok((engine, diesel::sql_query(bytes).get_result::<Number>(conn)?.number))
}

fn newest(conn: &mut Conn, query: &'static str, since: At) -> Result<i64, StoreError> {
    let asked = diesel::sql_query(query).bind::<BigInt, _>(LOOKED_AT).bind::<BigInt, _>(since);
    Ok(asked.get_result::<Number>(conn)?.number)
}
