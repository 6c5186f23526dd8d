//! Sessions for `actix-session`, kept in the store.
//!
//! A session exists only for someone who is signed in; visitors leave nothing in the database. The cookie
//! carries a random key, the store a hash of it.

use super::house::House;
use crate::domain::{AccountId, At, Role, UserId, Username};
use crate::store::sessions::{self, Session};
use crate::store::{Lock, StoreError};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration as CookieDuration;
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

/// How stale the note of a session's latest use may be, where sessions last long enough unused.
const SEEN_EVERY: Duration = Duration::from_mins(1);

/// Under which name a session knows who is signed in; written at sign-in.
pub(super) const OWNER: &str = "owner";
/// Under which name a loaded session tells who that is by now; never stored.
pub(super) const IDENTITY: &str = "identity";

type State = HashMap<String, String>;

/// Who signed in, and where: what a session remembers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Owner {
    /// The user's id.
    pub user: i64,
    /// Which of their passwords began the session.
    pub password_version: i64,
    /// The id of the account they trade in.
    pub account: i64,
    /// What every form of this session carries.
    pub token: String,
    /// The network address that signed in.
    pub address: String,
    /// What the browser called itself.
    pub agent: String,
}

/// What the store knows about a session's owner at this moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identity {
    /// The hash of the session's key.
    pub session: String,
    /// The user's name.
    pub username: String,
    /// The user's role.
    pub role: String,
    /// Until when the session may use the back office, in microseconds.
    pub granted_until: Option<i64>,
}

/// Someone who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// The account they trade in.
    pub account: AccountId,
    /// Their name.
    pub username: Username,
    /// What they may do.
    pub role: Role,
    /// The hash of their session's key.
    pub session: String,
    /// What every form of this session carries.
    pub token: String,
    /// Until when the session may use the back office.
    pub granted_until: Option<At>,
}

impl SignedIn {
    /// Reads who is signed in from a loaded session; nobody when anything is missing.
    pub(super) fn of(session: &actix_session::Session) -> Option<Self> {
        let owner = session.get::<Owner>(OWNER).ok().flatten()?;
        let identity = session.get::<Identity>(IDENTITY).ok().flatten()?;
        Some(Self {
            user: UserId(owner.user),
            account: AccountId(owner.account),
            username: identity.username.parse().ok()?,
            role: identity.role.parse().ok()?,
            session: identity.session,
            token: owner.token,
            granted_until: identity.granted_until.map(At::from_micros),
        })
    }
}

/// The session store over the house's own.
#[derive(Clone)]
pub struct Sessions {
    house: House,
}

impl Sessions {
    /// Sessions kept in the store of `house`, as long as its site says.
    #[must_use]
    pub fn new(house: House) -> Self {
        Self { house }
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<State>, anyhow::Error> {
        let hash = hash(key.as_ref());
        let wanted = hash.clone();
        let found = told(self.house.store.read(move |conn| sessions::find(conn, &wanted)).await)?;
        let Some((session, username, role)) = found else { return Ok(None) };
        let now = self.house.clock.now();
        let idle_end = session.seen_at.plus(self.house.site.session_idle);
        if session.expires_at <= now || idle_end <= now {
            return Ok(None);
        }
        // A session that is used must not end for want of a note of it.
        if now.since(session.seen_at) >= SEEN_EVERY.min(self.house.site.session_idle / 8) {
            self.note_use(hash.clone());
        }
        let mut state: State = serde_json::from_str(&session.state)?;
        let granted_until = session.granted_until.map(At::micros);
        let identity =
            Identity { session: hash, username: username.to_string(), role: role.to_string(), granted_until };
        state.insert(IDENTITY.to_owned(), serde_json::to_string(&identity)?);
        Ok(Some(state))
    }

    /// Notes that a session was used, without making its page wait.
    fn note_use(&self, hash: String) {
        let (store, now) = (self.house.store.clone(), self.house.clock.now());
        tokio::spawn(async move {
            let noted: Result<(), StoreError> =
                store.write(Lock::House, move |conn| sessions::touch(conn, &hash, now)).await;
            if let Err(error) = noted {
                tracing::warn!(%error, "the use of a session was not noted");
            }
        });
    }
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        self.find(key).await.map_err(LoadError::Other)
    }

    async fn save(&self, state: State, _: &CookieDuration) -> Result<SessionKey, SaveError> {
        let key = random_key();
        let now = self.house.clock.now();
        let owner = owner(&state).map_err(SaveError::Serialization)?;
        let session = Session {
            key_hash: hash(&key),
            user_id: UserId(owner.user),
            password_version: owner.password_version,
            state: stored(state).map_err(SaveError::Serialization)?,
            created_at: now,
            seen_at: now,
            expires_at: now.plus(self.house.site.session_absolute),
            granted_until: None,
        };
        let saved: Result<(), StoreError> =
            self.house.store.write(Lock::User(session.user_id), move |conn| sessions::insert(conn, &session)).await;
        told(saved).map_err(SaveError::Other)?;
        SessionKey::try_from(key).map_err(|error| SaveError::Other(anyhow::anyhow!("{error}")))
    }

    async fn update(&self, key: SessionKey, state: State, _: &CookieDuration) -> Result<SessionKey, UpdateError> {
        let hash = hash(key.as_ref());
        let state = stored(state).map_err(UpdateError::Serialization)?;
        let updated: Result<(), StoreError> =
            self.house.store.write(Lock::House, move |conn| sessions::update(conn, &hash, &state)).await;
        told(updated).map(|()| key).map_err(UpdateError::Other)
    }

    /// Sessions end by their own rules, whatever the cookie says.
    async fn update_ttl(&self, _: &SessionKey, _: &CookieDuration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = hash(key.as_ref());
        let deleted: Result<(), StoreError> =
            self.house.store.write(Lock::House, move |conn| sessions::delete(conn, &hash)).await;
        told(deleted)
    }
}

/// Logs a failure that nobody has logged yet: what surrounds the store is told of by the store.
fn told<T>(result: Result<T, StoreError>) -> Result<T, anyhow::Error> {
    result.map_err(|error| {
        if !matches!(error, StoreError::Busy | StoreError::Unavailable | StoreError::Unconfirmed) {
            tracing::error!(%error, "a session could not be read or kept");
        }
        error.into()
    })
}

fn owner(state: &State) -> Result<Owner, anyhow::Error> {
    let owner = state.get(OWNER).ok_or_else(|| anyhow::anyhow!("a session was to be kept for nobody"))?;
    Ok(serde_json::from_str(owner)?)
}

fn stored(mut state: State) -> Result<String, anyhow::Error> {
    state.remove(IDENTITY);
    Ok(serde_json::to_string(&state)?)
}

/// 256 bits of the operating system's randomness, in hexadecimal.
pub(super) fn random_key() -> String {
    hexadecimal(&rand::rng().random::<[u8; 32]>())
}

fn hash(key: &str) -> String {
    hexadecimal(&Sha256::digest(key.as_bytes()))
}

/// Bytes as people write them.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
