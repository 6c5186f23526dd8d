//! Sessions, kept on the server. The table holds a hash of each key, so that reading it lets nobody in.

use super::Conn;
use super::error::{StoreError, exactly_one};
use super::kept::on_engine;
use super::schema::{sessions, users};
use crate::domain::{At, Role, UserId, Username};
use diesel::prelude::*;

/// A browser's session.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct Session {
    /// SHA-256 of the key in the browser's cookie, in hexadecimal.
    pub key_hash: String,
    /// Who is signed in with it.
    pub user_id: UserId,
    /// Which of their passwords began it.
    pub password_version: i64,
    /// What the site remembers about it, as JSON.
    pub state: String,
    /// Since when.
    pub created_at: At,
    /// When it was last used, to the minute or so.
    pub seen_at: At,
    /// When it ends at the latest.
    pub expires_at: At,
    /// Until when it may use the back office.
    pub granted_until: Option<At>,
    /// As whom it looks at the site.
    pub acting_as: Option<UserId>,
    /// Until when.
    pub acting_until: Option<At>,
}

/// A session that was found, and who uses it, as they are now.
#[derive(Debug, Clone)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// What they are called.
    pub username: Username,
    /// What they may do.
    pub role: Role,
    /// Whether they have a password of their own.
    pub has_password: bool,
}

/// Adds a session.
///
/// # Errors
/// When the database fails.
pub fn insert(conn: &mut Conn, session: &Session) -> Result<(), StoreError> {
    exactly_one(diesel::insert_into(sessions::table).values(session).execute(conn)?, "adding a session")
}

/// The session with this hash, whether or not it has ended, and who uses it. Nothing once they have
/// left, may not sign in, or have another password than the one that began it.
///
/// # Errors
/// When the database fails.
pub fn find(conn: &mut Conn, key_hash: &str) -> Result<Option<Found>, StoreError> {
    let theirs = sessions::table
        .inner_join(users::table)
        .filter(sessions::key_hash.eq(key_hash))
        .filter(users::closed_at.is_null())
        .filter(users::disabled_at.is_null())
        .filter(users::password_version.eq(sessions::password_version));
    let has_password = users::password_hash.ne("");
    let found = on_engine!(conn, engine => {
        theirs.select((Session::as_select(), users::username, users::role, has_password)).first(engine)
    });
    let found = found.optional()?;
    Ok(found.map(|(session, username, role, has_password)| Found { session, username, role, has_password }))
}

/// Replaces what a session remembers. One that has been ended meanwhile stays ended.
///
/// # Errors
/// When the database fails.
pub fn update(conn: &mut Conn, key_hash: &str, state: &str) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(key_hash)).set(sessions::state.eq(state)).execute(conn)?;
    Ok(())
}

/// Remembers that a session was used.
///
/// # Errors
/// When the database fails.
pub fn touch(conn: &mut Conn, key_hash: &str, seen_at: At) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(key_hash)).set(sessions::seen_at.eq(seen_at)).execute(conn)?;
    Ok(())
}

/// Lets a session use the back office until then. One that has been ended meanwhile stays ended.
///
/// # Errors
/// When the database fails.
pub fn grant(conn: &mut Conn, key_hash: &str, until: Option<At>) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(key_hash)).set(sessions::granted_until.eq(until)).execute(conn)?;
    Ok(())
}

/// Lets no session of `user` use the back office any more.
///
/// # Errors
/// When the database fails.
pub fn end_grants(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    let none: Option<At> = None;
    let theirs = sessions::table.filter(sessions::user_id.eq(user));
    diesel::update(theirs).set(sessions::granted_until.eq(none)).execute(conn)?;
    Ok(())
}

/// Lets a session go on under another key, as one that the password of this version began: without the back office, and
/// as its owner.
///
/// # Errors
/// When the database fails or the session has ended.
pub fn renew(conn: &mut Conn, key_hash: &str, new_hash: &str, password_version: i64) -> Result<(), StoreError> {
    let (no_time, nobody): (Option<At>, Option<UserId>) = (None, None);
    let renewed = (
        sessions::key_hash.eq(new_hash),
        sessions::password_version.eq(password_version),
        sessions::granted_until.eq(no_time),
        sessions::acting_as.eq(nobody),
        sessions::acting_until.eq(no_time),
    );
    exactly_one(diesel::update(sessions::table.find(key_hash)).set(renewed).execute(conn)?, "renewing a session")
}

/// The session with this hash, as it is kept.
///
/// # Errors
/// When the database fails.
pub fn get(conn: &mut Conn, key_hash: &str) -> Result<Option<Session>, StoreError> {
    Ok(sessions::table.find(key_hash).select(Session::as_select()).first(conn).optional()?)
}

/// Lets a session look at the site as somebody else until then, or as its owner again.
///
/// # Errors
/// When the database fails or the session has ended.
pub fn act_as(conn: &mut Conn, key_hash: &str, acting: Option<(UserId, At)>) -> Result<(), StoreError> {
    let (user, until) = acting.unzip();
    let acting = (sessions::acting_as.eq(user), sessions::acting_until.eq(until));
    exactly_one(diesel::update(sessions::table.find(key_hash)).set(acting).execute(conn)?, "acting as somebody")
}

/// Up to `limit` sessions that look at the site as somebody else, of those that `of` says.
///
/// # Errors
/// When the database fails.
pub fn acting(conn: &mut Conn, of: Acting, limit: i64) -> Result<Vec<Session>, StoreError> {
    let acting = sessions::table.filter(sessions::acting_until.is_not_null()).limit(limit);
    let acting = acting.select(Session::as_select());
    Ok(match of {
        Acting::Of(user) => acting.filter(sessions::user_id.eq(user)).load(conn)?,
        Acting::Over(now) => acting.filter(sessions::acting_until.le(now)).load(conn)?,
        Acting::Ended { now, idle } => {
            acting.filter(sessions::expires_at.le(now).or(sessions::seen_at.le(idle))).load(conn)?
        }
    })
}

/// Which sessions that look at the site as somebody else.
#[derive(Debug, Clone, Copy)]
pub enum Acting {
    /// This person's.
    Of(UserId),
    /// Those whose time was over by then.
    Over(At),
    /// Those that are themselves past their end at `now`, or were not used since `idle`.
    Ended {
        /// The present.
        now: At,
        /// The moment since when they must have been used.
        idle: At,
    },
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub fn delete(conn: &mut Conn, key_hash: &str) -> Result<(), StoreError> {
    diesel::delete(sessions::table.find(key_hash)).execute(conn)?;
    Ok(())
}

/// Up to `limit` sessions of `user`, latest used first.
///
/// # Errors
/// When the database fails.
pub fn of_user(conn: &mut Conn, user: UserId, limit: i64) -> Result<Vec<Session>, StoreError> {
    let theirs = sessions::table.filter(sessions::user_id.eq(user)).order(sessions::seen_at.desc()).limit(limit);
    Ok(theirs.select(Session::as_select()).load(conn)?)
}

/// Ends all sessions of `user` but the one with the hash `kept`; how many those were.
///
/// # Errors
/// When the database fails.
pub fn delete_of_user(conn: &mut Conn, user: UserId, kept: Option<&str>) -> Result<usize, StoreError> {
    let others = sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::key_hash.ne(kept.unwrap_or("")));
    Ok(diesel::delete(others).execute(conn)?)
}

/// Removes sessions that are past their end, or were not used since `idle`, but none that look at the site as somebody
/// else, whose end goes on record; how many those were.
///
/// # Errors
/// When the database fails.
pub fn delete_ended(conn: &mut Conn, now: At, idle: At) -> Result<usize, StoreError> {
    let ended = sessions::table
        .filter(sessions::acting_until.is_null())
        .filter(sessions::expires_at.le(now).or(sessions::seen_at.le(idle)));
    Ok(diesel::delete(ended).execute(conn)?)
}
