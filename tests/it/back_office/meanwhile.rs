//! What people ask for about themselves while staff take their password, their session or themselves away.

use crate::support::Floor;
use crate::support::floor::instruction;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::time::Duration;
use tradefloor::accounts::password::Hasher;
use tradefloor::accounts::throttle::{Allowance, Throttle};
use tradefloor::accounts::{Accounts, AccountsError, PersonRefusal, Renewal};
use tradefloor::clock::Clock;
use tradefloor::domain::{At, Author, Instruction, Money, NewPassword, Role, UserId, Username};
use tradefloor::store::audit::{self, Acted};
use tradefloor::store::sessions::Session;
use tradefloor::store::users::User;
use tradefloor::store::{Conn, Lock, StoreError, sessions, users};

const OLD: &str = "violet-kettle-harbour-93";
const NEW: &str = "amber-lantern-meadow-58";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn desk(floor: &Floor) -> Accounts {
    let often = Allowance { burst: NonZeroU32::new(1_000).unwrap(), every: Duration::from_secs(1) };
    let opening = Money::from_cents(1_000_000);
    Accounts::new(floor.store.clone(), Clock, Hasher::new(4), Throttle::new(often, often), opening)
}

fn password(text: &str, name: &str) -> NewPassword {
    NewPassword::parse(text, &name.parse::<Username>().unwrap()).unwrap()
}

async fn joins(desk: &Accounts, name: &str, role: Role) -> UserId {
    let (username, password) = (name.parse().unwrap(), password(OLD, name));
    let added = match role {
        Role::Trader => desk.register(username, password).await.unwrap(),
        staff => desk.add(username, password, staff).await.unwrap(),
    };
    added.id
}

async fn looks<T: Send + 'static>(
    floor: &Floor,
    look: impl FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
) -> T {
    floor.store.read(look).await.unwrap()
}

async fn person(floor: &Floor, id: UserId) -> User {
    looks(floor, move |conn| users::find(conn, id)).await.unwrap()
}

fn hash(sign: &str) -> String {
    sign.repeat(64)
}

/// Signs somebody in; the hash of their session's key.
async fn signs_in(floor: &Floor, id: UserId, sign: &str) -> String {
    let (key_hash, now) = (hash(sign), Clock.now());
    let password_version = person(floor, id).await.password_version;
    let session = Session {
        key_hash: key_hash.clone(),
        user_id: id,
        password_version,
        state: "{}".to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now.plus(Duration::from_hours(1)),
        granted_until: None,
        acting_as: None,
        acting_until: None,
    };
    let kept: Result<(), StoreError> =
        floor.store.write(Lock::User(id), move |conn| sessions::insert(conn, &session)).await;
    kept.unwrap();
    key_hash
}

fn renewal(from: &str) -> Renewal {
    Renewal { from: from.to_owned(), to: hash("f") }
}

async fn acts_of(floor: &Floor) -> Vec<String> {
    let lines = looks(floor, |conn| audit::latest(conn, 100)).await;
    lines.iter().map(|line| line.act.to_string()).collect()
}

#[tokio::test]
async fn a_reset_outlives_a_change_of_password_that_was_under_way() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let bob = joins(&desk, "bob", Role::Trader).await;
    let session = signs_in(&floor, bob, "a").await;
    let before = person(&floor, bob).await;
    let Acted::Done(code) = desk.reset_password(bob, instruction("taken over")).await.unwrap() else { panic!("reset") };
    let late = desk.change_password(&before, OLD.to_owned(), password(NEW, "bob"), HERE, renewal(&session)).await;
    assert!(matches!(late, Err(AccountsError::SessionOver)), "{late:?}");
    assert!(person(&floor, bob).await.password_hash.is_empty());
    assert!(looks(&floor, |conn| sessions::get(conn, &hash("f"))).await.is_none());
    assert_eq!(desk.sign_in("bob", code.to_string(), HERE).await.unwrap().id, bob);
}

#[tokio::test]
async fn who_was_signed_out_everywhere_changes_no_password_any_more() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let bob = joins(&desk, "bob", Role::Trader).await;
    let session = signs_in(&floor, bob, "a").await;
    let before = person(&floor, bob).await;
    desk.sign_out_everywhere(bob, instruction("taken over")).await.unwrap();
    let late = desk.change_password(&before, OLD.to_owned(), password(NEW, "bob"), HERE, renewal(&session)).await;
    assert!(matches!(late, Err(AccountsError::SessionOver)), "{late:?}");
    assert_eq!(person(&floor, bob).await.password_hash, before.password_hash);
}

#[tokio::test]
async fn who_was_erased_or_disabled_gets_no_password_and_leaves_no_more() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    for (name, sign, erased) in [("bob", "a", true), ("cyd", "b", false)] {
        let id = joins(&desk, name, Role::Trader).await;
        let session = signs_in(&floor, id, sign).await;
        let before = person(&floor, id).await;
        if erased {
            desk.erase(id, name.to_owned(), instruction("left the school")).await.unwrap();
        } else {
            desk.disable(id, instruction("left the school")).await.unwrap();
        }
        let stands = person(&floor, id).await.password_hash;
        let late = desk.change_password(&before, OLD.to_owned(), password(NEW, name), HERE, renewal(&session)).await;
        assert!(matches!(late, Err(AccountsError::SessionOver)), "{name}: {late:?}");
        let late = desk.close(&before, session, OLD.to_owned(), HERE).await;
        assert!(matches!(late, Err(AccountsError::SessionOver)), "{name}: {late:?}");
        assert_eq!(person(&floor, id).await.password_hash, stands);
        assert_eq!(stands.is_empty(), erased);
    }
}

#[tokio::test]
async fn what_is_sent_again_once_it_is_done_is_over_and_not_wrong() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let bob = joins(&desk, "bob", Role::Trader).await;
    desk.reset_password(bob, instruction("forgot it")).await.unwrap();
    let first = signs_in(&floor, bob, "a").await;
    desk.choose_password(bob, password(OLD, "bob"), HERE, renewal(&first)).await.unwrap();
    let again = desk.choose_password(bob, password(OLD, "bob"), HERE, renewal(&first)).await;
    assert!(matches!(again, Err(AccountsError::AlreadyChosen)), "{again:?}");
    // What is read of a person by the second copy may be what the first has made of them.
    let second = signs_in(&floor, bob, "b").await;
    let before = person(&floor, bob).await;
    let to = Renewal { from: second.clone(), to: hash("c") };
    let wrong = desk.change_password(&before, NEW.to_owned(), password(NEW, "bob"), HERE, to.clone()).await;
    assert!(matches!(wrong, Err(AccountsError::WrongCredentials)), "{wrong:?}");
    desk.change_password(&before, OLD.to_owned(), password(NEW, "bob"), HERE, to.clone()).await.unwrap();
    let after = person(&floor, bob).await;
    let again = desk.change_password(&after, OLD.to_owned(), password(NEW, "bob"), HERE, to).await;
    assert!(matches!(again, Err(AccountsError::SessionOver)), "{again:?}");
    let third = signs_in(&floor, bob, "d").await;
    desk.close(&after, third.clone(), NEW.to_owned(), HERE).await.unwrap();
    let again = desk.close(&person(&floor, bob).await, third, NEW.to_owned(), HERE).await;
    assert!(matches!(again, Err(AccountsError::SessionOver)), "{again:?}");
}

#[tokio::test]
async fn a_first_password_is_not_chosen_from_a_session_that_was_ended() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let bob = joins(&desk, "bob", Role::Trader).await;
    desk.reset_password(bob, instruction("forgot it")).await.unwrap();
    let session = signs_in(&floor, bob, "a").await;
    desk.sign_out_everywhere(bob, instruction("taken over")).await.unwrap();
    let late = desk.choose_password(bob, password(NEW, "bob"), HERE, renewal(&session)).await;
    assert!(matches!(late, Err(AccountsError::SessionOver)), "{late:?}");
    assert!(person(&floor, bob).await.password_hash.is_empty());
}

#[tokio::test]
async fn the_back_office_does_not_open_for_a_password_that_was_reset_meanwhile() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let _boss = joins(&desk, "boss", Role::Admin).await;
    let other = joins(&desk, "other", Role::Admin).await;
    let session = signs_in(&floor, other, "a").await;
    let before = person(&floor, other).await;
    desk.reset_password(other, instruction("taken over")).await.unwrap();
    let late = desk.grant(&before, session, OLD.to_owned(), HERE).await;
    assert!(matches!(late, Err(AccountsError::SessionOver)), "{late:?}");
    assert!(!acts_of(&floor).await.contains(&"grant".to_owned()));
}

#[tokio::test]
async fn a_session_goes_on_under_another_key_without_the_back_office_and_staff_leave_a_trace() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let boss = joins(&desk, "boss", Role::Admin).await;
    let session = signs_in(&floor, boss, "a").await;
    let _elsewhere = signs_in(&floor, boss, "b").await;
    let before = person(&floor, boss).await;
    desk.grant(&before, session.clone(), OLD.to_owned(), HERE).await.unwrap();
    let changed = desk.change_password(&before, OLD.to_owned(), password(NEW, "boss"), HERE, renewal(&session)).await;
    assert_eq!(changed.unwrap(), before.password_version + 1);
    let kept = looks(&floor, move |conn| sessions::of_user(conn, boss, 10)).await;
    let [kept] = &kept[..] else { panic!("one session goes on: {kept:?}") };
    assert_eq!((&kept.key_hash, kept.granted_until), (&hash("f"), None));
    assert!(looks(&floor, |conn| sessions::find(conn, &hash("f"))).await.is_some());
    assert_eq!(acts_of(&floor).await[0], "set_password");
}

#[tokio::test]
async fn the_end_of_acting_is_on_record_however_the_session_ends() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let boss = joins(&desk, "boss", Role::Admin).await;
    let bob = joins(&desk, "bob", Role::Trader).await;
    let ends = async || {
        let record = looks(&floor, |conn| audit::latest(conn, 100)).await;
        record.iter().filter(|line| line.act.as_str() == "act_as_end" && line.subject == bob.to_string()).count()
    };
    let acts = async |sign: &'static str, seen_at: Option<At>| {
        let session = signs_in(&floor, boss, sign).await;
        desk.grant(&person(&floor, boss).await, session.clone(), OLD.to_owned(), HERE).await.unwrap();
        let author = Author { user: Some(boss), address: HERE.to_string(), session: Some(session.clone()) };
        let acted = desk.act_as(bob, Instruction { author, ..instruction("looks for it") }).await.unwrap();
        assert_eq!(acted, Acted::Done(()));
        if let Some(seen_at) = seen_at {
            let unused = session.clone();
            let set: Result<(), StoreError> =
                floor.store.write(Lock::House, move |conn| sessions::touch(conn, &unused, seen_at)).await;
            set.unwrap();
        }
        session
    };
    let session = acts("a", None).await;
    desk.sign_out(session).await.unwrap();
    assert_eq!(ends().await, 1);
    let unused = acts("b", Some(At::from_micros(1))).await;
    assert_eq!(desk.sweep(Duration::from_hours(1)).await.unwrap(), 1);
    assert!(looks(&floor, move |conn| sessions::get(conn, &unused)).await.is_none());
    assert_eq!(ends().await, 2);
    let session = acts("c", None).await;
    let before = person(&floor, boss).await;
    desk.change_password(&before, OLD.to_owned(), password(NEW, "boss"), HERE, renewal(&session)).await.unwrap();
    assert_eq!(ends().await, 3);
}

#[tokio::test]
async fn who_acts_as_one_and_then_another_ends_the_first_on_record() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let boss = joins(&desk, "boss", Role::Admin).await;
    let session = signs_in(&floor, boss, "a").await;
    desk.grant(&person(&floor, boss).await, session.clone(), OLD.to_owned(), HERE).await.unwrap();
    for name in ["bob", "cyd"] {
        let id = joins(&desk, name, Role::Trader).await;
        let author = Author { user: Some(boss), address: HERE.to_string(), session: Some(session.clone()) };
        desk.act_as(id, Instruction { author, ..instruction("looks for it") }).await.unwrap();
    }
    let record = looks(&floor, |conn| audit::latest(conn, 3)).await;
    let said: Vec<_> = record.iter().rev().map(|line| (line.act.as_str(), line.subject.as_str())).collect();
    let (bob, cyd) = ((boss.0 + 1).to_string(), (boss.0 + 2).to_string());
    assert_eq!(said, [("act_as", bob.as_str()), ("act_as_end", bob.as_str()), ("act_as", cyd.as_str())]);
}

#[tokio::test]
async fn what_a_session_was_let_in_for_ends_with_the_role() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let _boss = joins(&desk, "boss", Role::Admin).await;
    let helper = joins(&desk, "helper", Role::Support).await;
    let session = signs_in(&floor, helper, "a").await;
    desk.grant(&person(&floor, helper).await, session.clone(), OLD.to_owned(), HERE).await.unwrap();
    desk.change_role(helper, Role::Admin, instruction("runs the club")).await.unwrap();
    assert_eq!(looks(&floor, move |conn| sessions::get(conn, &session)).await.unwrap().granted_until, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_administrators_who_take_each_other_s_rights_at_once_leave_one() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    for round in 0..10 {
        let (left, right) = (format!("left{round}"), format!("right{round}"));
        let (left, right) = (joins(&desk, &left, Role::Admin).await, joins(&desk, &right, Role::Admin).await);
        let by = |id| {
            let author = Author { user: Some(id), address: String::new(), session: None };
            Instruction { author, ..instruction("one of us goes") }
        };
        let demote = |of, by| {
            let desk = desk.clone();
            tokio::spawn(async move { desk.change_role(of, Role::Trader, by).await.unwrap() })
        };
        let (one, other) = (demote(left, by(right)), demote(right, by(left)));
        let done = [one.await.unwrap(), other.await.unwrap()];
        assert!(done.contains(&Acted::Done(())), "{done:?}");
        assert!(done.contains(&Acted::Refused(PersonRefusal::LastAdministrator)), "{done:?}");
        assert_eq!(looks(&floor, users::administrators).await, 1);
        for id in [left, right] {
            let demoted: Result<(), StoreError> =
                floor.store.write(Lock::User(id), move |conn| users::set_role(conn, id, Role::Trader)).await;
            demoted.unwrap();
        }
    }
}

/// An administrator, for whose session the back office is open, and what they ask for from it.
async fn at_work(floor: &Floor, desk: &Accounts, name: &str, sign: &str) -> (UserId, Instruction) {
    let id = joins(desk, name, Role::Admin).await;
    let session = signs_in(floor, id, sign).await;
    desk.grant(&person(floor, id).await, session.clone(), OLD.to_owned(), HERE).await.unwrap();
    let author = Author { user: Some(id), address: HERE.to_string(), session: Some(session) };
    (id, Instruction { author, ..instruction("while it lasts") })
}

#[tokio::test]
async fn whose_rights_were_taken_meanwhile_does_nothing_more() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let (_boss, of_boss) = at_work(&floor, &desk, "boss", "a").await;
    let bob = joins(&desk, "bob", Role::Trader).await;
    for (name, sign, disabled) in [("rogue", "b", true), ("clerk", "c", false)] {
        let (id, late) = at_work(&floor, &desk, name, sign).await;
        let taken = Instruction { key: name.parse().unwrap(), ..of_boss.clone() };
        let taken = if disabled {
            desk.disable(id, taken).await.unwrap()
        } else {
            desk.change_role(id, Role::Trader, taken).await.unwrap()
        };
        assert!(matches!(taken, Acted::Done(())), "{taken:?}");
        let done = desk.disable(bob, late).await.unwrap();
        assert!(matches!(done, Acted::Closed), "{name}: {done:?}");
    }
    assert!(person(&floor, bob).await.disabled_at.is_none());
}

#[tokio::test]
async fn a_form_does_not_overrule_what_the_command_line_did_meanwhile() {
    let floor = Floor::open().await;
    let desk = desk(&floor);
    let (_boss, told) = at_work(&floor, &desk, "boss", "a").await;
    let bob = joins(&desk, "bob", Role::Trader).await;
    let seen = Some(looks(&floor, audit::newest).await);
    desk.set_role(&"bob".parse().unwrap(), Role::Support).await.unwrap();
    // That somebody comes in takes nothing from a form that is open about them.
    desk.sign_in("bob", OLD.to_owned(), HERE).await.unwrap();
    match desk.change_role(bob, Role::Admin, Instruction { seen, ..told }).await.unwrap() {
        Acted::Overtaken(lines) => {
            assert_eq!(lines.iter().map(|line| line.act.as_str()).collect::<Vec<_>>(), ["set_role"]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(person(&floor, bob).await.role, Role::Support);
}
