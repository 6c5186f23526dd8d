//! Two processes on one PostgreSQL keep the books exact, and whoever is signed in at one is signed in at the other.

use crate::support::books::assert_balanced;
use crate::support::place::Engine;
use crate::support::{Server, Visitor};
use futures_util::future::join_all;

/// Orders sent to each server.
const ORDERS: usize = 40;

fn two() -> (Server, Server) {
    let first = Server::on(Engine::Postgres);
    let second = Server::beside(&first, |_| {});
    (first, second)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_account_hammered_through_both_spends_each_cent_once() {
    let (first, second) = two();
    let here = Visitor::new(&first);
    here.register("ada").await.assert_is(303);
    let mut there = here.clone();
    there.moves_to(&second);
    // Each order costs so much that only some of all of them fit the account.
    let mut forms = Vec::new();
    for turn in 0..ORDERS {
        let visitor = if turn % 2 == 0 { &here } else { &there };
        forms.push((turn, visitor.ticket("buy", "AAPL", "dollars", "700.00").await));
    }
    let answers = join_all(forms.into_iter().map(|(turn, form)| {
        let visitor = if turn % 2 == 0 { here.clone() } else { there.clone() };
        async move { visitor.clone().send(&form).await.status }
    }))
    .await;
    let filled = answers.iter().filter(|status| **status == 303).count();
    let refused = answers.iter().filter(|status| **status == 422).count();
    // 14 times 700.00 fits 10,000.00, and a fifteenth does not.
    assert_eq!((filled, refused), (14, ORDERS - 14));
    assert_eq!(assert_balanced(first.database()).fills, 14);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_order_sent_to_both_at_once_settles_once() {
    let (first, second) = two();
    let here = Visitor::new(&first);
    here.register("ada").await.assert_is(303);
    let mut there = here.clone();
    there.moves_to(&second);
    let form = here.ticket("buy", "AAPL", "shares", "1").await;
    let (one, other) = tokio::join!(here.send(&form), there.send(&form));
    assert_eq!(one.location(), other.location());
    assert_eq!(assert_balanced(first.database()).fills, 1);
}

#[tokio::test]
async fn signing_out_at_one_ends_it_at_the_other() {
    let (first, second) = two();
    let here = Visitor::new(&first);
    here.register("ada").await.assert_is(303);
    let mut there = here.clone();
    there.moves_to(&second);
    there.get("/portfolio").await.assert_is(200);
    let kept = there.cookie("tradefloor-session").expect("a session");
    here.sign_out().await.assert_is(303);
    there.set_cookie("tradefloor-session", &kept);
    there.get("/portfolio").await.assert_redirects_to("/login");
}
