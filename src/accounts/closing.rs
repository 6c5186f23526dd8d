//! Leaving: the person is forgotten, the books stay whole.

use super::{Accounts, AccountsError, acting, renewal, staff};
use crate::domain::{Act, At, Author, Details, PublicId, Role, Subject, UserId, Username};
use crate::store::users::User;
use crate::store::{Conn, Lock, StoreError, accounts, audit, codes, users, watches};
use std::net::IpAddr;

/// Why an account is frozen whose owner has been forgotten: what staff wrote may have named them.
const NEUTRAL: &str = "Its owner has left.";

impl Accounts {
    /// Closes a person's account at their own wish, from the session with the hash `session`: name, password, code, stars and
    /// sessions go, and the ledger stays under a placeholder. The name is free for others at once. It is on record when they
    /// are of the staff.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when `password` is not theirs, [`AccountsError::LastAdministrator`],
    /// [`AccountsError::SessionOver`] when the session has ended meanwhile, [`AccountsError::Throttled`], or a failure of
    /// hashing or the store.
    pub async fn close(
        &self,
        user: &User,
        session: String,
        password: String,
        address: IpAddr,
    ) -> Result<(), AccountsError> {
        self.confirm_from(&session, user, password, address).await?;
        let (user, now) = (user.clone(), self.clock.now());
        self.store
            .write(Lock::Leaver(user.id), move |conn| {
                audit::hold(conn)?;
                let role = renewal::still_theirs(conn, &user, &session)?.role;
                if staff::is_last_administrator(conn, &User { role, ..user.clone() })? {
                    return Err(AccountsError::LastAdministrator);
                }
                let placeholder = forget(conn, user.id, now)?;
                if role != Role::Trader {
                    let author = Author { user: Some(user.id), address: address.to_string(), session: None };
                    let said = Details::default().with("name", &placeholder);
                    audit::note(conn, &author, Act::EraseUser, &Subject::user(user.id), &said, now)?;
                }
                Ok(())
            })
            .await
    }
}

/// Takes everything away that tells who somebody was; the name that stands in its place. For a transaction that holds
/// [`Lock::Leaver`].
pub(super) fn forget(conn: &mut Conn, id: UserId, now: At) -> Result<Username, StoreError> {
    // Random, so that nobody can have taken it beforehand.
    let mut placeholder = format!("closed-{}", PublicId::random());
    placeholder.truncate(Username::LONGEST);
    let placeholder: Username =
        placeholder.parse().map_err(|_| StoreError::Corrupt(format!("no placeholder fits user {id}")))?;
    acting::end_sessions(conn, id, None, now)?;
    watches::clear(conn, id)?;
    codes::delete(conn, id)?;
    accounts::explain_freezing(conn, id, NEUTRAL)?;
    users::close(conn, id, &placeholder, now)?;
    Ok(placeholder)
}
