//! Accounts: the cash, and where the ledger stands.

use super::Conn;
use super::error::{StoreError, exactly_one};
use super::kept::{Statement, change, on_engine};
use super::schema::{accounts, holdings, valuations};
use crate::domain::{AccountId, At, ChainHash, Money, PublicId, Quantity, UserId};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// An account as it stands after its latest ledger entry.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// Its name to the outside.
    pub public_id: PublicId,
    /// Whose.
    pub user_id: UserId,
    /// Cash at hand; never negative.
    pub cash: Money,
    /// What was put in since the account began the last time, less what was taken out: money, and shares that the
    /// house gave or took at the cost it stated.
    pub contributed: Money,
    /// How many entries its ledger has.
    pub entries: i64,
    /// The hash of its newest entry.
    pub head: ChainHash,
    /// Since when.
    pub opened_at: At,
    /// Since when it takes no orders and moves no money for its owner, if it is frozen.
    pub frozen_at: Option<At>,
    /// Why, if it is frozen.
    pub frozen_because: Option<String>,
    /// How often it has begun.
    pub epoch: i64,
    /// The number of the entry that it began with the last time.
    pub epoch_start: i64,
}

/// That an account takes no orders and moves no money for its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// Since when.
    pub at: At,
    /// Why, for its owner to read.
    pub because: String,
}

impl Account {
    /// Since when it is frozen and why, if it is.
    #[must_use]
    pub fn frozen(&self) -> Option<Frozen> {
        self.frozen_at.map(|at| Frozen { at, because: self.frozen_because.clone().unwrap_or_default() })
    }
}

/// Opens an empty account for `user`.
///
/// # Errors
/// When the database fails.
pub fn open(conn: &mut Conn, user: UserId, at: At) -> Result<Account, StoreError> {
    let public_id = PublicId::random();
    let id = diesel::insert_into(accounts::table)
        .values((
            accounts::public_id.eq(&public_id),
            accounts::user_id.eq(user),
            accounts::cash.eq(Money::ZERO),
            accounts::contributed.eq(Money::ZERO),
            accounts::entries.eq(0_i64),
            accounts::head.eq(ChainHash::START),
            accounts::opened_at.eq(at),
        ))
        .returning(accounts::id)
        .get_result(conn)?;
    Ok(Account {
        id,
        public_id,
        user_id: user,
        cash: Money::ZERO,
        contributed: Money::ZERO,
        entries: 0,
        head: ChainHash::START,
        opened_at: at,
        frozen_at: None,
        frozen_because: None,
        epoch: 1,
        epoch_start: 1,
    })
}

/// The account with this id.
///
/// # Errors
/// When the database fails, the row is corrupt, or there is no such account.
pub fn get(conn: &mut Conn, id: AccountId) -> Result<Account, StoreError> {
    Ok(on_engine!(conn, engine => accounts::table.find(id).select(Account::as_select()).first(engine))?)
}

/// The first account of `user`: the one they trade in.
///
/// # Errors
/// When the database fails, the row is corrupt, or they have none.
pub fn of_user(conn: &mut Conn, user: UserId) -> Result<Account, StoreError> {
    let theirs = accounts::table.filter(accounts::user_id.eq(user)).order(accounts::id);
    Ok(theirs.select(Account::as_select()).first(conn)?)
}

/// The account with this public name, if there is one.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn by_public_id(conn: &mut Conn, id: &PublicId) -> Result<Option<Account>, StoreError> {
    let named = accounts::table.filter(accounts::public_id.eq(id));
    Ok(named.select(Account::as_select()).first(conn).optional()?)
}

/// Up to `limit` accounts that hold shares, by id, after the account `after`.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn with_shares(conn: &mut Conn, after: AccountId, limit: i64) -> Result<Vec<Account>, StoreError> {
    let shares =
        holdings::table.filter(holdings::account_id.eq(accounts::id)).filter(holdings::quantity.gt(Quantity::ZERO));
    let holding =
        accounts::table.filter(accounts::id.gt(after)).filter(exists(shares)).order(accounts::id).limit(limit);
    Ok(holding.select(Account::as_select()).load(conn)?)
}

/// Up to `limit` accounts that hold no shares, have had more than their opening, and whose cash is not what they were
/// last valued at, by id, after the account `after`.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn valued_otherwise(conn: &mut Conn, after: AccountId, limit: i64) -> Result<Vec<Account>, StoreError> {
    let shares =
        holdings::table.filter(holdings::account_id.eq(accounts::id)).filter(holdings::quantity.gt(Quantity::ZERO));
    let last = valuations::table.filter(valuations::account_id.eq(accounts::id)).order(valuations::at.desc()).limit(1);
    let last = last.select(valuations::value).single_value();
    let otherwise = accounts::table
        .filter(accounts::id.gt(after))
        .filter(accounts::entries.gt(1_i64))
        .filter(not(exists(shares)))
        .filter(last.is_null().or(last.ne(accounts::cash.nullable())))
        .order(accounts::id)
        .limit(limit);
    Ok(otherwise.select(Account::as_select()).load(conn)?)
}

/// Freezes an account, or says anew since when and why it is frozen; or lets it go on, with nothing.
///
/// # Errors
/// When the database fails, or there is no such account.
pub fn set_frozen(conn: &mut Conn, id: AccountId, frozen: Option<&Frozen>) -> Result<(), StoreError> {
    let frozen = (
        accounts::frozen_at.eq(frozen.map(|frozen| frozen.at)),
        accounts::frozen_because.eq(frozen.map(|frozen| frozen.because.as_str())),
    );
    exactly_one(diesel::update(accounts::table.find(id)).set(frozen).execute(conn)?, "freezing an account")
}

/// Says anew why the accounts of `user` that are frozen are.
///
/// # Errors
/// When the database fails.
pub fn explain_freezing(conn: &mut Conn, user: UserId, because: &str) -> Result<(), StoreError> {
    let frozen = accounts::table.filter(accounts::user_id.eq(user)).filter(accounts::frozen_at.is_not_null());
    diesel::update(frozen).set(accounts::frozen_because.eq(because)).execute(conn)?;
    Ok(())
}

/// Moves accounts from where they stood to how they are `after`, in step with the entries that say why; no row for one
/// that no longer stands where that says it came from.
pub(super) fn advance(after: &[&Account]) -> impl Statement {
    change!(accounts, after, after => {
        cash: after.cash,
        contributed: after.contributed,
        entries: after.entries,
        head: after.head,
    } where {
        id: after.id,
        entries: after.entries - 1,
    })
}
