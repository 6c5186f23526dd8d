//! What people sign in with before they have a password. The table holds a hash of each code, so that reading it lets
//! nobody in.

use super::Conn;
use super::error::{StoreError, exactly_one};
use super::schema::sign_in_codes;
use crate::domain::{At, UserId};
use diesel::prelude::*;

/// Somebody's code.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sign_in_codes)]
pub struct Code {
    /// Whose.
    pub user_id: UserId,
    /// SHA-256 of the code, in hexadecimal.
    pub code_hash: String,
    /// Since when it is good.
    pub created_at: At,
    /// From when on it is not.
    pub expires_at: At,
}

/// Keeps a code in place of any that its owner had.
///
/// # Errors
/// When the database fails.
pub fn put(conn: &mut Conn, code: &Code) -> Result<(), StoreError> {
    delete(conn, code.user_id)?;
    exactly_one(diesel::insert_into(sign_in_codes::table).values(code).execute(conn)?, "keeping a code")
}

/// The code of `user`, if they have one that is good at `now`.
///
/// # Errors
/// When the database fails.
pub fn of_user(conn: &mut Conn, user: UserId, now: At) -> Result<Option<Code>, StoreError> {
    let good = sign_in_codes::table.find(user).filter(sign_in_codes::expires_at.gt(now));
    Ok(good.select(Code::as_select()).first(conn).optional()?)
}

/// Forgets the code of `user`.
///
/// # Errors
/// When the database fails.
pub fn delete(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    diesel::delete(sign_in_codes::table.find(user)).execute(conn)?;
    Ok(())
}

/// Forgets codes that are good no longer; how many those were.
///
/// # Errors
/// When the database fails.
pub fn delete_expired(conn: &mut Conn, now: At) -> Result<usize, StoreError> {
    Ok(diesel::delete(sign_in_codes::table.filter(sign_in_codes::expires_at.le(now))).execute(conn)?)
}
