//! A store on either engine, with names as what is kept.

use crate::support::{Engine, Place};
use std::sync::mpsc;
use tokio::sync::mpsc::unbounded_channel;
use tradefloor::clock::Clock;
use tradefloor::domain::{AccountId, Role, UserId};
use tradefloor::store::users::NewUser;
use tradefloor::store::{Conn, Database, Lock, Store, StoreError, StorePlan, accounts, users};

pub(super) struct House {
    pub(super) store: Store,
    pub(super) place: Place,
}

impl House {
    pub(super) fn open(engine: Engine, readers: u32, waiting_writes: usize) -> Self {
        let place = Place::on(engine);
        Self { store: open(place.database(), readers, waiting_writes), place }
    }

    /// Who has been added, in the order of their names.
    pub(super) async fn names(&self) -> Vec<String> {
        names(&self.store).await
    }

    /// An empty account.
    pub(super) async fn account(&self) -> AccountId {
        let opened = self.store.write(Lock::House, |conn| {
            add(conn, "ada")?;
            accounts::open(conn, UserId(1), Clock.now())
        });
        opened.await.unwrap().id
    }
}

pub(super) fn open(database: &Database, readers: u32, waiting_writes: usize) -> Store {
    let database = database.clone();
    Store::open(&StorePlan { database, readers, writers: 1, waiting_writes, writes_per_commit: 256 }).unwrap()
}

pub(super) async fn names(store: &Store) -> Vec<String> {
    let people: Result<_, StoreError> = store.read(|conn| users::list(conn, UserId(0), 1_000)).await;
    let mut names: Vec<String> = people.unwrap().into_iter().map(|user| user.username.to_string()).collect();
    names.sort();
    names
}

pub(super) fn add(conn: &mut Conn, name: &str) -> Result<(), StoreError> {
    let new = NewUser {
        username: name.parse().unwrap(),
        password_hash: String::new(),
        role: Role::Trader,
        created_at: Clock.now(),
    };
    users::insert(conn, &new)?.map(|_| ()).ok_or(StoreError::Busy)
}

pub(super) async fn add_to(store: &Store, name: &'static str) -> Result<(), StoreError> {
    store.write(Lock::House, move |conn| add(conn, name)).await
}

/// Holds the writing thread until the sender is dropped or used, and waits until it does.
pub(super) async fn held(store: &Store) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Result<(), StoreError>>) {
    held_by(store, Lock::House).await
}

pub(super) async fn held_by(
    store: &Store,
    lock: Lock,
) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Result<(), StoreError>>) {
    let (going, told) = mpsc::channel::<()>();
    let (begun, mut begins) = unbounded_channel();
    let store = store.clone();
    let job = tokio::spawn(async move {
        let wait = move |_: &mut Conn| {
            let _ = begun.send(());
            let _ = told.recv();
            Ok(())
        };
        store.write(lock, wait).await
    });
    begins.recv().await.unwrap();
    (going, job)
}
