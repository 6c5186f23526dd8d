//! What a person asked for about themselves is done only if they are still who they were when they asked: hashing takes a
//! while, and staff may have reset their password or ended their session meanwhile.

use super::{AccountsError, acting, codes};
use crate::domain::{Act, At, Author, Details, Role, Subject, UserId};
use crate::store::sessions::Found;
use crate::store::users::User;
use crate::store::{Conn, StoreError, audit, sessions};
use std::net::IpAddr;

/// The session that asks for a new password, and the one as which it goes on afterwards. The others end.
#[derive(Debug, Clone)]
pub struct Renewal {
    /// The hash of its key.
    pub from: String,
    /// The hash of the key that it has from then on.
    pub to: String,
}

/// The session with the hash `session`, if `user` may still use it.
///
/// # Errors
/// [`AccountsError::SessionOver`], or a failure of the store.
pub(super) fn still_open(conn: &mut Conn, user: UserId, session: &str) -> Result<Found, AccountsError> {
    let found = sessions::find(conn, session)?.filter(|found| found.session.user_id == user);
    found.ok_or(AccountsError::SessionOver)
}

/// As [`still_open`], if the password is still the one that `user` was read with.
///
/// # Errors
/// Likewise.
pub(super) fn still_theirs(conn: &mut Conn, user: &User, session: &str) -> Result<Found, AccountsError> {
    let found = still_open(conn, user.id, session)?;
    if found.session.password_version == user.password_version { Ok(found) } else { Err(AccountsError::SessionOver) }
}

/// Gives `found`'s owner another password at their own wish and lets their session go on; the password's version. It is
/// on record when they are of the staff.
///
/// # Errors
/// When the store fails.
pub(super) fn set_own_password(
    conn: &mut Conn,
    found: &Found,
    hash: &str,
    renewal: &Renewal,
    (address, now): (IpAddr, At),
) -> Result<i64, StoreError> {
    let user = found.session.user_id;
    let version = codes::set_password(conn, user, hash, Some(&renewal.from), now)?;
    acting::note_end(conn, &found.session, "", "the session ended", now)?;
    sessions::renew(conn, &renewal.from, &renewal.to, version)?;
    if found.role != Role::Trader {
        let author = Author { user: Some(user), address: address.to_string(), session: None };
        audit::note(conn, &author, Act::SetPassword, &Subject::user(user), &Details::default(), now)?;
    }
    Ok(version)
}
