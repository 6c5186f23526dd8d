//! Sessions that were looked up a moment ago.
//!
//! A session is read with every request, from a thread of its own, and hardly ever changes. What was read from a file is
//! kept for half a second: whatever the server writes about anybody ends that at once (`store/editions.rs`), and the
//! command line waits until it is over before it says that it has changed somebody. Beside a PostgreSQL there may be
//! other servers, and nothing is kept.

use super::sessions::{IDENTITY, Identity, State, told};
use crate::domain::{At, Role};
use crate::store::sessions::{Found, Session};
use crate::store::{Edition, REMEMBERED, Store, sessions};
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::time::Instant;

/// The most sessions that are remembered.
const MOST: usize = 10_000;

/// Remembers sessions by the hash of their key. Cheap to clone.
#[derive(Clone)]
pub(super) struct Recent {
    found: Arc<Cache<String, Looked>>,
}

/// A session with what pages are told of it.
pub(super) struct Known {
    /// As the store has it.
    pub(super) session: Session,
    /// Its owner's role.
    pub(super) role: Role,
    /// Who that is, as themselves.
    pub(super) identity: Identity,
    /// What the session remembers, and its owner's identity.
    pub(super) state: State,
}

impl Known {
    fn of(found: Found, hash: &str) -> Result<Self, serde_json::Error> {
        let Found { session, username, role, has_password } = found;
        let identity = Identity {
            session: hash.to_owned(),
            username: username.to_string(),
            role: role.to_string(),
            granted_until: session.granted_until.map(At::micros),
            has_password,
            seen_as: None,
        };
        let mut state: State = serde_json::from_str(&session.state)?;
        state.insert(IDENTITY.to_owned(), serde_json::to_string(&identity)?);
        Ok(Self { session, role, identity, state })
    }
}

/// A session as it was found.
#[derive(Clone)]
struct Looked {
    found: Arc<Known>,
    edition: Edition,
    at: Instant,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self { found: Arc::new(Cache::new(MOST)) }
    }

    /// The session with this hash, as the store would find it now.
    ///
    /// # Errors
    /// When the store fails, or a session is kept that cannot be read.
    pub(super) async fn find(&self, store: &Store, hash: &str) -> Result<Option<Arc<Known>>, anyhow::Error> {
        let (edition, at) = (store.edition(), Instant::now());
        if let Some(known) = self.found.get(hash)
            && Some(known.edition) == edition
            && known.at.elapsed() < REMEMBERED
        {
            return Ok(Some(known.found));
        }
        let wanted = hash.to_owned();
        let found = told(store.ask(move |conn| sessions::find(conn, &wanted)).await)?;
        let Some(found) = found else { return Ok(None) };
        let found = Arc::new(Known::of(found, hash)?);
        // With the edition from before the read: what was written meanwhile has come to another one.
        if let Some(edition) = edition {
            self.found.insert(hash.to_owned(), Looked { found: Arc::clone(&found), edition, at });
        }
        Ok(Some(found))
    }

    /// Has the session with this hash looked up anew the next time.
    pub(super) fn forget(&self, hash: &str) {
        self.found.remove(hash);
    }
}
