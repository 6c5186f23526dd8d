//! Leaving: the person is forgotten, the books stay whole.

use super::{Accounts, AccountsError, acting};
use crate::domain::{At, PublicId, UserId, Username};
use crate::store::users::User;
use crate::store::{Conn, Lock, StoreError, codes, users, watches};
use std::net::IpAddr;

impl Accounts {
    /// Closes a person's account at their own wish: name, password, code, stars and sessions go, and the ledger
    /// stays under a placeholder. The name is free for others at once.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when `password` is not theirs, [`AccountsError::Throttled`],
    /// or a failure of hashing or the store.
    pub async fn close(&self, user: &User, password: String, address: IpAddr) -> Result<(), AccountsError> {
        self.confirm(user, password, address).await?;
        let (id, now) = (user.id, self.clock.now());
        self.store.write(Lock::User(id), move |conn| Ok(forget(conn, id, now).map(|_| ())?)).await
    }
}

/// Takes everything away that tells who somebody was; the name that stands in its place.
pub(super) fn forget(conn: &mut Conn, id: UserId, now: At) -> Result<Username, StoreError> {
    // Random, so that nobody can have taken it beforehand.
    let mut placeholder = format!("closed-{}", PublicId::random());
    placeholder.truncate(Username::LONGEST);
    let placeholder: Username =
        placeholder.parse().map_err(|_| StoreError::Corrupt(format!("no placeholder fits user {id}")))?;
    acting::end_sessions(conn, id, None, now)?;
    watches::clear(conn, id)?;
    codes::delete(conn, id)?;
    users::close(conn, id, &placeholder, now)?;
    Ok(placeholder)
}
