//! What was answered is there, whenever the process ends: by `kill -9` under load, and in order.

use crate::support::answer::Answer;
use crate::support::books::assert_balanced;
use crate::support::form::Form;
use crate::support::sound::assert_sound;
use crate::support::{Server, Visitor};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;

/// How often the process is killed at the least.
const KILLS: u64 = 20;
/// How often at the most.
const MOST_KILLS: u64 = 5 * KILLS;
/// More receipts than this have to be told of for the test to mean something.
const ENOUGH: usize = 20;
/// The people who trade meanwhile, each on two connections.
const PEOPLE: [&str; 2] = ["ada", "bob"];

/// What one person was told is done.
#[derive(Default)]
struct Told {
    /// The addresses of receipts.
    receipts: Vec<String>,
    /// Sums that were added, each unlike any other, as the ledger writes them.
    deposits: Vec<String>,
}

struct Person {
    visitor: Visitor,
    told: Arc<Mutex<Told>>,
}

impl Person {
    async fn register(server: &Server, name: &str) -> Self {
        let visitor = Visitor::new(server);
        visitor.register(name).await.assert_done();
        visitor.deposit("900000").await.assert_done();
        Self { visitor, told: Arc::default() }
    }

    /// Trades and adds money until the server is gone. `turn` makes each sum unlike any other.
    async fn work(visitor: Visitor, told: Arc<Mutex<Told>>, turn: u64) {
        let wallet = visitor.try_get("/wallet").await;
        let trade = visitor.try_get("/trade").await;
        let (Some(wallet), Some(trade)) = (wallet, trade) else { return };
        let (deposit, ticket) = (Form::in_page(&wallet, "/wallet/deposit"), Form::in_page(&trade, "/trade/review"));
        for step in 0_u64.. {
            let cents = turn * 1_000 + step % 1_000 + 1;
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            let mut form = if step % 3 == 0 { deposit.clone() } else { ticket.clone() };
            form.fill("key", &format!("t{turn}-{step}"));
            if step % 3 == 0 {
                form.fill("amount", &amount);
            } else {
                "/trade".clone_into(&mut form.action);
                let side = if step % 3 == 1 { "buy" } else { "sell" };
                let fields = [("side", side), ("symbol", "AAPL"), ("by", "shares"), ("amount", "0.01")];
                for (name, value) in fields {
                    form.fill(name, value);
                }
            }
            let Ok(answer) = visitor.try_send(&form).await else { return };
            let mut told = told.lock().unwrap();
            match (answer.status.as_u16(), step % 3) {
                (303, 0) => told.deposits.push(amount),
                (303, _) => told.receipts.push(answer.location().to_owned()),
                // A server on its way out may say that it is.
                (503, _) => {}
                _ => panic!("{} was answered {}: {}", answer.request, answer.status, answer.main_text()),
            }
        }
    }

    /// Looks for all that was told, on the site.
    async fn check(&self) {
        let orders: BTreeSet<String> =
            column(&self.visitor.get("/history.csv").await, 0).map(|id| format!("/orders/{id}")).collect();
        let ledger: BTreeSet<String> = column(&self.visitor.get("/wallet.csv").await, 5).collect();
        let told = self.told.lock().unwrap();
        let lost = told.receipts.iter().filter(|receipt| !orders.contains(*receipt));
        let lost: Vec<_> = lost.chain(told.deposits.iter().filter(|amount| !ledger.contains(*amount))).collect();
        assert!(lost.is_empty(), "answered and lost: {lost:?}");
    }
}

fn column(file: &Answer, place: usize) -> impl Iterator<Item = String> {
    file.assert_is(200);
    file.text.lines().skip(1).map(move |line| line.split(',').nth(place).unwrap_or_default().to_owned())
}

fn start_work(people: &[Person], work: &mut JoinSet<()>, round: u64) {
    for (number, person) in (0_u64..).zip(people) {
        for tab in 0..2 {
            work.spawn(Person::work(person.visitor.clone(), Arc::clone(&person.told), round * 10 + number * 2 + tab));
        }
    }
}

async fn finished(mut work: JoinSet<()>) {
    while let Some(ended) = work.join_next().await {
        ended.unwrap();
    }
}

async fn price(visitor: &Visitor) -> String {
    visitor.get("/stocks/AAPL").await.assert_is(200);
    let rates = visitor.get("/rates").await;
    rates.select_text("tr[data-symbol=AAPL] [data-field=last]").expect("AAPL has a price")
}

#[tokio::test]
async fn what_was_answered_survives_kill_9_at_any_moment_and_nothing_is_half_done() {
    let mut server = Server::start();
    let mut people = Vec::new();
    for name in PEOPLE {
        people.push(Person::register(&server, name).await);
    }
    let told =
        |people: &[Person]| people.iter().map(|person| person.told.lock().unwrap().receipts.len()).sum::<usize>();
    for round in 1..=MOST_KILLS {
        // A machine that is busy with other things tells of little before it is killed.
        if round > KILLS && told(&people) > ENOUGH {
            break;
        }
        let mut work = JoinSet::new();
        start_work(&people, &mut work, round);
        // Spread over the time that a few dozen commits take, so that it falls on every part of one.
        tokio::time::sleep(Duration::from_micros(20_000 + round * 7_919 % 200 * 1_000)).await;
        server.kill();
        finished(work).await;
        assert_balanced(server.database());
        server.restart();
        for person in &mut people {
            person.visitor.moves_to(&server);
        }
    }
    for person in &people {
        person.check().await;
    }
    let told = told(&people);
    let audited = assert_balanced(server.database());
    assert!(told > ENOUGH && audited.fills >= told, "{told} receipts were told and there are {audited:?}");
    let before = price(&people[0].visitor).await;
    let moved = async {
        while price(&people[0].visitor).await == before {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), moved).await.expect("prices go on");
    people[0].visitor.buy("AAPL", "1").await.assert_done();
    assert_sound(server.database());
}

#[tokio::test]
async fn asked_to_stop_under_load_it_loses_nothing_and_ends_well() {
    let mut server = Server::start();
    let person = Person::register(&server, "ada").await;
    let mut people = vec![person];
    let mut work = JoinSet::new();
    start_work(&people, &mut work, 1);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut server = tokio::task::spawn_blocking(move || {
        let status = server.stop();
        assert!(status.success(), "{status}: {}", server.said());
        server
    })
    .await
    .unwrap();
    finished(work).await;
    let log = server.file().with_extension("db-wal");
    assert!(!log.exists() || log.metadata().unwrap().len() == 0, "the file alone is complete");
    assert_sound(server.database());
    server.restart();
    people[0].visitor.moves_to(&server);
    people[0].check().await;
    assert!(!people[0].told.lock().unwrap().receipts.is_empty());
}
