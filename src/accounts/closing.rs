//! Leaving: the person is forgotten, the books stay whole.

use super::{Accounts, AccountsError};
use crate::domain::{PublicId, Username};
use crate::store::users::User;
use crate::store::{Lock, StoreError, sessions, users, watches};
use std::net::IpAddr;

impl Accounts {
    /// Closes a person's account at their own wish: name, password, stars and sessions go, and the ledger
    /// stays under a placeholder. The name is free for others at once.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when `password` is not theirs, [`AccountsError::Throttled`],
    /// or a failure of hashing or the store.
    pub async fn close(&self, user: &User, password: String, address: IpAddr) -> Result<(), AccountsError> {
        self.confirm(user, password, address).await?;
        let (id, now) = (user.id, self.clock.now());
        // Random, so that nobody can have taken it beforehand.
        let mut placeholder = format!("closed-{}", PublicId::random());
        placeholder.truncate(Username::LONGEST);
        let placeholder: Username =
            placeholder.parse().map_err(|_| StoreError::Corrupt(format!("no placeholder fits user {id}")))?;
        self.store
            .write(Lock::User(id), move |conn| {
                sessions::delete_of_user(conn, id, None)?;
                watches::clear(conn, id)?;
                Ok(users::close(conn, id, &placeholder, now)?)
            })
            .await
    }
}
