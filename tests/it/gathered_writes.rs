//! Writes that are made many at a time keep the word of those that are made alone, on either engine.

use crate::support::floor::cash_entry;
use crate::support::place::on_both_engines;
use crate::support::{Engine, Place};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tradefloor::clock::Clock;
use tradefloor::domain::{AccountId, EntryKind, Role};
use tradefloor::store::users::NewUser;
use tradefloor::store::{Conn, Gathered, Lock, Store, StoreError, StorePlan, accounts, ledger, users};

on_both_engines!(
    of_those_that_are_made_together_the_failing_and_the_panicking_are_undone_alone,
    those_of_one_account_follow_one_another_also_from_two_servers,
    each_is_answered_with_what_it_asked_for,
    closing_finishes_those_that_wait_and_accepts_no_more,
    a_full_queue_refuses_more_at_once,
    one_whose_asker_has_gone_before_its_turn_is_not_in_the_way,
);

/// What is asked for in these tests.
enum Ask {
    /// A cent more, answered with the account's number of entries.
    Cent(AccountId),
    /// A cent more, and then a failure.
    Failure(AccountId),
    /// A cent more, and then a panic.
    Panic(AccountId),
    /// Nothing, until the other end is dropped. Says when it begins.
    Wait(UnboundedSender<()>, Mutex<mpsc::Receiver<()>>),
}

fn answer(conn: &mut Conn, ask: &Ask) -> Result<i64, StoreError> {
    let cent = |conn: &mut Conn, account: AccountId| {
        let before = accounts::get(conn, account)?;
        let after = ledger::append(conn, &before, cash_entry(EntryKind::Deposit, 1, Clock.now()))?;
        Ok::<_, StoreError>(after.expect("a cent fits").entries)
    };
    match ask {
        Ask::Cent(account) => cent(conn, *account),
        Ask::Failure(account) => {
            cent(conn, *account)?;
            Err(StoreError::Corrupt("on purpose".to_owned()))
        }
        Ask::Panic(account) => {
            cent(conn, *account)?;
            panic!("on purpose");
        }
        Ask::Wait(begun, told) => {
            let _ = begun.send(());
            let _ = told.lock().expect("nobody panicked with it").recv();
            Ok(0)
        }
    }
}

/// A store with accounts, and the way to have work done for many of them.
struct House {
    store: Store,
    gathered: Gathered<Ask, i64>,
    /// The most that was done together.
    largest: Arc<AtomicUsize>,
    accounts: Vec<AccountId>,
    place: Place,
}

impl House {
    async fn open(engine: Engine, accounts: usize, waiting_writes: usize) -> Self {
        let place = Place::on(engine);
        let store = open(&place, waiting_writes);
        let opened: Result<Vec<AccountId>, StoreError> =
            store.write(Lock::House, move |conn| (0..accounts).map(|number| account(conn, number)).collect()).await;
        let (gathered, largest) = gathered(&store);
        Self { store, gathered, largest, accounts: opened.expect("accounts are opened"), place }
    }

    /// Has `ask` done for an account, on a task of its own.
    fn ask(&self, account: usize, ask: impl FnOnce(AccountId) -> Ask) -> JoinHandle<Result<i64, StoreError>> {
        let (gathered, account) = (self.gathered.clone(), self.accounts[account]);
        let ask = ask(account);
        tokio::spawn(async move { gathered.write(account, ask).await })
    }

    /// Has as many groups under way as there can be, for the first two accounts, until what is returned is dropped.
    async fn occupied(&self) -> (Vec<mpsc::Sender<()>>, Vec<JoinHandle<Result<i64, StoreError>>>) {
        let (begun, mut begins) = unbounded_channel();
        let (mut ends, mut held) = (Vec::new(), Vec::new());
        for account in 0..2 {
            let (end, told) = mpsc::channel();
            ends.push(end);
            held.push(self.ask(account, |_| Ask::Wait(begun.clone(), Mutex::new(told))));
            // A file has one thread that writes: the second waits behind the first.
            if account == 0 || self.is_server() {
                begins.recv().await.expect("it begins");
            }
        }
        (ends, held)
    }

    fn is_server(&self) -> bool {
        matches!(self.place.database(), tradefloor::store::Database::Postgres(_))
    }

    /// Waits until so many writes wait for their answer.
    async fn until_waiting(&self, writes: usize) {
        while self.store.load().0 < writes {
            tokio::task::yield_now().await;
        }
    }

    /// How many entries each account has.
    async fn entries(&self) -> Vec<i64> {
        let asked = self.accounts.clone();
        let read: Result<_, StoreError> = self
            .store
            .read(move |conn| asked.iter().map(|account| Ok(accounts::get(conn, *account)?.entries)).collect())
            .await;
        read.expect("accounts are read")
    }
}

fn open(place: &Place, waiting_writes: usize) -> Store {
    let database = place.database().clone();
    Store::open(&StorePlan { database, readers: 2, writers: 2, waiting_writes, writes_per_commit: 256 })
        .expect("the store opens")
}

fn gathered(store: &Store) -> (Gathered<Ask, i64>, Arc<AtomicUsize>) {
    let largest = Arc::<AtomicUsize>::default();
    let noted = Arc::clone(&largest);
    let gathered = store.gathered(move |conn, asks: &[Ask]| {
        noted.fetch_max(asks.len(), Ordering::SeqCst);
        asks.iter().map(|ask| answer(conn, ask)).collect()
    });
    (gathered, largest)
}

fn account(conn: &mut Conn, number: usize) -> Result<AccountId, StoreError> {
    let new = NewUser {
        username: format!("person{number}").parse().expect("a name"),
        password_hash: String::new(),
        role: Role::Trader,
        created_at: Clock.now(),
    };
    let user = users::insert(conn, &new)?.expect("the name is free");
    Ok(accounts::open(conn, user, Clock.now())?.id)
}

async fn of_those_that_are_made_together_the_failing_and_the_panicking_are_undone_alone(engine: Engine) {
    let house = House::open(engine, 6, 64).await;
    let (ends, held) = house.occupied().await;
    let asked =
        [house.ask(2, Ask::Cent), house.ask(3, Ask::Failure), house.ask(4, Ask::Panic), house.ask(5, Ask::Cent)];
    house.until_waiting(6).await;
    drop(ends);
    let mut ended = Vec::new();
    for asked in held.into_iter().chain(asked) {
        ended.push(asked.await.unwrap());
    }
    let [Ok(0), Ok(0), Ok(1), Err(StoreError::Corrupt(why)), Err(StoreError::Panicked), Ok(1)] = &ended[..] else {
        panic!("{ended:?}");
    };
    assert!(why.contains("on purpose"), "{why}");
    assert_eq!(house.entries().await, [0, 0, 1, 0, 0, 1]);
    let together = house.largest.load(Ordering::SeqCst);
    assert_eq!(together, if house.is_server() { 4 } else { 1 });
}

async fn those_of_one_account_follow_one_another_also_from_two_servers(engine: Engine) {
    let house = House::open(engine, 3, 512).await;
    let other = open(&house.place, 512);
    let (others, _) = gathered(&other);
    let asked = (0..240).map(|turn| {
        let (gathered, account) = (if turn % 2 == 0 { &house.gathered } else { &others }, house.accounts[turn % 3]);
        let gathered = gathered.clone();
        tokio::spawn(async move { gathered.write(account, Ask::Cent(account)).await })
    });
    for asked in asked.collect::<Vec<_>>() {
        asked.await.unwrap().unwrap();
    }
    assert_eq!(house.entries().await, [80, 80, 80]);
    other.close();
}

async fn each_is_answered_with_what_it_asked_for(engine: Engine) {
    let house = House::open(engine, 12, 512).await;
    for turn in 1..=5 {
        // As many cents for each account as it has a number, one turn after the other.
        let asked = (0..12).flat_map(|account| (0..=account).map(move |_| account));
        let asked: Vec<_> = asked.map(|account| (account, house.ask(account, Ask::Cent))).collect();
        let mut answers = vec![Vec::new(); 12];
        for (account, asked) in asked {
            answers[account].push(asked.await.unwrap().unwrap());
        }
        for (cents, mut answers) in (1..).zip(answers) {
            answers.sort_unstable();
            let wanted: Vec<i64> = ((turn - 1) * cents + 1..=turn * cents).collect();
            assert_eq!(answers, wanted);
        }
    }
}

async fn closing_finishes_those_that_wait_and_accepts_no_more(engine: Engine) {
    let house = House::open(engine, 4, 64).await;
    let (ends, held) = house.occupied().await;
    let accepted = house.ask(2, Ask::Cent);
    house.until_waiting(3).await;
    let closing = house.store.clone();
    let closed = tokio::task::spawn_blocking(move || closing.close());
    drop(ends);
    closed.await.unwrap();
    assert_eq!(accepted.await.unwrap().unwrap(), 1);
    for held in held {
        held.await.unwrap().unwrap();
    }
    assert!(matches!(house.ask(3, Ask::Cent).await.unwrap(), Err(StoreError::Unavailable)));
    assert_eq!(House { store: open(&house.place, 8), ..house }.entries().await, [0, 0, 1, 0]);
}

async fn a_full_queue_refuses_more_at_once(engine: Engine) {
    let house = House::open(engine, 8, 3).await;
    let (ends, held) = house.occupied().await;
    // A file has three that wait besides the one that is under way; a server counts those under way, for each of two
    // writing connections.
    let fit = if house.is_server() { 3 } else { 2 };
    let waiting: Vec<_> = (2..2 + fit).map(|account| house.ask(account, Ask::Cent)).collect();
    house.until_waiting(2 + fit).await;
    let refused = house.ask(7, Ask::Cent).await.unwrap();
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    drop(ends);
    for asked in held.into_iter().chain(waiting) {
        asked.await.unwrap().unwrap();
    }
    house.ask(7, Ask::Cent).await.unwrap().unwrap();
}

async fn one_whose_asker_has_gone_before_its_turn_is_not_in_the_way(engine: Engine) {
    let house = House::open(engine, 4, 64).await;
    let (ends, held) = house.occupied().await;
    let abandoned = house.ask(2, Ask::Cent);
    house.until_waiting(3).await;
    abandoned.abort();
    assert!(abandoned.await.unwrap_err().is_cancelled());
    let asked = house.ask(2, Ask::Cent);
    drop(ends);
    let entries = asked.await.unwrap().unwrap();
    assert!((1..=2).contains(&entries), "it may or may not have been made: {entries}");
    for held in held {
        held.await.unwrap().unwrap();
    }
}

/// Holds an account, as another server would, until the second is dropped.
async fn held(house: &House, account: AccountId) -> (JoinHandle<Result<(), StoreError>>, mpsc::Sender<()>) {
    let other = open(&house.place, 8);
    let (begun, mut begins) = unbounded_channel();
    let (end, told) = mpsc::channel::<()>();
    let holding = tokio::spawn(async move {
        let wait = move |_: &mut Conn| {
            let _ = begun.send(());
            let _ = told.recv();
            Ok::<_, StoreError>(())
        };
        other.write(Lock::Account(account), wait).await
    });
    begins.recv().await.expect("it begins");
    (holding, end)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn accounts_that_other_servers_hold_are_waited_for_by_nobody_else() {
    let house = House::open(Engine::Postgres, 40, 512).await;
    let (first, first_end) = held(&house, house.accounts[0]).await;
    let (second, second_end) = held(&house, house.accounts[1]).await;
    let mut wait = Vec::new();
    for account in 0..2 {
        wait.push(house.ask(account, Ask::Cent));
        // Each comes to be a group of its own.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let others: Vec<_> = (2..40).map(|account| house.ask(account, Ask::Cent)).collect();
    for asked in others {
        assert_eq!(asked.await.unwrap().unwrap(), 1);
    }
    assert!(wait.iter().all(|asked| !asked.is_finished()), "nobody may write to an account that somebody holds");
    drop((first_end, second_end));
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    for asked in wait {
        assert_eq!(asked.await.unwrap().unwrap(), 1);
    }
}
