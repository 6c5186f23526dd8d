//! Sessions that were looked up a moment ago.
//!
//! A session is read with every request, from a thread of its own, and hardly ever changes. What was read from a file is
//! kept for half a second: whatever the server writes about anybody ends that at once (`store/editions.rs`), and the
//! command line waits until it is over before it says that it has changed somebody. Beside a PostgreSQL there may be
//! other servers, and nothing is kept.

use crate::store::sessions::Found;
use crate::store::{Edition, REMEMBERED, Store, StoreError, sessions};
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

/// A session as it was found.
#[derive(Clone)]
struct Looked {
    found: Arc<Found>,
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
    /// When the store fails.
    pub(super) async fn find(&self, store: &Store, hash: &str) -> Result<Option<Arc<Found>>, StoreError> {
        let (edition, at) = (store.edition(), Instant::now());
        if let Some(known) = self.found.get(hash)
            && Some(known.edition) == edition
            && known.at.elapsed() < REMEMBERED
        {
            return Ok(Some(known.found));
        }
        let wanted = hash.to_owned();
        let Some(found) = store.ask(move |conn| sessions::find(conn, &wanted)).await? else { return Ok(None) };
        let found = Arc::new(found);
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
