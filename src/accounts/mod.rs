//! Signing up, signing in, and everything a person may do about being known here.

mod closing;
pub mod password;
pub mod throttle;

use crate::clock::Clock;
use crate::domain::{EntryKind, Money, NewPassword, Role, UserId, Username};
use crate::store::ledger::Movement;
use crate::store::users::{NewUser, User};
use crate::store::{Lock, Store, StoreError, accounts, ledger, sessions, users};
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
    /// Tried too often.
    #[error("tried too often")]
    Throttled {
        /// How long until the next try.
        wait: Duration,
    },
    /// There is nobody of that name.
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

    /// Adds a person and opens their account with the opening balance.
    ///
    /// # Errors
    /// [`AccountsError::NameTaken`], or a failure of hashing or the store.
    pub async fn register(
        &self,
        username: Username,
        password: NewPassword,
        role: Role,
    ) -> Result<UserId, AccountsError> {
        let name = username.clone();
        if self.store.read(move |conn| users::by_name(conn, &name)).await?.is_some() {
            return Err(AccountsError::NameTaken);
        }
        let password_hash = self.hasher.hash(password).await?;
        let (now, opening_balance) = (self.clock.now(), self.opening_balance);
        let new = NewUser { username, password_hash, role, created_at: now };
        self.store
            .write(Lock::House, move |conn| {
                let user = users::insert(conn, &new)?.ok_or(AccountsError::NameTaken)?;
                let account = accounts::open(conn, user, now)?;
                let opening = Movement {
                    kind: EntryKind::Opening,
                    cash: opening_balance,
                    shares: None,
                    at: now,
                    memo: String::new(),
                    request: None,
                };
                ledger::append(conn, &account, opening)?
                    .ok_or_else(|| StoreError::Corrupt("the opening balance does not fit".to_owned()))?;
                Ok(user)
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

    /// The person with this name and password. An unknown name takes as long as a wrong password.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`], [`AccountsError::Throttled`], or a failure of hashing or the store.
    pub async fn sign_in(&self, username: &str, password: String, address: IpAddr) -> Result<User, AccountsError> {
        let username = username.parse::<Username>().ok();
        match &username {
            Some(username) => self.throttle.check(address, username),
            None => self.throttle.check_address(address),
        }
        .map_err(|wait| AccountsError::Throttled { wait })?;
        let user = match username {
            Some(username) => self.store.read(move |conn| users::by_name(conn, &username)).await?,
            None => None,
        };
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let matches = self.hasher.verify(password, hash).await?;
        user.filter(|_| matches).ok_or(AccountsError::WrongCredentials)
    }

    /// Replaces a person's own password, which ends all their sessions; `kept` is the hash of the one that will go on
    /// under the version that this answers with.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when `current` is not their password, [`AccountsError::Throttled`],
    /// or a failure of hashing or the store.
    pub async fn change_password(
        &self,
        user: &User,
        current: String,
        new: NewPassword,
        address: IpAddr,
        kept: Option<String>,
    ) -> Result<i64, AccountsError> {
        self.confirm(user, current, address).await?;
        self.replace_password(user.id, new, kept).await
    }

    /// Sets the password of the person called `username`, and ends all their sessions.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchUser`], or a failure of hashing or the store.
    pub async fn set_password(&self, username: &Username, new: NewPassword) -> Result<(), AccountsError> {
        let user = self.by_name(username).await?;
        self.replace_password(user.id, new, None).await.map(|_| ())
    }

    /// Sets the role of the person called `username`.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchUser`], or a failure of the store.
    pub async fn set_role(&self, username: &Username, role: Role) -> Result<(), AccountsError> {
        let user = self.by_name(username).await?;
        self.store.write(Lock::User(user.id), move |conn| users::set_role(conn, user.id, role)).await?;
        Ok(())
    }

    /// Ends all sessions of `user` but the one with the hash `kept`; how many those were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out_others(&self, user: UserId, kept: Option<String>) -> Result<usize, AccountsError> {
        let ended = move |conn: &mut _| sessions::delete_of_user(conn, user, kept.as_deref());
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

    async fn replace_password(
        &self,
        user: UserId,
        new: NewPassword,
        kept: Option<String>,
    ) -> Result<i64, AccountsError> {
        let hash = self.hasher.hash(new).await?;
        self.store
            .write(Lock::User(user), move |conn| {
                let version = users::set_password_hash(conn, user, &hash)?;
                sessions::delete_of_user(conn, user, kept.as_deref())?;
                Ok(version)
            })
            .await
    }
}
