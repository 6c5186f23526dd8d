//! The back office asks for the password again, and lets a session in for a while.

use super::{Accounts, AccountsError, renewal};
use crate::domain::{Act, At, Author, Details, Role, Subject};
use crate::store::users::User;
use crate::store::{Lock, StoreError, audit, sessions};
use std::net::IpAddr;
use std::time::Duration;

/// How long the back office stays open for a session.
pub const GRANTED_FOR: Duration = Duration::from_mins(15);

impl Accounts {
    /// Opens the back office for the session with the hash `session`, or keeps it open; until when. Both a right and
    /// a wrong password go on record.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`], [`AccountsError::SessionOver`] when the session has ended meanwhile,
    /// [`AccountsError::Throttled`], or a failure of hashing or the store.
    pub async fn grant(
        &self,
        user: &User,
        session: String,
        password: String,
        address: IpAddr,
    ) -> Result<At, AccountsError> {
        let confirmed = self.confirm(user, password, address).await;
        let author = Author { user: Some(user.id), address: address.to_string(), session: None };
        let (subject, now) = (Subject::user(user.id), self.clock.now());
        let until = now.plus(GRANTED_FOR);
        match confirmed {
            Ok(()) => {
                let said = Details::default().with("until", &until);
                let asker = user.clone();
                let granted = move |conn: &mut _| {
                    audit::hold(conn)?;
                    renewal::still_theirs(conn, &asker, &session)?;
                    sessions::grant(conn, &session, Some(until))?;
                    Ok(audit::note(conn, &author, Act::GrantGiven, &subject, &said, now)?)
                };
                self.store.write(Lock::User(user.id), granted).await.map(|()| until)
            }
            Err(AccountsError::WrongCredentials) => {
                let refused = move |conn: &mut _| {
                    audit::note(conn, &author, Act::GrantRefused, &subject, &Details::default(), now)
                };
                self.store.write(Lock::User(user.id), refused).await?;
                Err(AccountsError::WrongCredentials)
            }
            Err(error) => Err(error),
        }
    }

    /// Closes the back office for the session with the hash `session`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_grant(&self, user: &User, session: String) -> Result<(), AccountsError> {
        let ended = move |conn: &mut _| -> Result<(), StoreError> { sessions::grant(conn, &session, None) };
        Ok(self.store.write(Lock::User(user.id), ended).await?)
    }

    /// Puts it on record that somebody gave the name of `user` and was not let in, when they are of the staff. Nobody waits for
    /// it: an answer that takes longer would tell whose names those are.
    pub(super) fn note_refused_sign_in(&self, user: &User, address: IpAddr, because: &'static str) {
        if user.role == Role::Trader {
            return;
        }
        // Who it was is not known.
        let author = Author { user: None, address: address.to_string(), session: None };
        let (subject, said) = (Subject::user(user.id), Details::default().with("because", because));
        let (store, id, now) = (self.store.clone(), user.id, self.clock.now());
        tokio::spawn(async move {
            let refused = move |conn: &mut _| audit::note(conn, &author, Act::SignInRefused, &subject, &said, now);
            let noted: Result<(), StoreError> = store.write(Lock::User(id), refused).await;
            if let Err(error) = noted {
                tracing::warn!(%error, "a refused sign-in is not on record");
            }
        });
    }

    /// Puts a sign-in of somebody of the staff on record.
    pub(super) async fn note_sign_in(&self, user: &User, address: IpAddr) -> Result<(), AccountsError> {
        let author = Author { user: Some(user.id), address: address.to_string(), session: None };
        let (subject, said) = (Subject::user(user.id), Details::default().with("role", &user.role));
        let now = self.clock.now();
        let noted = move |conn: &mut _| audit::note(conn, &author, Act::SignIn, &subject, &said, now);
        Ok(self.store.write(Lock::User(user.id), noted).await?)
    }
}
