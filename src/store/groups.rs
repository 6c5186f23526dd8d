//! Writes to a server that are made many at a time.
//!
//! What is asked for gathers while other groups are under way: the more there is to do, the more is done at once. A group is
//! one transaction that holds its accounts in the order of their numbers, so that groups of several processes cannot wait
//! for each other in a circle. Within a process no two groups want one account: who asks for one that is
//! taken waits for the next group. A group that fails is undone, and each of it is tried again by itself.

use super::error::{StoreError, Uncommitted};
use super::gathered::Work;
use super::pool::Pool;
use super::server::{ANSWER, PATIENCE, ServerWriter};
use crate::domain::AccountId;
use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

/// How many groups are under way at a time. Two, so that one can be worked on while the other waits for the disk.
pub(super) const MOST: u32 = 2;

/// Somebody who waits for an answer.
struct Owner<T> {
    account: AccountId,
    since: Instant,
    answer: oneshot::Sender<Result<T, StoreError>>,
    /// Their place in the queue of all writes, which closing waits for.
    _place: OwnedSemaphorePermit,
}

/// What is asked for, and by whom.
type Asked<A, T> = (A, Owner<T>);

/// Where asks gather.
pub(super) struct Groups<A, T> {
    work: Work<A, T>,
    pool: Pool,
    places: Arc<Semaphore>,
    largest: usize,
    state: Mutex<State<A, T>>,
}

struct State<A, T> {
    waiting: VecDeque<Asked<A, T>>,
    /// Accounts that groups under way are about.
    taken: HashSet<AccountId>,
    /// Threads that see to groups.
    threads: u32,
}

impl<A: Send + Sync + 'static, T: Send + 'static> Groups<A, T> {
    /// For what `work` does, on the connections of `writer` and in its queue.
    pub(super) fn new(writer: &ServerWriter, work: Work<A, T>) -> Self {
        let state = State { waiting: VecDeque::new(), taken: HashSet::new(), threads: 0 };
        let (pool, places) = (writer.pool().clone(), Arc::clone(writer.places()));
        Self { work, pool, places, largest: writer.largest_group(), state: Mutex::new(state) }
    }

    /// Has the work done for `ask`, together with whatever else waits.
    ///
    /// # Errors
    /// What the work returns, or the store's own failure.
    pub(super) async fn write(self: &Arc<Self>, account: AccountId, ask: A) -> Result<T, StoreError> {
        let place = ServerWriter::place(&self.places)?;
        let (answer, answered) = oneshot::channel();
        let owner = Owner { account, since: Instant::now(), answer, _place: place };
        if self.queue((ask, owner)) {
            let groups = Arc::clone(self);
            tokio::task::spawn_blocking(move || groups.see_to());
        }
        let Ok(answered) = timeout(PATIENCE + ANSWER, answered).await else {
            tracing::error!(?account, "a write was not answered in time");
            return Err(StoreError::Unconfirmed);
        };
        answered.unwrap_or(Err(StoreError::Unconfirmed))
    }

    /// Whether another thread is to see to groups.
    fn queue(&self, asked: Asked<A, T>) -> bool {
        let mut state = self.lock();
        state.waiting.push_back(asked);
        let wanted = state.threads < MOST;
        state.threads += u32::from(wanted);
        wanted
    }

    /// Sees to one group after the other, until none can be made up.
    fn see_to(&self) {
        while let Some((asks, owners)) = self.next() {
            let accounts: Vec<_> = owners.iter().map(|owner| owner.account).collect();
            self.settle(&asks, owners);
            let mut state = self.lock();
            for account in accounts {
                state.taken.remove(&account);
            }
        }
    }

    /// Those who have waited longest, of whom no two and nobody under way are of one account. With nobody left this
    /// thread counts as gone: who asks later wants another.
    fn next(&self) -> Option<(Vec<A>, Vec<Owner<T>>)> {
        let mut state = self.lock();
        let State { waiting, taken, threads } = &mut *state;
        let (mut asks, mut owners) = (Vec::new(), Vec::new());
        let mut later = VecDeque::new();
        while asks.len() < self.largest
            && let Some((ask, owner)) = waiting.pop_front()
        {
            if owner.since.elapsed() > PATIENCE {
                let _ = owner.answer.send(Err(StoreError::Busy));
            } else if owner.answer.is_closed() {
                // Gone before anything was done.
            } else if taken.insert(owner.account) {
                asks.push(ask);
                owners.push(owner);
            } else {
                later.push_back((ask, owner));
            }
        }
        while let Some(asked) = later.pop_back() {
            waiting.push_front(asked);
        }
        if asks.is_empty() {
            *threads -= 1;
            return None;
        }
        Some((asks, owners))
    }

    /// Does the work for a group and tells everybody.
    fn settle(&self, asks: &[A], owners: Vec<Owner<T>>) {
        match self.attempt(asks, &owners) {
            Ok(answers) => {
                for (owner, answer) in owners.into_iter().zip(answers) {
                    let _ = owner.answer.send(Ok(answer));
                }
            }
            Err(Failure::Undone(error)) if owners.len() > 1 && !matches!(error, StoreError::Unavailable) => {
                tracing::warn!(%error, writes = owners.len(), "a group of writes was undone, and each is made alone");
                for (ask, owner) in asks.iter().zip(owners) {
                    self.settle(std::slice::from_ref(ask), vec![owner]);
                }
            }
            Err(failure) => {
                let (first, why) = failure.told();
                let mut first = Some(first);
                for owner in owners {
                    let _ = owner.answer.send(Err(first.take().unwrap_or_else(|| why.into())));
                }
            }
        }
    }

    /// Does the work for a group in one transaction.
    fn attempt(&self, asks: &[A], owners: &[Owner<T>]) -> Result<Vec<T>, Failure> {
        let hold = hold(owners.iter().map(|owner| owner.account));
        let mut conn = self.pool.begin(|conn| conn.begin_write_with(&hold)).map_err(Failure::Undone)?;
        let answers = catch_unwind(AssertUnwindSafe(|| (self.work)(&mut conn, asks)))
            .unwrap_or(Err(StoreError::Panicked))
            .and_then(|answers| {
                let complete = answers.len() == asks.len();
                complete.then_some(answers).ok_or_else(|| StoreError::Corrupt("a write came to no answer".to_owned()))
            });
        match answers {
            Ok(answers) => conn.commit().map(|()| answers).map_err(|error| {
                tracing::error!(%error, writes = asks.len(), "a group of writes was not committed");
                conn.abandon();
                Failure::Uncommitted(Uncommitted::at_last(error))
            }),
            Err(error) => {
                conn.abandon();
                Err(Failure::Undone(error))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<A, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a group was not committed.
enum Failure {
    /// Nothing was done.
    Undone(StoreError),
    /// Its commit failed.
    Uncommitted(Uncommitted),
}

impl Failure {
    /// What the first of the group is told, and what all others are.
    fn told(self) -> (StoreError, Uncommitted) {
        match self {
            Self::Undone(error) => (error, Uncommitted::Unavailable),
            Self::Uncommitted(why) => (why.into(), why),
        }
    }
}

/// What takes all of these accounts for as long as the transaction lasts.
fn hold(accounts: impl Iterator<Item = AccountId>) -> String {
    let numbers = accounts.map(|AccountId(account)| account.to_string()).collect::<Vec<_>>().join(", ");
    format!("SELECT id FROM accounts WHERE id IN ({numbers}) ORDER BY id FOR NO KEY UPDATE")
}
