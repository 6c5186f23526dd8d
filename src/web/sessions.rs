//! Sessions for `actix-session`, kept in the store.
//!
//! A session exists only for someone who is signed in; visitors leave nothing in the database. The cookie
//! carries a random key, the store a hash of it.

use super::error::PageError;
use super::house::House;
use super::recent::Recent;
use crate::accounts::{AccountsError, Renewal};
use crate::domain::{AccountId, At, Role, UserId, Username, hexadecimal};
use crate::store::sessions::{self, Session};
use crate::store::{Lock, StoreError, accounts, users};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration as CookieDuration;
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::time::Duration;

/// How stale the note of a session's latest use may be, where sessions last long enough unused.
const SEEN_EVERY: Duration = Duration::from_mins(1);

/// Under which name a session knows who is signed in; written at sign-in.
pub(super) const OWNER: &str = "owner";
/// Under which name a loaded session tells who that is by now; never stored.
pub(super) const IDENTITY: &str = "identity";
/// Under which name a session that is renewed tells the key that it goes on under; never stored.
const SUCCESSOR: &str = "successor";

pub(super) type State = HashMap<String, String>;

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
    /// Whether they have a password of their own.
    pub has_password: bool,
    /// As whom they look at the site, when that is somebody else.
    pub seen_as: Option<SeenAs>,
}

/// Somebody through whose eyes an administrator looks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SeenAs {
    /// The user's id.
    pub user: i64,
    /// The id of the account they trade in.
    pub account: i64,
    /// Their name.
    pub username: String,
    /// Until when, in microseconds.
    pub until: i64,
}

/// An administrator who looks at the site as somebody else.
#[derive(Debug, Clone)]
pub struct Acting {
    /// The administrator.
    pub admin: UserId,
    /// As whom.
    pub name: Username,
    /// Until when.
    pub until: At,
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
    /// What every form of this session carries; another one while it looks at the site as somebody else, so that a form which
    /// was opened then does nothing afterwards.
    pub token: String,
    /// Until when the session may use the back office.
    pub granted_until: Option<At>,
    /// Whether they have a password of their own, rather than a code to begin with.
    pub has_password: bool,
    /// Who looks, when it is an administrator: all else is then of the one they look as, and they may change nothing.
    pub acting: Option<Acting>,
}

impl SignedIn {
    /// Reads who is signed in from a loaded session; nobody when anything is missing.
    pub(super) fn of(session: &actix_session::Session) -> Option<Self> {
        let owner = session.get::<Owner>(OWNER).ok().flatten()?;
        let identity = session.get::<Identity>(IDENTITY).ok().flatten()?;
        let own = Self {
            user: UserId(owner.user),
            account: AccountId(owner.account),
            username: identity.username.parse().ok()?,
            role: identity.role.parse().ok()?,
            session: identity.session,
            token: owner.token,
            granted_until: identity.granted_until.map(At::from_micros),
            has_password: identity.has_password,
            acting: None,
        };
        let Some(seen_as) = identity.seen_as else { return Some(own) };
        let name: Username = seen_as.username.parse().ok()?;
        let acting = Acting { admin: own.user, name: name.clone(), until: At::from_micros(seen_as.until) };
        Some(Self {
            user: UserId(seen_as.user),
            account: AccountId(seen_as.account),
            username: name,
            role: Role::Trader,
            granted_until: None,
            has_password: true,
            token: hash(&format!("{} as {}", own.token, seen_as.user)),
            acting: Some(acting),
            ..own
        })
    }
}

/// The session store over the house's own.
#[derive(Clone)]
pub struct Sessions {
    house: House,
    recent: Recent,
}

impl Sessions {
    /// Sessions kept in the store of `house`, as long as its site says.
    #[must_use]
    pub fn new(house: House) -> Self {
        Self { house, recent: Recent::new() }
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<State>, anyhow::Error> {
        let hash = hash(key.as_ref());
        let Some(known) = self.recent.find(&self.house.store, &hash).await? else { return Ok(None) };
        let session = &known.session;
        let now = self.house.clock.now();
        let idle_end = session.seen_at.plus(self.house.site.session_idle);
        if session.expires_at <= now || idle_end <= now {
            return Ok(None);
        }
        // A session that is used must not end for want of a note of it.
        if now.since(session.seen_at) >= SEEN_EVERY.min(self.house.site.session_idle / 8) {
            self.note_use(hash, session.user_id);
        }
        let mut state = known.state.clone();
        if let Some((user, until)) = session.acting_as.zip(session.acting_until)
            && until > now
            && known.role == Role::Admin
        {
            let seen_as = self.seen_as(user, until).await?;
            let identity = Identity { seen_as, ..known.identity.clone() };
            state.insert(IDENTITY.to_owned(), serde_json::to_string(&identity)?);
        }
        Ok(Some(state))
    }

    /// Through whose eyes a session looks; nobody's once they have left or run the place themselves.
    async fn seen_as(&self, user: UserId, until: At) -> Result<Option<SeenAs>, anyhow::Error> {
        let read = self.house.store.read(move |conn| {
            let Some(user) = users::find(conn, user)? else { return Ok(None) };
            let account = accounts::of_user(conn, user.id)?;
            Ok::<_, StoreError>(Some((user, account)))
        });
        let seen = told(read.await)?.filter(|(user, _)| user.closed_at.is_none() && user.role != Role::Admin);
        Ok(seen.map(|(user, account)| SeenAs {
            user: user.id.0,
            account: account.id.0,
            username: user.username.to_string(),
            until: until.micros(),
        }))
    }

    /// Notes that a session was used, without making its page wait.
    fn note_use(&self, hash: String, user: UserId) {
        let (store, now) = (self.house.store.clone(), self.house.clock.now());
        let (recent, key) = (self.recent.clone(), hash.clone());
        tokio::spawn(async move {
            let noted: Result<(), StoreError> =
                store.write(Lock::Presence(user), move |conn| sessions::touch(conn, &key, now)).await;
            if let Err(error) = noted {
                tracing::warn!(%error, "the use of a session was not noted");
            }
            recent.forget(&hash);
        });
    }
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        self.find(key).await.map_err(LoadError::Other)
    }

    async fn save(&self, state: State, ttl: &CookieDuration) -> Result<SessionKey, SaveError> {
        if let Some(key) = successor(&state).map_err(SaveError::Serialization)? {
            // It stands under that key already, unless it was ended since, and then it stays ended.
            return self.update(key, state, ttl).await.map_err(|error| SaveError::Other(error.into()));
        }
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
            acting_as: None,
            acting_until: None,
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
        match self.house.accounts.sign_out(hash(key.as_ref())).await {
            Err(AccountsError::Store(error)) => told(Err(error)),
            other => Ok(other?),
        }
    }
}

/// Logs a failure that nobody has logged yet: what surrounds the store is told of by the store.
pub(super) fn told<T>(result: Result<T, StoreError>) -> Result<T, anyhow::Error> {
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

fn successor(state: &State) -> Result<Option<SessionKey>, anyhow::Error> {
    let Some(key) = state.get(SUCCESSOR) else { return Ok(None) };
    let key: String = serde_json::from_str(key)?;
    SessionKey::try_from(key).map(Some).map_err(|error| anyhow::anyhow!("{error}"))
}

fn stored(mut state: State) -> Result<String, anyhow::Error> {
    state.remove(IDENTITY);
    state.remove(SUCCESSOR);
    Ok(serde_json::to_string(&state)?)
}

/// A new key for the session of `who`, and what has the session go on under it once their password is changed.
pub(super) fn renewal(who: &SignedIn) -> (String, Renewal) {
    let key = random_key();
    let renewal = Renewal { from: who.session.clone(), to: hash(&key) };
    (key, renewal)
}

/// Gives the browser of this request the key that its session goes on under since its owner's password was changed,
/// which ended all others.
pub(super) fn go_on_under(
    session: &actix_session::Session,
    key: String,
    password_version: i64,
) -> Result<(), PageError> {
    let owner = session.get::<Owner>(OWNER).map_err(|error| PageError::Internal(error.into()))?;
    let owner = owner.ok_or_else(|| PageError::internal("a session had no owner"))?;
    let owner = Owner { password_version, ..owner };
    session.insert(OWNER, owner).map_err(|error| PageError::Internal(error.into()))?;
    session.insert(SUCCESSOR, key).map_err(|error| PageError::Internal(error.into()))?;
    session.renew();
    Ok(())
}

/// 256 bits of the operating system's randomness, in hexadecimal.
pub(super) fn random_key() -> String {
    hexadecimal(&rand::rng().random::<[u8; 32]>())
}

fn hash(key: &str) -> String {
    hexadecimal(&Sha256::digest(key.as_bytes()))
}
