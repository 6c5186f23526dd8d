//! People who trade all at once on many connections, and who remember what they were told.

use crate::support::answer::Answer;
use crate::support::form::Form;
use crate::support::server::Settings;
use crate::support::{Server, Visitor};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

/// What a page says that promises that nothing was done.
const NOTHING: &str = "Nothing was changed";

/// Settings under which a crowd may add as much money as it likes.
pub(super) fn generous(settings: &mut Settings) {
    settings.set("--funding-total-max", "100000000");
}

/// Whether the server may be gone in the middle of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stays {
    Yes,
    No,
}

/// What people were told.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// Sums that were added, each unlike any other, as the ledger writes them.
    pub(super) deposits: Vec<String>,
    /// Sums that were not, as the page said.
    pub(super) refused: Vec<String>,
    /// The addresses of receipts.
    pub(super) receipts: Vec<String>,
    /// How often a page was shown.
    pub(super) pages: usize,
    /// How often the answer was to come again later: for forms, and for pages.
    pub(super) later: (usize, usize),
}

#[derive(Clone)]
struct Person {
    visitor: Visitor,
    deposit: Form,
    ticket: Form,
    told: Arc<Mutex<Told>>,
    steps: Arc<AtomicU64>,
}

/// People who are signed in.
pub(super) struct Crowd {
    people: Vec<Person>,
}

/// What a crowd does at the moment.
pub(super) struct Work {
    tasks: JoinSet<()>,
    over: Arc<AtomicBool>,
}

impl Crowd {
    /// Signs up `people`, each with money and shares.
    pub(super) async fn gather(server: &Server, people: usize) -> Self {
        let mut crowd = Vec::new();
        for number in 0..people {
            let visitor = Visitor::new(server);
            visitor.register(&format!("trader{number}")).await.assert_done();
            visitor.buy("AAPL", "5").await.assert_done();
            let deposit = visitor.fill("/wallet", "/wallet/deposit", &[]).await;
            let ticket = visitor.ticket("buy", "AAPL", "shares", "0.01").await;
            crowd.push(Person { visitor, deposit, ticket, told: Arc::default(), steps: Arc::default() });
        }
        Self { people: crowd }
    }

    /// Goes on where the server listens now.
    pub(super) fn moves_to(&mut self, server: &Server) {
        self.people.iter_mut().for_each(|person| person.visitor.moves_to(server));
    }

    /// Begins to trade, each person on `tabs` connections.
    pub(super) fn works(&self, tabs: usize, stays: Stays) -> Work {
        let mut work = Work { tasks: JoinSet::new(), over: Arc::default() };
        for person in self.people.iter().flat_map(|person| std::iter::repeat_n(person, tabs)) {
            work.tasks.spawn(person.clone().work(Arc::clone(&work.over), stays));
        }
        work
    }

    /// What all were told so far.
    pub(super) fn told(&self) -> Told {
        self.people.iter().fold(Told::default(), |mut all, person| {
            let told = person.told.lock().unwrap();
            all.deposits.extend_from_slice(&told.deposits);
            all.refused.extend_from_slice(&told.refused);
            all.receipts.extend_from_slice(&told.receipts);
            all.pages += told.pages;
            all.later = (all.later.0 + told.later.0, all.later.1 + told.later.1);
            all
        })
    }

    /// How many answers they got that say that something was done or show something.
    pub(super) fn answered(&self) -> usize {
        let told = self.told();
        told.receipts.len() + told.deposits.len() + told.pages
    }

    /// Looks on the site whether all that was told is so.
    pub(super) async fn finds_what_it_was_told(&self) {
        for person in &self.people {
            person.check().await;
        }
    }

    /// The first of them.
    pub(super) fn visitor(&self) -> &Visitor {
        &self.people[0].visitor
    }
}

impl Work {
    /// Lets everybody finish what they are at.
    pub(super) async fn ends(mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.gone().await;
    }

    /// Waits until everybody has noticed that the server is gone.
    pub(super) async fn gone(&mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
    }
}

impl Person {
    async fn work(self, over: Arc<AtomicBool>, stays: Stays) {
        while !over.load(Ordering::Relaxed) {
            let step = self.steps.fetch_add(1, Ordering::Relaxed);
            let answered = match step % 5 {
                0 | 1 => self.add_money(step).await,
                2 => self.trade(step, "buy").await,
                3 => self.trade(step, "sell").await,
                _ => self.look(["/portfolio", "/wallet", "/orders"][usize::try_from(step / 5 % 3).unwrap()]).await,
            };
            if let Err(gone) = answered {
                assert!(stays == Stays::No, "{gone}");
                return;
            }
        }
    }

    async fn add_money(&self, step: u64) -> Result<(), String> {
        let amount = format!("{}.{:02}", (step + 1) / 100, (step + 1) % 100);
        let mut form = self.deposit.clone();
        form.fill("key", &format!("d{step}"));
        form.fill("amount", &amount);
        let answer = self.visitor.try_send(&form).await.map_err(|gone| gone.to_string())?;
        let mut told = self.told.lock().unwrap();
        match answer.status.as_u16() {
            303 => told.deposits.push(amount),
            _ if says_later(&answer).contains(NOTHING) => {
                told.refused.push(amount);
                told.later.0 += 1;
            }
            _ => told.later.0 += 1,
        }
        Ok(())
    }

    async fn trade(&self, step: u64, side: &str) -> Result<(), String> {
        let mut form = self.ticket.clone();
        form.fill("key", &format!("o{step}"));
        form.fill("side", side);
        let answer = self.visitor.try_send(&form).await.map_err(|gone| gone.to_string())?;
        let mut told = self.told.lock().unwrap();
        if answer.status == 303 {
            told.receipts.push(answer.location().to_owned());
        } else {
            says_later(&answer);
            told.later.0 += 1;
        }
        Ok(())
    }

    async fn look(&self, path: &str) -> Result<(), String> {
        let Some(answer) = self.visitor.try_get(path).await else { return Err(format!("{path} got no answer")) };
        let mut told = self.told.lock().unwrap();
        if answer.status == 200 {
            told.pages += 1;
        } else {
            says_later(&answer);
            told.later.1 += 1;
        }
        Ok(())
    }

    async fn check(&self) {
        let orders = column(&self.visitor.get("/history.csv").await, 0);
        let ledger = column(&self.visitor.get("/wallet.csv").await, 5);
        let told = self.told.lock().unwrap();
        let lost =
            told.receipts.iter().filter(|receipt| orders.get(receipt.trim_start_matches("/orders/")) != Some(&1));
        let lost: Vec<_> = lost.chain(told.deposits.iter().filter(|amount| ledger.get(*amount) != Some(&1))).collect();
        assert!(lost.is_empty(), "told as done, and not there once: {lost:?}");
        let done: Vec<_> = told.refused.iter().filter(|amount| ledger.contains_key(*amount)).collect();
        assert!(done.is_empty(), "told as not done, and there: {done:?}");
    }
}

/// Claims that an answer sends the visitor away for a while, in a sentence; that sentence.
#[track_caller]
pub(super) fn says_later(answer: &Answer) -> String {
    answer.assert_is(503);
    let wait: u64 = answer.header("retry-after").parse().unwrap_or_default();
    assert!((1..=60).contains(&wait), "{} says when to come again: {:?}", answer.request, answer.headers);
    let said = answer.main_text();
    assert!(said.contains('.') && answer.select_text("h1").is_some(), "{} says why: {said}", answer.request);
    said
}

/// How often each word comes in a column of a file.
fn column(file: &Answer, place: usize) -> BTreeMap<String, usize> {
    file.assert_is(200);
    let mut words = BTreeMap::new();
    for line in file.text.lines().skip(1) {
        *words.entry(line.split(',').nth(place).unwrap_or_default().to_owned()).or_default() += 1;
    }
    words
}
