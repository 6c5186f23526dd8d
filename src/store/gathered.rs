//! Work of one kind that many accounts want at once.

use super::conn::Conn;
use super::error::StoreError;
use super::groups::Groups;
use super::{Lock, Store, Writing};
use crate::domain::AccountId;
use std::sync::Arc;

/// Does what is asked for by each, all in one transaction: as many answers as there are asks, in the same order. No two
/// asks are of one account.
pub(super) type Work<A, T> = Arc<dyn Fn(&mut Conn, &[A]) -> Result<Vec<T>, StoreError> + Send + Sync>;

/// Writes of one kind, each about one account. To a file each is a job of its own, which shares its commit with others; on a
/// server those that wait are done together, because there most of the time goes into the way there and back and into
/// what a statement needs before its first row. Cheap to clone.
pub struct Gathered<A, T> {
    store: Store,
    work: Work<A, T>,
    /// Where asks gather, on a server.
    groups: Option<Arc<Groups<A, T>>>,
}

impl<A, T> Clone for Gathered<A, T> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), work: Arc::clone(&self.work), groups: self.groups.clone() }
    }
}

impl<A: Send + Sync + 'static, T: Send + 'static> Gathered<A, T> {
    pub(super) fn new(store: Store, work: Work<A, T>) -> Self {
        let groups = match &store.inner.writing {
            Writing::File(_) => None,
            Writing::Server(writer) => Some(Arc::new(Groups::new(writer, Arc::clone(&work)))),
        };
        Self { store, work, groups }
    }

    /// Has the work done for `ask`, which is about `account` alone, and answers only once it is durable. It may be done
    /// again after all that it did was undone with what others did; the last time counts.
    ///
    /// # Errors
    /// What the work returns, or the store's own failure.
    pub async fn write(&self, account: AccountId, ask: A) -> Result<T, StoreError> {
        if let Some(groups) = &self.groups {
            let _counted = self.store.inner.load.one_more();
            return groups.write(account, ask).await;
        }
        let work = Arc::clone(&self.work);
        let alone = move |conn: &mut Conn| {
            let answer = work(conn, std::slice::from_ref(&ask))?.pop();
            answer.ok_or_else(unanswered)
        };
        self.store.write(Lock::Account(account), alone).await
    }
}

/// That the work did not say what became of all that it was asked.
pub(super) fn unanswered() -> StoreError {
    StoreError::Corrupt("a write came to no answer".to_owned())
}
