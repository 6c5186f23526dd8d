//! The instruments that people have starred.

use super::Conn;
use super::error::StoreError;
use super::kept::on_engine;
use super::schema::watches;
use crate::domain::{InstrumentId, UserId};
use diesel::prelude::*;

/// Stars or unstars `instrument` for `user`; doing either twice changes nothing.
///
/// # Errors
/// When the database fails.
pub fn set(conn: &mut Conn, user: UserId, instrument: InstrumentId, watched: bool) -> Result<(), StoreError> {
    diesel::delete(watches::table.find((user, instrument))).execute(conn)?;
    if watched {
        let row = (watches::user_id.eq(user), watches::instrument_id.eq(instrument));
        diesel::insert_into(watches::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// What `user` has starred; as many as there are instruments at most.
///
/// # Errors
/// When the database fails.
pub fn of_user(conn: &mut Conn, user: UserId) -> Result<Vec<InstrumentId>, StoreError> {
    let theirs = watches::table.filter(watches::user_id.eq(user)).select(watches::instrument_id);
    Ok(on_engine!(conn, engine => theirs.load(engine))?)
}

/// Forgets all that `user` has starred.
///
/// # Errors
/// When the database fails.
pub fn clear(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    diesel::delete(watches::table.filter(watches::user_id.eq(user))).execute(conn)?;
    Ok(())
}
