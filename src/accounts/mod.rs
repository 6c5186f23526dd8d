//! Signing up, signing in, and everything a person may do about being known here.

mod acting;
mod closing;
mod codes;
mod enrolling;
mod grant;
pub mod password;
mod persons;
mod renewal;
pub mod roster;
pub mod staff;
pub mod throttle;

pub use codes::CODE_LASTS;
pub use enrolling::{EnrolRefusal, Enrolled, LARGEST_ROSTER, Newcomer};
pub use grant::GRANTED_FOR;
pub use renewal::Renewal;
pub use staff::{PersonActed, PersonRefusal};

use crate::clock::Clock;
use crate::domain::{Act, Author, Details, Money, NewPassword, Role, Subject, UserId, Username};
use crate::store::users::{NewUser, User};
use crate::store::{self, Lock, Store, StoreError, audit, users};
use password::{HashError, Hasher};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use throttle::Throttle;

/// The desk where people become users. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    clock: Clock,
    hasher: Hasher,
    throttle: Arc<Throttle>,
    opening_balance: Money,
}

/// Why an account matter was not settled.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// Somebody has that name, in some spelling.
    #[error("the username is taken")]
    NameTaken,
    /// The name or the password is wrong; which of them is not said.
    #[error("the username or the password is wrong")]
    WrongCredentials,
    /// The password is right, and the person may not sign in.
    #[error("the person may not sign in")]
    Disabled,
    /// Tried too often.
    #[error("tried too often")]
    Throttled {
        /// How long until the next try.
        wait: Duration,
    },
    /// The code that let them in is no longer valid.
    #[error("the code is no longer valid")]
    CodeIsOver,
    /// They have chosen a password already, with the code that let them in.
    #[error("a password was chosen already")]
    AlreadyChosen,
    /// The new password is the code that somebody else gave them.
    #[error("the password is the code")]
    PasswordIsCode,
    /// The session that asked has ended meanwhile, or its password is theirs no longer.
    #[error("the session is over")]
    SessionOver,
    /// It would leave nobody to run the place.
    #[error("nobody else could run the place")]
    LastAdministrator,
    /// No user has that name.
    #[error("there is nobody of that name")]
    NoSuchUser,
    /// Passwords could not be hashed now.
    #[error(transparent)]
    Hashing(#[from] HashError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// A desk over `store` that opens accounts with `opening_balance`.
    #[must_use]
    pub fn new(store: Store, clock: Clock, hasher: Hasher, throttle: Throttle, opening_balance: Money) -> Self {
        Self { store, clock, hasher, throttle: Arc::new(throttle), opening_balance }
    }

    /// Adds somebody who signs up: a trader, whose account begins with the opening balance; they, as they are then.
    ///
    /// # Errors
    /// [`AccountsError::NameTaken`], or a failure of hashing or the store.
    pub async fn register(&self, username: Username, password: NewPassword) -> Result<User, AccountsError> {
        self.join(username, password, Role::Trader, false).await
    }

    /// Adds somebody as the command line says, on record; they, as they are then.
    ///
    /// # Errors
    /// [`AccountsError::NameTaken`], or a failure of hashing or the store.
    pub async fn add(&self, username: Username, password: NewPassword, role: Role) -> Result<User, AccountsError> {
        self.join(username, password, role, true).await
    }

    async fn join(
        &self,
        username: Username,
        password: NewPassword,
        role: Role,
        by_command: bool,
    ) -> Result<User, AccountsError> {
        let name = username.clone();
        if self.store.read(move |conn| users::by_name(conn, &name)).await?.is_some() {
            return Err(AccountsError::NameTaken);
        }
        let password_hash = self.hasher.hash(password).await?;
        let (now, opening_balance) = (self.clock.now(), self.opening_balance);
        let new = NewUser { username, password_hash, role, created_at: now };
        self.store
            .write(Lock::House, move |conn| {
                if by_command {
                    audit::hold(conn)?;
                }
                let user = users::insert(conn, &new)?.ok_or(AccountsError::NameTaken)?;
                enrolling::open_account(conn, user, opening_balance, now)?;
                if by_command {
                    let said = Details::default().with("role", &role).with("opening balance", &opening_balance);
                    audit::note(conn, &Author::command_line(), Act::CreateUser, &Subject::user(user), &said, now)?;
                }
                let added = users::find(conn, user)?;
                Ok(added.ok_or_else(|| StoreError::Corrupt(format!("user {user} was added and is not there")))?)
            })
            .await
    }

    /// Counts an attempt to sign up from `address`.
    ///
    /// # Errors
    /// [`AccountsError::Throttled`].
    pub fn check_address(&self, address: IpAddr) -> Result<(), AccountsError> {
        self.throttle.check_address(address).map_err(|wait| AccountsError::Throttled { wait })
    }

    /// The person with this name and password, or with this name and the code that stands in its place. An unknown name
    /// takes as long as a wrong password. What goes on record, sign-ins of the staff and what was tried with their names, takes
    /// no time that tells whose name it was.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`], [`AccountsError::Disabled`], [`AccountsError::Throttled`], or a failure of
    /// hashing or the store.
    pub async fn sign_in(&self, username: &str, password: String, address: IpAddr) -> Result<User, AccountsError> {
        let username = username.parse::<Username>().ok();
        match &username {
            Some(username) => self.throttle.check(address, username),
            None => self.throttle.check_address(address),
        }
        .map_err(|wait| AccountsError::Throttled { wait })?;
        let now = self.clock.now();
        let found = match username {
            Some(username) => {
                let read = self.store.read(move |conn| {
                    let Some(user) = users::by_name(conn, &username)? else { return Ok(None) };
                    let code = store::codes::of_user(conn, user.id, now)?;
                    Ok::<_, StoreError>(Some((user, code)))
                });
                read.await?
            }
            None => None,
        };
        let hash = found.as_ref().map(|(user, _)| user.password_hash.clone());
        // A wrong code takes as long as a wrong password, whether or not there is a code or a password.
        let matches = self.hasher.verify(password.clone(), hash).await?;
        let Some((user, code)) = found else { return Err(AccountsError::WrongCredentials) };
        if !matches && !codes::opens(&user, code.as_ref(), &password) {
            self.note_refused_sign_in(&user, address, "a wrong password");
            return Err(AccountsError::WrongCredentials);
        }
        if user.disabled_at.is_some() {
            self.note_refused_sign_in(&user, address, "they may not sign in");
            return Err(AccountsError::Disabled);
        }
        if user.role != Role::Trader {
            self.note_sign_in(&user, address).await?;
        }
        Ok(user)
    }

    /// Replaces a person's own password, which ends all their sessions but the one that `renewal` lets go on; the version of
    /// the new one.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when `current` is not their password, [`AccountsError::SessionOver`] when it was
    /// replaced or their session ended meanwhile, [`AccountsError::Throttled`], or a failure of hashing or the store.
    pub async fn change_password(
        &self,
        user: &User,
        current: String,
        new: NewPassword,
        address: IpAddr,
        renewal: Renewal,
    ) -> Result<i64, AccountsError> {
        self.confirm_from(&renewal.from, user, current, address).await?;
        let (hash, now) = (self.hasher.hash(new).await?, self.clock.now());
        let user = user.clone();
        self.store
            .write(Lock::User(user.id), move |conn| {
                audit::hold(conn)?;
                let found = renewal::still_theirs(conn, &user, &renewal.from)?;
                Ok(renewal::set_own_password(conn, &found, &hash, &renewal, (address, now))?)
            })
            .await
    }

    /// Sets the password of the person called `username` from the command line, and ends all their sessions.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchUser`], or a failure of hashing or the store.
    pub async fn set_password(&self, username: &Username, new: NewPassword) -> Result<(), AccountsError> {
        let user = self.by_name(username).await?.id;
        let (hash, now) = (self.hasher.hash(new).await?, self.clock.now());
        self.store
            .write(Lock::User(user), move |conn| {
                audit::hold(conn)?;
                codes::set_password(conn, user, &hash, None, now)?;
                let (author, nothing) = (Author::command_line(), Details::default());
                Ok(audit::note(conn, &author, Act::SetPassword, &Subject::user(user), &nothing, now)?)
            })
            .await
    }

    /// Sets the role of the person called `username` from the command line.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchUser`], or a failure of the store.
    pub async fn set_role(&self, username: &Username, role: Role) -> Result<(), AccountsError> {
        let user = self.by_name(username).await?.id;
        let now = self.clock.now();
        self.store
            .write(Lock::User(user), move |conn| {
                audit::hold(conn)?;
                staff::set_role(conn, user, role, now)?;
                let (author, said) = (Author::command_line(), Details::default().with("role", &role));
                audit::note(conn, &author, Act::SetRole, &Subject::user(user), &said, now)
            })
            .await?;
        Ok(())
    }

    /// Ends all sessions of `user` but the one with the hash `kept`; how many those were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out_others(&self, user: UserId, kept: Option<String>) -> Result<usize, AccountsError> {
        let now = self.clock.now();
        let ended = move |conn: &mut _| acting::end_sessions(conn, user, kept.as_deref(), now);
        Ok(self.store.write(Lock::User(user), ended).await?)
    }

    async fn by_name(&self, username: &Username) -> Result<User, AccountsError> {
        let name = username.clone();
        let found = self.store.read(move |conn| users::by_name(conn, &name)).await?;
        found.ok_or(AccountsError::NoSuchUser)
    }

    /// Checks that `password` is the one of `user`, counting the attempt.
    async fn confirm(&self, user: &User, password: String, address: IpAddr) -> Result<(), AccountsError> {
        self.throttle.check_owner(address, user.id).map_err(|wait| AccountsError::Throttled { wait })?;
        let matches = self.hasher.verify(password, Some(user.password_hash.clone())).await?;
        if matches { Ok(()) } else { Err(AccountsError::WrongCredentials) }
    }

    /// As [`Accounts::confirm`], for what ends the session with the hash `session`: the same form sent a moment before may
    /// have replaced the password that was right when it was typed.
    async fn confirm_from(
        &self,
        session: &str,
        user: &User,
        password: String,
        address: IpAddr,
    ) -> Result<(), AccountsError> {
        let confirmed = self.confirm(user, password, address).await;
        if matches!(confirmed, Err(AccountsError::WrongCredentials)) {
            let (id, session) = (user.id, session.to_owned());
            self.store.read(move |conn| renewal::still_open(conn, id, &session)).await?;
        }
        confirmed
    }
}
