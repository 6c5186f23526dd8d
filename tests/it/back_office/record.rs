//! The record: it grows at its end, and whatever is done to the rest of it is found.

use crate::support::sound::assert_sound;
use crate::support::{Engine, Floor};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tradefloor::books::verify_database;
use tradefloor::clock::Clock;
use tradefloor::domain::{Act, Author, Details, Instruction, OrderKey, Subject, SubjectKind};
use tradefloor::store::audit::{self, Acted, Written};
use tradefloor::store::{Lock, StoreError};

fn subject() -> Subject {
    Subject { kind: SubjectKind::Instrument, id: "ACME".to_owned(), person: None }
}

fn instruction(key: &str, seen: Option<i64>) -> Instruction {
    Instruction {
        author: Author::command_line(),
        reason: "a test of the record".parse().unwrap(),
        key: key.parse::<OrderKey>().unwrap(),
        seen,
    }
}

async fn act(floor: &Floor, instruction: Instruction) -> Acted<(), &'static str> {
    let acted: Result<_, StoreError> = floor
        .store
        .write(Lock::House, move |conn| {
            audit::on_record(conn, &instruction, &subject(), Clock.now(), |_| {
                let became = Details::default().with("halted", "yes");
                Ok(Ok(Written { value: (), act: Act::HaltInstrument, subject: None, was: Details::default(), became }))
            })
        })
        .await;
    acted.expect("the store writes")
}

async fn promises(engine: Engine) {
    let floor = Floor::on(engine).await;
    assert_eq!(act(&floor, instruction("one", None)).await, Acted::Done(()));
    let Acted::Repeated(done) = act(&floor, instruction("one", None)).await else { panic!("done before") };
    assert_eq!((done.number, done.became.get("halted")), (1, Some("yes")), "it tells what was done");
    assert_eq!(act(&floor, instruction("two", Some(1))).await, Acted::Done(()));
    let Acted::Overtaken(since) = act(&floor, instruction("three", Some(1))).await else { panic!("overtaken by two") };
    assert_eq!(since.iter().map(|line| line.number).collect::<Vec<_>>(), [2]);
    let refused: Result<Acted<(), _>, StoreError> = floor
        .store
        .write(Lock::House, |conn| {
            audit::on_record(conn, &instruction("four", None), &subject(), Clock.now(), |_| Ok(Err("it is not so")))
        })
        .await;
    assert_eq!(refused.unwrap(), Acted::Refused("it is not so"));
    let latest: Result<_, StoreError> = floor.store.read(|conn| audit::latest(conn, 10)).await;
    let numbers: Vec<_> = latest.unwrap().iter().map(|line| line.number).collect();
    assert_eq!(numbers, [2, 1], "what was repeated, overtaken or refused is not on record");
    floor.store.close();
    assert_sound(floor.database());
}

#[tokio::test]
async fn an_act_is_on_record_once_and_only_when_it_is_done() {
    promises(Engine::Sqlite).await;
}

#[tokio::test]
async fn so_it_is_on_a_server() {
    promises(Engine::Postgres).await;
}

#[tokio::test]
async fn many_acts_at_once_make_one_chain_on_a_server() {
    let floor = Floor::on(Engine::Postgres).await;
    let acts = (0..40).map(|number| {
        let key = format!("key-{number}");
        let floor = &floor;
        async move { act(floor, instruction(&key, None)).await }
    });
    let acted = futures_util::future::join_all(acts).await;
    assert!(acted.iter().all(|acted| *acted == Acted::Done(())));
    floor.store.close();
    assert_sound(floor.database());
}

/// A change behind the back of the house, and how it is named.
const CHANGES: [(&str, &str); 9] = [
    ("UPDATE audit_entries SET reason = 'another' WHERE id = 2", "audit_entries row 2: its hash is not that of"),
    ("UPDATE audit_entries SET became = '[]' WHERE id = 1", "audit_entries row 1: its hash is not that of"),
    ("UPDATE audit_entries SET at = at + 1 WHERE id = 3", "audit_entries row 3: its hash is not that of"),
    ("UPDATE audit_entries SET act = 'praised' WHERE id = 1", "audit_entries row 1: \"praised\" is no act"),
    ("UPDATE audit_entries SET subject_kind = 'x' WHERE id = 1", "audit_entries row 1: \"x\" is no kind of subject"),
    ("DELETE FROM audit_entries WHERE id = 2", "audit_entries row 3: entry 2 is missing before it"),
    ("DELETE FROM audit_entries WHERE id = 3", "audit_head row 1: it counts 3 entries, and the record has 2"),
    ("UPDATE audit_head SET hash = zeroblob(32)", "audit_head row 1: its hash is not that of the newest entry"),
    ("UPDATE audit_entries SET actor_id = 99 WHERE id = 1", "audit_entries row 1: its hash is not that of"),
];

#[tokio::test]
async fn whatever_is_changed_in_the_record_is_found_and_named() {
    let floor = Floor::on(Engine::Sqlite).await;
    for key in ["one", "two", "three"] {
        assert_eq!(act(&floor, instruction(key, None)).await, Acted::Done(()));
    }
    floor.store.close();
    let sound = std::fs::read(floor.file()).unwrap();
    for (change, named) in CHANGES {
        std::fs::write(floor.file(), &sound).unwrap();
        let mut conn = SqliteConnection::establish(floor.file().to_str().unwrap()).unwrap();
        assert!(conn.batch_execute(change).is_err() || change.contains("audit_head"), "{change}: it is refused");
        conn.batch_execute(
            "PRAGMA foreign_keys = OFF; DROP TRIGGER audit_entries_are_never_changed;
             DROP TRIGGER audit_entries_are_never_removed;",
        )
        .unwrap();
        conn.batch_execute(change).unwrap();
        drop(conn);
        let found = verify_database(floor.database(), &mut |_| {}).unwrap_err().to_string();
        assert!(found.starts_with(named), "{change}: {found}");
    }
}
