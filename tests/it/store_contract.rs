//! The store's two verbs keep their word, on either engine: what fails is undone alone, what panics is answered, what is
//! answered is kept.

mod house;

use crate::support::floor::cash_entry;
use crate::support::place::on_both_engines;
use crate::support::{Engine, Place};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use house::{House, add, add_to, held, held_by, names, open};
use std::sync::mpsc;
use tokio::sync::oneshot;
use tradefloor::clock::Clock;
use tradefloor::domain::{EntryKind, UserId};
use tradefloor::store::{Conn, Database, Lock, Store, StoreError, StorePlan, accounts, ledger, users};

on_both_engines!(
    a_job_that_fails_or_panics_is_undone_alone_and_its_neighbours_stay,
    what_shares_a_commit_with_a_job_that_fails_is_done_once,
    a_full_queue_answers_busy_at_once_and_takes_work_again_afterwards,
    closing_finishes_what_was_accepted_and_accepts_no_more,
    a_read_sees_every_write_that_was_answered,
    a_read_is_one_moment_however_long_it_takes,
    a_read_cannot_write_and_one_that_panics_leaves_its_connection_usable,
    a_single_query_sees_every_write_that_was_answered_and_cannot_write,
    a_read_whose_visitor_has_gone_still_counts_until_it_is_over,
    two_writes_of_one_lock_never_overlap,
);

async fn a_job_that_fails_or_panics_is_undone_alone_and_its_neighbours_stay(engine: Engine) {
    let house = House::open(engine, 2, 64);
    let (going, holding) = held(&house.store).await;
    let first = add_to(&house.store, "first");
    let fails = house.store.write(Lock::House, |conn| {
        add(conn, "failed")?;
        Err::<(), _>(StoreError::Corrupt("on purpose".to_owned()))
    });
    let panics = house.store.write(Lock::House, |conn| -> Result<(), StoreError> {
        add(conn, "panicked")?;
        panic!("on purpose");
    });
    let nested = house.store.write(Lock::House, |conn| -> Result<(), StoreError> {
        add(conn, "outside")?;
        conn.transaction(|conn| {
            diesel::sql_query("DELETE FROM users").execute(conn)?;
            panic!("inside a transaction of its own");
        })
        .map_err(|error: diesel::result::Error| StoreError::Database(error))
    });
    let last = add_to(&house.store, "last");
    let together = async { tokio::join!(first, fails, panics, nested, last) };
    let (ended, ()) = tokio::join!(together, async move {
        // The others queue up first, because `join!` polls them in order.
        tokio::task::yield_now().await;
        drop(going);
    });
    holding.await.unwrap().unwrap();
    assert!(matches!(
        ended,
        (Ok(()), Err(StoreError::Corrupt(_)), Err(StoreError::Panicked), Err(StoreError::Panicked), Ok(()))
    ));
    assert_eq!(house.names().await, ["first", "last"]);
    assert!(add_to(&house.store, "later").await.is_ok());
    house.store.close();
    assert_eq!(names(&open(house.place.database(), 1, 8)).await, ["first", "last", "later"]);
}

async fn what_shares_a_commit_with_a_job_that_fails_is_done_once(engine: Engine) {
    let house = House::open(engine, 2, 64);
    let account = house.account().await;
    let (going, holding) = held(&house.store).await;
    let deposit = || {
        house.store.write(Lock::Account(account), move |conn| {
            let before = accounts::get(conn, account)?;
            ledger::append(conn, &before, cash_entry(EntryKind::Deposit, 1, Clock.now()))
        })
    };
    let fails = house.store.write(Lock::House, |_| Err::<(), _>(StoreError::Corrupt("on purpose".to_owned())));
    let (one, two) = (deposit(), deposit());
    let together = async { tokio::join!(one, fails, two) };
    let (ended, ()) = tokio::join!(together, async move {
        tokio::task::yield_now().await;
        drop(going);
    });
    holding.await.unwrap().unwrap();
    assert!(matches!(ended, (Ok(Some(_)), Err(StoreError::Corrupt(_)), Ok(Some(_)))), "{ended:?}");
    let after: Result<_, StoreError> = house.store.read(move |conn| accounts::get(conn, account)).await;
    let after = after.unwrap();
    assert_eq!((after.entries, after.cash.cents()), (2, 2));
}

async fn a_full_queue_answers_busy_at_once_and_takes_work_again_afterwards(engine: Engine) {
    let house = House::open(engine, 1, 2);
    let (going, holding) = held(&house.store).await;
    let (one, two, three) = (add_to(&house.store, "one"), add_to(&house.store, "two"), add_to(&house.store, "three"));
    let waiting = async { tokio::join!(one, two) };
    let (waited, refused) = tokio::join!(waiting, async {
        let refused = three.await;
        drop(going);
        refused
    });
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    assert!(matches!(waited, (Ok(()), Ok(()))));
    holding.await.unwrap().unwrap();
    assert!(add_to(&house.store, "three").await.is_ok());
    assert_eq!(house.names().await, ["one", "three", "two"]);
}

async fn closing_finishes_what_was_accepted_and_accepts_no_more(engine: Engine) {
    let house = House::open(engine, 1, 64);
    let (going, holding) = held(&house.store).await;
    let accepted = add_to(&house.store, "accepted");
    let closing = house.store.clone();
    let (accepted, ()) = tokio::join!(accepted, async move {
        let closed = tokio::task::spawn_blocking(move || closing.close());
        drop(going);
        closed.await.unwrap();
    });
    assert!(accepted.is_ok());
    holding.await.unwrap().unwrap();
    assert!(matches!(add_to(&house.store, "late").await, Err(StoreError::Unavailable)));
    assert_eq!(names(&open(house.place.database(), 1, 8)).await, ["accepted"]);
}

async fn a_read_sees_every_write_that_was_answered(engine: Engine) {
    let house = House::open(engine, 4, 64);
    let writers = (0..8).map(|writer| {
        let store = house.store.clone();
        tokio::spawn(async move {
            for turn in 0..25 {
                let name = format!("w{writer}-{turn}");
                let written = name.clone();
                let answered: Result<(), StoreError> = store.write(Lock::House, move |conn| add(conn, &written)).await;
                answered.unwrap();
                let read: Result<_, StoreError> =
                    store.read(move |conn| users::by_name(conn, &name.parse().unwrap())).await;
                assert!(read.unwrap().is_some());
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(house.names().await.len(), 200);
}

async fn a_read_is_one_moment_however_long_it_takes(engine: Engine) {
    let house = House::open(engine, 2, 8);
    assert!(add_to(&house.store, "before").await.is_ok());
    let (looked, looks) = oneshot::channel();
    let (going, told) = mpsc::channel::<()>();
    let reading = house.store.read(move |conn| {
        let before = users::list(conn, UserId(0), 10)?.len();
        let _ = looked.send(());
        let _ = told.recv();
        Ok::<_, StoreError>((before, users::list(conn, UserId(0), 10)?.len()))
    });
    let (seen, ()) = tokio::join!(reading, async {
        looks.await.unwrap();
        assert!(add_to(&house.store, "meanwhile").await.is_ok());
        drop(going);
    });
    assert_eq!(seen.unwrap(), (1, 1));
    assert_eq!(house.names().await.len(), 2);
}

async fn a_read_cannot_write_and_one_that_panics_leaves_its_connection_usable(engine: Engine) {
    let house = House::open(engine, 1, 8);
    for _ in 0..3 {
        let refused = house.store.read(|conn| add(conn, "smuggled")).await;
        assert!(matches!(refused, Err(StoreError::Database(_) | StoreError::Unavailable)), "{refused:?}");
        let panicked: Result<(), StoreError> = house.store.read(|_| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(StoreError::Panicked)), "{panicked:?}");
    }
    assert!(house.names().await.is_empty());
    assert!(add_to(&house.store, "written").await.is_ok());
    assert_eq!(house.names().await, ["written"], "no old snapshot is left behind");
}

async fn a_single_query_sees_every_write_that_was_answered_and_cannot_write(engine: Engine) {
    let house = House::open(engine, 1, 8);
    for (number, name) in (1..).zip(["one", "two", "three"]) {
        assert!(add_to(&house.store, name).await.is_ok());
        let people = house.store.ask(|conn| users::list(conn, UserId(0), 10)).await;
        assert_eq!(people.unwrap().len(), number);
        let refused = house.store.ask(|conn| add(conn, "smuggled")).await;
        assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
        let panicked: Result<(), StoreError> = house.store.ask(|_| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(StoreError::Panicked)), "{panicked:?}");
    }
    assert_eq!(house.names().await, ["one", "three", "two"]);
}

async fn a_read_whose_visitor_has_gone_still_counts_until_it_is_over(engine: Engine) {
    let house = House::open(engine, 1, 8);
    let (begun, begins) = oneshot::channel();
    let (going, told) = mpsc::channel::<()>();
    let store = house.store.clone();
    let abandoned = tokio::spawn(async move {
        let read = move |_: &mut Conn| {
            let _ = begun.send(());
            let _ = told.recv();
            Ok::<_, StoreError>(())
        };
        store.read(read).await
    });
    begins.await.unwrap();
    abandoned.abort();
    assert!(abandoned.await.unwrap_err().is_cancelled());
    let next: Result<(), StoreError> = house.store.read(|_| Ok(())).await;
    assert!(matches!(next, Err(StoreError::Busy)), "{next:?}");
    drop(going);
    assert!(house.names().await.is_empty());
}

async fn two_writes_of_one_lock_never_overlap(engine: Engine) {
    assert_never_overlapping(&House::open(engine, 2, 64)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nor_do_they_on_a_server_that_begins_with_another_isolation() {
    let place = Place::on(Engine::Postgres);
    let Database::Postgres(url) = place.database() else { panic!("it is on a server") };
    let name = url.rsplit('/').next().unwrap();
    let stricter = format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'");
    PgConnection::establish(url).unwrap().batch_execute(&stricter).unwrap();
    assert_never_overlapping(&House { store: open(place.database(), 2, 64), place }).await;
}

/// Claims that what is read under a lock holds until what follows from it is written, whoever writes.
async fn assert_never_overlapping(house: &House) {
    let other = Store::open(&StorePlan {
        database: house.place.database().clone(),
        readers: 1,
        writers: 4,
        waiting_writes: 64,
        writes_per_commit: 256,
    })
    .unwrap();
    let account = house.account().await;
    let writes = (0..60).map(|turn| {
        let store = if turn % 2 == 0 { house.store.clone() } else { other.clone() };
        tokio::spawn(async move {
            let written: Result<_, StoreError> = store
                .write(Lock::Account(account), move |conn| {
                    let before = accounts::get(conn, account)?;
                    ledger::append(conn, &before, cash_entry(EntryKind::Deposit, 1, Clock.now()))
                })
                .await;
            written.unwrap().unwrap();
        })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.unwrap();
    }
    let after: Result<_, StoreError> = house.store.read(move |conn| accounts::get(conn, account)).await;
    let after = after.unwrap();
    assert_eq!((after.entries, after.cash.cents()), (60, 60));
    other.close();
}

#[tokio::test]
async fn a_job_that_ends_the_transaction_it_runs_in_is_never_told_done() {
    let house = House::open(Engine::Sqlite, 1, 8);
    assert!(add_to(&house.store, "before").await.is_ok());
    for statement in ["ROLLBACK", "COMMIT"] {
        let ended = house.store.write(Lock::House, move |conn| {
            diesel::sql_query(statement).execute(conn).map_err(StoreError::from).map(|_| ())
        });
        assert!(ended.await.is_err(), "{statement}");
        assert!(add_to(&house.store, if statement == "COMMIT" { "later" } else { "between" }).await.is_ok());
    }
    assert_eq!(house.names().await, ["before", "between", "later"]);
}

#[tokio::test]
async fn what_was_read_of_people_holds_until_something_is_written_that_is_not_of_one_account_alone() {
    let house = House::open(Engine::Sqlite, 1, 8);
    let account = house.account().await;
    let write = async |lock| house.store.write(lock, |_| Ok::<_, StoreError>(())).await.unwrap();
    let mut known = house.store.edition();
    for lock in [Lock::Account(account), Lock::Presence(UserId(1))] {
        write(lock).await;
        assert_eq!(house.store.edition(), known, "{lock:?} changes nobody");
    }
    for lock in [Lock::User(UserId(1)), Lock::Leaver(UserId(1)), Lock::House] {
        write(lock).await;
        assert_ne!(house.store.edition(), known, "{lock:?} may change somebody");
        known = house.store.edition();
    }
}

#[tokio::test]
async fn a_write_whose_asker_has_gone_still_ends_what_was_remembered() {
    let house = House::open(Engine::Sqlite, 1, 8);
    let account = house.account().await;
    let (going, holding) = held_by(&house.store, Lock::Account(account)).await;
    let store = house.store.clone();
    let gone = tokio::spawn(async move { store.write(Lock::User(UserId(1)), |_| Ok::<_, StoreError>(())).await });
    while house.store.load().0 < 2 {
        tokio::task::yield_now().await;
    }
    gone.abort();
    assert!(gone.await.is_err());
    let known = house.store.edition();
    drop(going);
    holding.await.unwrap().unwrap();
    // Comes after the other, so that by its answer the other is over.
    house.store.write(Lock::Account(account), |_| Ok::<_, StoreError>(())).await.unwrap();
    assert_ne!(house.store.edition(), known);
}

#[tokio::test]
async fn nothing_that_is_read_of_a_server_is_to_be_remembered_because_others_write_to_it() {
    let house = House::open(Engine::Postgres, 1, 8);
    assert_eq!(house.store.edition(), None);
}

#[tokio::test]
async fn a_closed_file_is_complete_without_its_log() {
    let house = House::open(Engine::Sqlite, 1, 64);
    add_to(&house.store, "accepted").await.unwrap();
    house.store.close();
    let alone = Place::on(Engine::Sqlite);
    std::fs::copy(house.place.file(), alone.file()).unwrap();
    assert_eq!(names(&open(alone.database(), 1, 8)).await, ["accepted"]);
}

#[derive(QueryableByName)]
struct Language {
    #[diesel(sql_type = Text)]
    value: String,
}

#[tokio::test]
async fn a_server_words_its_errors_in_english_for_who_may_choose_and_serves_who_may_not() {
    let house = House::open(Engine::Postgres, 1, 8);
    let Database::Postgres(url) = house.place.database().clone() else { panic!("it is on a server") };
    let name = url.rsplit('/').next().unwrap().to_owned();
    let role = format!("clerk_of_{name}");
    let prepare = format!(
        "ALTER DATABASE {name} SET lc_messages = 'POSIX'; CREATE ROLE {role} LOGIN; GRANT ALL ON SCHEMA public TO {role}; \
         GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}"
    );
    PgConnection::establish(&url).unwrap().batch_execute(&prepare).unwrap();
    for (owner, language) in [("tradefloor".to_owned(), "C"), (role, "POSIX")] {
        let url = url.replace("tradefloor@", &format!("{owner}@"));
        let store = open(&Database::Postgres(url), 1, 8);
        let spoken = |conn: &mut Conn| {
            Ok::<_, StoreError>(
                sql_query("SELECT current_setting('lc_messages') AS value").get_result::<Language>(conn)?,
            )
        };
        let spoken = (store.read(spoken).await.unwrap().value, store.write(Lock::House, spoken).await.unwrap().value);
        assert_eq!(spoken, (language.to_owned(), language.to_owned()), "{owner}");
        let added: Result<(), StoreError> = store.write(Lock::House, move |conn| add(conn, &owner)).await;
        added.unwrap();
    }
}
