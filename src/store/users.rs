//! People who sign in.

use super::Conn;
use super::error::{StoreError, exactly_one, is_duplicate};
use super::schema::users;
use crate::domain::{At, Role, UserId, Username};
use diesel::prelude::*;

/// A person. Once closed, the name is a placeholder and the hash verifies no password.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// The name, in the spelling they chose.
    pub username: Username,
    /// The bcrypt hash of their password, or nothing that verifies.
    pub password_hash: String,
    /// Which of their passwords that is, from 1.
    pub password_version: i64,
    /// What they may do.
    pub role: Role,
    /// When they signed up.
    pub created_at: At,
    /// When they left.
    pub closed_at: Option<At>,
    /// Since when they may not sign in.
    pub disabled_at: Option<At>,
    /// Why not, in the words of whoever decided it.
    pub disabled_because: Option<String>,
}

/// A person to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name to sign in with.
    pub username: Username,
    /// The bcrypt hash of their password.
    pub password_hash: String,
    /// What they may do.
    pub role: Role,
    /// When.
    pub created_at: At,
}

/// Adds a person. Nothing when the name is taken in any spelling.
///
/// # Errors
/// When the database fails.
pub fn insert(conn: &mut Conn, new: &NewUser) -> Result<Option<UserId>, StoreError> {
    let inserted = diesel::insert_into(users::table)
        .values((
            users::username.eq(&new.username),
            users::username_key.eq(new.username.key()),
            users::password_hash.eq(&new.password_hash),
            users::password_version.eq(1_i64),
            users::role.eq(new.role),
            users::created_at.eq(new.created_at),
        ))
        .returning(users::id)
        .get_result(conn);
    match inserted {
        Ok(id) => Ok(Some(id)),
        Err(error) if is_duplicate(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The person with this id.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn find(conn: &mut Conn, id: UserId) -> Result<Option<User>, StoreError> {
    Ok(users::table.find(id).select(User::as_select()).first(conn).optional()?)
}

/// The person with this name, in any spelling.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn by_name(conn: &mut Conn, username: &Username) -> Result<Option<User>, StoreError> {
    let with_key = users::table.filter(users::username_key.eq(username.key()));
    Ok(with_key.select(User::as_select()).first(conn).optional()?)
}

/// Up to `limit` people in order of sign-up, after the one with the id `after`.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn list(conn: &mut Conn, after: UserId, limit: i64) -> Result<Vec<User>, StoreError> {
    let later = users::table.filter(users::id.gt(after)).order(users::id).limit(limit);
    Ok(later.select(User::as_select()).load(conn)?)
}

/// Replaces the password hash, which ends all sessions that an earlier one began. Answers with the new version.
///
/// # Errors
/// When the database fails or there is no such person.
pub fn set_password_hash(conn: &mut Conn, id: UserId, hash: &str) -> Result<i64, StoreError> {
    let next = (users::password_hash.eq(hash), users::password_version.eq(users::password_version + 1_i64));
    Ok(diesel::update(users::table.find(id)).set(next).returning(users::password_version).get_result(conn)?)
}

/// Takes the password away, so that none fits, which ends all sessions that one began.
///
/// # Errors
/// When the database fails or there is no such person.
pub fn clear_password(conn: &mut Conn, id: UserId) -> Result<(), StoreError> {
    set_password_hash(conn, id, "").map(|_| ())
}

/// Replaces the name. Says no when somebody else has it in any spelling; the transaction is lost then.
///
/// # Errors
/// When the database fails or there is no such person.
pub fn rename(conn: &mut Conn, id: UserId, name: &Username) -> Result<bool, StoreError> {
    let named = (users::username.eq(name), users::username_key.eq(name.key()));
    match diesel::update(users::table.find(id)).set(named).execute(conn) {
        Ok(changed) => exactly_one(changed, "renaming a user").map(|()| true),
        Err(error) if is_duplicate(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Which of these names somebody has, in any spelling.
///
/// # Errors
/// When the database fails.
pub fn taken(conn: &mut Conn, names: &[Username]) -> Result<Vec<String>, StoreError> {
    let keys: Vec<String> = names.iter().map(Username::key).collect();
    let with_key = users::table.filter(users::username_key.eq_any(keys)).select(users::username_key);
    Ok(with_key.load(conn)?)
}

/// Replaces the role.
///
/// # Errors
/// When the database fails or there is no such person.
pub fn set_role(conn: &mut Conn, id: UserId, role: Role) -> Result<(), StoreError> {
    let changed = diesel::update(users::table.find(id)).set(users::role.eq(role)).execute(conn)?;
    exactly_one(changed, "setting a role")
}

/// Says since when the person may not sign in, and why; nothing lets them in again.
///
/// # Errors
/// When the database fails or there is no such person.
pub fn set_disabled(conn: &mut Conn, id: UserId, disabled: Option<(At, &str)>) -> Result<(), StoreError> {
    let (at, because) = disabled.unzip();
    let changed = diesel::update(users::table.find(id))
        .set((users::disabled_at.eq(at), users::disabled_because.eq(because)))
        .execute(conn)?;
    exactly_one(changed, "disabling or enabling a user")
}

/// How many administrators may sign in.
///
/// # Errors
/// When the database fails.
pub fn administrators(conn: &mut Conn) -> Result<i64, StoreError> {
    let able = users::table
        .filter(users::role.eq(Role::Admin))
        .filter(users::closed_at.is_null())
        .filter(users::disabled_at.is_null());
    Ok(able.count().get_result(conn)?)
}

/// Takes the person's name and password away and marks when; what they traded stays on record.
///
/// # Errors
/// When the database fails or there is no such person.
pub fn close(conn: &mut Conn, id: UserId, placeholder: &Username, at: At) -> Result<(), StoreError> {
    let changed = diesel::update(users::table.find(id))
        .set((
            users::username.eq(placeholder),
            users::username_key.eq(placeholder.key()),
            users::password_hash.eq(""),
            users::disabled_because.eq(None::<String>),
            users::closed_at.eq(at),
        ))
        .execute(conn)?;
    exactly_one(changed, "closing a user")
}

/// Whether anybody who has not left is an administrator.
///
/// # Errors
/// When the database fails.
pub fn any_administrator(conn: &mut Conn) -> Result<bool, StoreError> {
    let administrators = users::table.filter(users::role.eq(Role::Admin)).filter(users::closed_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(administrators)).get_result(conn)?)
}
