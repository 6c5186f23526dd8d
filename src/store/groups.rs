//! Writes to a server that are made many at a time.
//!
//! What is asked for gathers while other groups are under way: the more there is to do, the more is done at once. Within a
//! process no two groups want one account: who asks for one that is taken waits for the next group. Of those that another
//! process holds, none is waited for while there is anything else to do, and by one thread alone, so that groups never wait for
//! each other in a circle and there is always a thread for who comes next. A group whose work fails is undone, and each of
//! it is tried again by itself.

use super::conn::Conn;
use super::error::{StoreError, Uncommitted};
use super::gathered::{Work, unanswered};
use super::pool::Pool;
use super::schema::accounts;
use super::server::{ANSWER, PATIENCE, ServerWriter};
use crate::domain::AccountId;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

/// How many groups are under way at a time. Two, so that one can be worked on while the other waits for the disk.
pub(super) const MOST: u32 = 2;

/// How long the only write that can be tried waits for an account that another process holds.
const LOCK_WAIT: &str = "SET LOCAL lock_timeout = '2s'";
/// How soon a group is tried again all of whose accounts are held, while another thread waits for one of its own.
const AGAIN: Duration = Duration::from_millis(20);

/// Somebody who waits for an answer.
struct Owner<T> {
    number: u64,
    account: AccountId,
    answer: oneshot::Sender<Result<T, StoreError>>,
    /// Their place in the queue of all writes, which closing waits for.
    _place: OwnedSemaphorePermit,
}

impl<T> Owner<T> {
    fn tell(self, answer: Result<T, StoreError>) {
        // Nobody listens any more when the visitor has gone away; what was done stays done.
        let _ = self.answer.send(answer);
    }
}

/// Where asks gather.
pub(super) struct Groups<A, T> {
    work: Work<A, T>,
    pool: Pool,
    places: Arc<Semaphore>,
    largest: usize,
    state: Mutex<State<A, T>>,
}

struct State<A, T> {
    waiting: VecDeque<(A, Owner<T>)>,
    /// The number of the newest ask.
    newest: u64,
    /// Accounts that groups under way are about.
    taken: HashSet<AccountId>,
    /// Threads that see to groups.
    threads: u32,
    /// Whether one of them waits for an account that another process holds.
    waits: bool,
}

/// Asks that are made together, and who waits for each.
struct Group<A, T> {
    asks: Vec<A>,
    owners: Vec<Owner<T>>,
}

/// The one thread that waits for an account, for as long as it does.
struct Waits<'a, A, T>(&'a Groups<A, T>);

impl<A, T> Drop for Waits<'_, A, T> {
    fn drop(&mut self) {
        self.0.lock().waits = false;
    }
}

/// A thread's turn at seeing to groups, from when it is wanted. One that ends before its time, or never came to begin,
/// makes room for another.
struct Turn<A, T> {
    groups: Arc<Groups<A, T>>,
    counted: bool,
}

impl<A, T> Drop for Turn<A, T> {
    fn drop(&mut self) {
        if self.counted {
            self.groups.lock().threads -= 1;
        }
    }
}

impl<A: Send + Sync + 'static, T: Send + 'static> Groups<A, T> {
    /// For what `work` does, on the connections of `writer` and in its queue.
    pub(super) fn new(writer: &ServerWriter, work: Work<A, T>) -> Self {
        let state = State { waiting: VecDeque::new(), newest: 0, taken: HashSet::new(), threads: 0, waits: false };
        let (pool, places) = (writer.pool().clone(), Arc::clone(writer.places()));
        Self { work, pool, places, largest: writer.largest_group(), state: Mutex::new(state) }
    }

    /// Has the work done for `ask`, together with whatever else waits.
    ///
    /// # Errors
    /// What the work returns, or the store's own failure.
    pub(super) async fn write(self: &Arc<Self>, account: AccountId, ask: A) -> Result<T, StoreError> {
        let place = ServerWriter::place(&self.places)?;
        let (answer, mut answered) = oneshot::channel();
        let (number, wanted) = self.queue(account, ask, answer, place);
        if wanted {
            let turn = Turn { groups: Arc::clone(self), counted: true };
            tokio::task::spawn_blocking(move || see_to(turn));
        }
        let told = match timeout(PATIENCE, &mut answered).await {
            Ok(told) => told,
            Err(_) if self.withdraw(number) => return Err(StoreError::Busy),
            Err(_) => timeout(ANSWER, answered).await.map_err(|_| {
                tracing::error!(?account, "a write was not answered in time");
                StoreError::Unconfirmed
            })?,
        };
        told.unwrap_or(Err(StoreError::Unconfirmed))
    }

    /// The ask's number, and whether another thread is to see to groups.
    fn queue(
        &self,
        account: AccountId,
        ask: A,
        answer: oneshot::Sender<Result<T, StoreError>>,
        place: OwnedSemaphorePermit,
    ) -> (u64, bool) {
        let mut state = self.lock();
        state.newest += 1;
        let number = state.newest;
        state.waiting.push_back((ask, Owner { number, account, answer, _place: place }));
        let wanted = state.threads < MOST;
        state.threads += u32::from(wanted);
        (number, wanted)
    }

    /// Takes an ask out of the queue; whether it was still there.
    fn withdraw(&self, number: u64) -> bool {
        let mut state = self.lock();
        let place = state.waiting.iter().position(|(_, owner)| owner.number == number);
        place.and_then(|place| state.waiting.remove(place)).is_some()
    }

    /// Those who have waited longest, of whom no two and nobody under way are of one account. With nobody left the
    /// thread that asks counts as gone: who comes later wants another.
    fn next(&self) -> Option<Group<A, T>> {
        let mut state = self.lock();
        let State { waiting, taken, threads, .. } = &mut *state;
        let mut group = Group { asks: Vec::new(), owners: Vec::new() };
        let mut later = VecDeque::new();
        while group.asks.len() < self.largest
            && let Some((ask, owner)) = waiting.pop_front()
        {
            // Who has gone before anything was done is passed over.
            if owner.answer.is_closed() {
                continue;
            }
            if taken.insert(owner.account) {
                group.asks.push(ask);
                group.owners.push(owner);
            } else {
                later.push_back((ask, owner));
            }
        }
        later.append(waiting);
        *waiting = later;
        if group.asks.is_empty() {
            *threads -= 1;
            return None;
        }
        Some(group)
    }

    /// Puts back those of `group` whose account is not among `held`, and takes these out of `taken`, the accounts that
    /// this thread has taken. What is left are those whose is.
    fn put_back(&self, group: Group<A, T>, held: &HashSet<AccountId>, taken: &mut Vec<AccountId>) -> Group<A, T> {
        let (stay, leave): (Vec<_>, Vec<_>) =
            group.asks.into_iter().zip(group.owners).partition(|(_, owner)| held.contains(&owner.account));
        if !leave.is_empty() {
            let mut state = self.lock();
            taken.retain(|account| leave.iter().all(|(_, owner)| owner.account != *account));
            for (ask, owner) in leave.into_iter().rev() {
                state.taken.remove(&owner.account);
                state.waiting.push_front((ask, owner));
            }
        }
        let (asks, owners) = stay.into_iter().unzip();
        Group { asks, owners }
    }

    /// Makes the writes of a group, whose accounts are `taken`, and tells everybody.
    fn make(&self, group: Group<A, T>, taken: &mut Vec<AccountId>) {
        let mut conn = match self.pool.begin(Conn::begin_write) {
            Ok(conn) => conn,
            Err(error) => return tell_all(group.owners, error),
        };
        let wanted: Vec<_> = group.owners.iter().map(|owner| owner.account).collect();
        let held = match hold_free(&mut conn, &wanted) {
            Ok(held) if held.is_empty() => match self.waits() {
                Some(_waits) => hold_oldest(&mut conn, &wanted),
                None => Ok(held),
            },
            held => held,
        };
        let group = match held {
            Ok(held) if held.is_empty() => {
                conn.abandon();
                drop(conn);
                self.put_back(group, &held, taken);
                return std::thread::sleep(AGAIN);
            }
            Ok(held) => self.put_back(group, &held, taken),
            Err(error) => {
                conn.abandon();
                // Only the oldest was waited for.
                let oldest = wanted.into_iter().take(1).collect();
                return tell_all(self.put_back(group, &oldest, taken).owners, error);
            }
        };
        match self.attempt(&mut conn, &group.asks) {
            Ok(answers) => {
                drop(conn);
                for (owner, answer) in group.owners.into_iter().zip(answers) {
                    owner.tell(Ok(answer));
                }
            }
            Err(Failure::Undone(error)) if group.owners.len() > 1 && !matches!(error, StoreError::Unavailable) => {
                drop(conn);
                tracing::warn!(%error, writes = group.owners.len(), "a group of writes was undone, and each is made alone");
                for (ask, owner) in group.asks.into_iter().zip(group.owners) {
                    if !owner.answer.is_closed() {
                        self.make(Group { asks: vec![ask], owners: vec![owner] }, taken);
                    }
                }
            }
            Err(Failure::Undone(error)) => tell_all(group.owners, error),
            Err(Failure::Uncommitted(why)) => group.owners.into_iter().for_each(|owner| owner.tell(Err(why.into()))),
        }
    }

    /// Does the work for a group in the transaction that `conn` is in, and ends that.
    fn attempt(&self, conn: &mut Conn, asks: &[A]) -> Result<Vec<T>, Failure> {
        let answers = catch_unwind(AssertUnwindSafe(|| (self.work)(conn, asks)))
            .unwrap_or(Err(StoreError::Panicked))
            .and_then(|answers| {
                let complete = answers.len() == asks.len();
                complete.then_some(answers).ok_or_else(unanswered)
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
}

impl<A, T> Groups<A, T> {
    /// The leave to wait for an account that another process holds, unless another thread does: one is always free for
    /// all others.
    fn waits(&self) -> Option<Waits<'_, A, T>> {
        let mut state = self.lock();
        let taken = std::mem::replace(&mut state.waits, true);
        (!taken).then(|| Waits(self))
    }

    fn lock(&self) -> MutexGuard<'_, State<A, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sees to one group after the other, until none can be made up.
fn see_to<A: Send + Sync + 'static, T: Send + 'static>(mut turn: Turn<A, T>) {
    while let Some(group) = turn.groups.next() {
        let mut taken: Vec<_> = group.owners.iter().map(|owner| owner.account).collect();
        // Whoever is not told by then hears that nothing is certain.
        let made = catch_unwind(AssertUnwindSafe(|| turn.groups.make(group, &mut taken)));
        let mut state = turn.groups.lock();
        for account in taken {
            state.taken.remove(&account);
        }
        drop(state);
        if made.is_err() {
            tracing::error!("making a group of writes panicked");
        }
    }
    turn.counted = false;
}

/// Why a group was not committed.
enum Failure {
    /// Nothing was done.
    Undone(StoreError),
    /// Its commit failed.
    Uncommitted(Uncommitted),
}

/// Tells everybody that nothing was done, and the first of them exactly why.
fn tell_all<T>(owners: Vec<Owner<T>>, error: StoreError) {
    let same = || if matches!(error, StoreError::Busy) { StoreError::Busy } else { StoreError::Unavailable };
    let others: Vec<_> = owners.iter().skip(1).map(|_| same()).collect();
    for (owner, error) in owners.into_iter().zip(std::iter::once(error).chain(others)) {
        owner.tell(Err(error));
    }
}

/// Holds those of `accounts` that nobody else does, until the transaction ends; which those are. Rows are held so that
/// others may still refer to them.
fn hold_free(conn: &mut Conn, wanted: &[AccountId]) -> Result<HashSet<AccountId>, StoreError> {
    match conn {
        Conn::Postgres(engine) => {
            let free = accounts::table.filter(accounts::id.eq_any(wanted)).order(accounts::id).select(accounts::id);
            Ok(free.for_no_key_update().skip_locked().load::<AccountId>(engine)?.into_iter().collect())
        }
        // A file has one thread that writes, and nothing to hold.
        Conn::Sqlite(_) => Ok(wanted.iter().copied().collect()),
    }
}

/// Waits for the account that has been wanted longest, and holds it.
fn hold_oldest(conn: &mut Conn, wanted: &[AccountId]) -> Result<HashSet<AccountId>, StoreError> {
    let Some(AccountId(oldest)) = wanted.first() else { return Ok(HashSet::new()) };
    conn.batch_execute(&format!("{LOCK_WAIT}; SELECT id FROM accounts WHERE id = {oldest} FOR NO KEY UPDATE"))?;
    Ok(HashSet::from([AccountId(*oldest)]))
}
