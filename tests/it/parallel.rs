//! Real threads on the same books: what can happen once happens once, however many ask at the same time.

use crate::support::books::assert_balanced;
use crate::support::floor::{SYMBOLS, funding, order};
use crate::support::{Floor, Server, Visitor};
use futures_util::future::join_all;
use std::collections::BTreeSet;
use std::sync::Arc;
use tradefloor::domain::{AccountId, Side};
use tradefloor::trading::{Funded, FundingRefusal, Order, Placed, Refusal};

const SHARE: i64 = 1_000_000_000;
/// How many ask at the same time.
const MANY: usize = 20;

/// Places the orders at the same time, each from a task of its own.
async fn place_all(floor: &Arc<Floor>, account: AccountId, orders: Vec<Order>) -> Vec<Placed> {
    let tasks = orders.into_iter().map(|order| {
        let floor = Arc::clone(floor);
        tokio::spawn(async move { floor.desk.place(account, order).await.unwrap() })
    });
    join_all(tasks.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_shares_are_sold_once_and_the_same_key_settles_once() {
    let floor = Arc::new(Floor::open().await);
    let ada = floor.account("ada", 1_000_000).await;
    floor.quote("ACME", 1_000_000, 1_000_000);
    let bought = place_all(&floor, ada, vec![order("buy", Side::Buy, "ACME", 10 * SHARE); MANY]).await;
    assert_eq!(bought.iter().filter(|placed| matches!(placed, Placed::Filled(_))).count(), 1);
    let receipts: BTreeSet<_> = bought
        .iter()
        .map(|placed| match placed {
            Placed::Filled(line) | Placed::Repeated(line) => line.public_id.to_string(),
            Placed::Refused(refusal) => panic!("{refusal:?}"),
        })
        .collect();
    assert_eq!(receipts.len(), 1);

    let sales = (0..MANY).map(|sale| order(&format!("sale-{sale}"), Side::Sell, "ACME", 10 * SHARE)).collect();
    let sold = place_all(&floor, ada, sales).await;
    assert_eq!(sold.iter().filter(|placed| matches!(placed, Placed::Filled(_))).count(), 1);
    let short = |placed: &&Placed| matches!(placed, Placed::Refused(Refusal::NotEnoughShares { .. }));
    assert_eq!(sold.iter().filter(short).count(), MANY - 1);
    assert_eq!(floor.cash(ada).await, 1_000_000);

    let other = order("buy", Side::Buy, "ACME", SHARE);
    let again = place_all(&floor, ada, vec![other; MANY]).await;
    let stands = |placed: &Placed| matches!(placed, Placed::Refused(Refusal::KeyUsed { order }) if receipts.contains(order.public_id.as_str()));
    assert!(again.iter().all(stands), "{again:?}");
    assert_balanced(floor.database());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn money_under_one_key_moves_once_and_no_more_is_taken_out_than_there_is() {
    let floor = Arc::new(Floor::open().await);
    let ada = floor.account("ada", 1_000).await;
    let fund = |key: String, added, cents| {
        let floor = Arc::clone(&floor);
        tokio::spawn(async move { floor.desk.fund(ada, funding(&key, added, cents)).await.unwrap() })
    };
    let deposits = join_all((0..MANY).map(|_| fund("gift".to_owned(), true, 500)).collect::<Vec<_>>()).await;
    assert!(deposits.into_iter().all(|done| matches!(done, Ok(Funded::Done { balance }) if balance.cents() == 1_500)));
    assert_eq!(fund("gift".to_owned(), true, 501).await.unwrap(), Funded::Refused(FundingRefusal::KeyUsed));
    assert_eq!(fund("gift".to_owned(), false, 500).await.unwrap(), Funded::Refused(FundingRefusal::KeyUsed));
    let taken = join_all((0..MANY).map(|turn| fund(format!("out-{turn}"), false, 400)).collect::<Vec<_>>()).await;
    let done = taken.iter().filter(|done| matches!(done, Ok(Funded::Done { .. }))).count();
    assert_eq!((done, floor.cash(ada).await), (3, 300));
    assert_balanced(floor.database());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_people_trading_while_prices_move_leave_balanced_books() {
    let floor = Arc::new(Floor::open().await);
    for symbol in SYMBOLS {
        floor.quote(symbol, 1_000_000, 1_000_100);
    }
    let mut people = Vec::new();
    for name in ["ada", "bob", "cyd", "dan"] {
        people.push(floor.account(name, 10_000_000).await);
    }
    let tasks = (0..16_usize).map(|task| {
        let (floor, account) = (Arc::clone(&floor), people[task % people.len()]);
        tokio::spawn(async move {
            for turn in 0..40_usize {
                let (symbol, key) = (SYMBOLS[(task + turn) % SYMBOLS.len()], format!("k{task}-{turn}"));
                let units = i64::try_from(turn * 37 + task + 1).unwrap() * 13_000_007;
                match (task + turn) % 4 {
                    0 => drop(floor.desk.fund(account, funding(&key, turn % 3 > 0, 777)).await.unwrap()),
                    1 => {
                        let bid = 900_000 + i64::try_from(task * 1_000 + turn).unwrap();
                        floor.quote(symbol, bid, bid + 300);
                    }
                    side => {
                        let side = if side == 2 { Side::Buy } else { Side::Sell };
                        drop(floor.desk.place(account, order(&key, side, symbol, units)).await.unwrap());
                    }
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let audited = assert_balanced(floor.database());
    assert!(audited.accounts == 4 && audited.fills > 100 && audited.entries > audited.fills, "{audited:?}");
}

/// So many browsers of one person.
async fn browsers(server: &Server, name: &str, count: usize) -> Vec<Visitor> {
    let mut browsers = vec![Visitor::new(server)];
    browsers[0].register(name).await.assert_done();
    while browsers.len() < count {
        let browser = Visitor::new(server);
        browser.sign_in(name).await.assert_done();
        browsers.push(browser);
    }
    browsers
}

#[tokio::test]
async fn over_the_site_a_double_click_settles_once_and_leads_everybody_to_the_same_receipt() {
    let server = Server::start();
    let browsers = browsers(&server, "ada", 4).await;
    let ticket = browsers[0].ticket("buy", "AAPL", "shares", "2").await;
    let answers = join_all((0..MANY).map(|_| browsers[0].send(&ticket))).await;
    let receipts: BTreeSet<_> = answers.iter().map(|answer| answer.assert_done().location().to_owned()).collect();
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    browsers[0].get(receipts.first().unwrap()).await.assert_is(200).assert_says("Bought 2 AAPL at");

    let mut other = ticket.clone();
    other.fill("amount", "3");
    let refused = browsers[0].send(&other).await;
    refused.assert_is(422).assert_says("This order was already placed: Bought 2 AAPL at");

    let mut sales = Vec::new();
    for browser in &browsers {
        sales.push((browser, browser.ticket("sell", "AAPL", "shares", "2").await));
    }
    let sold = join_all(sales.iter().map(|(browser, ticket)| browser.send(ticket))).await;
    assert_eq!(sold.iter().filter(|answer| answer.status == 303).count(), 1);
    for refused in sold.iter().filter(|answer| answer.status != 303) {
        refused.assert_is(422).assert_says("You do not own any AAPL to sell.");
    }
    assert_eq!(assert_balanced(server.database()).fills, 2);
}

#[tokio::test]
async fn over_the_site_a_form_that_moves_money_moves_it_once() {
    let server = Server::start();
    let browsers = browsers(&server, "bob", 3).await;
    let deposit = browsers[0].fill("/wallet", "/wallet/deposit", &[("amount", "250.50")]).await;
    for answer in join_all((0..MANY).map(|_| browsers[0].send(&deposit))).await {
        answer.assert_redirects_to("/wallet");
    }
    browsers[0].get("/wallet").await.assert_says("$10,250.50");
    let mut other = deposit.clone();
    other.fill("amount", "1");
    browsers[0]
        .send(&other)
        .await
        .assert_is(422)
        .assert_says("This form was already submitted with different details.");

    let mut withdrawals = Vec::new();
    for browser in &browsers {
        withdrawals.push((browser, browser.fill("/wallet", "/wallet/withdraw", &[("amount", "9000")]).await));
    }
    let taken = join_all(withdrawals.iter().map(|(browser, form)| browser.send(form))).await;
    assert_eq!(taken.iter().filter(|answer| answer.status == 303).count(), 1);
    browsers[2].get("/wallet").await.assert_says("$1,250.50");
    assert_eq!(assert_balanced(server.database()).entries, 3);
}
