//! What the house puts right goes through the books like everything else: to the cent, on record, and nothing is lost.

mod account;

use crate::support::Floor;
use crate::support::floor::{funding, instruction, order};
use crate::support::sound::assert_sound;
use account::{
    A_DAY, SHARE, account, cash, cents, give, held, newest_entry, opened, position, quote, quote_at, read, reverse,
    take, trade, worth,
};
use std::time::Duration;
use tradefloor::clock::Clock;
use tradefloor::domain::{AccountId, At, Money, PublicId, Quantity, Side};
use tradefloor::portfolio::history;
use tradefloor::store::audit::{self, Acted};
use tradefloor::store::epochs::{self, Epoch};
use tradefloor::store::orders::{self};
use tradefloor::trading::{
    Funded, FundingRefusal, Intervention, InterventionRefusal, Placed, Prospect, Refusal, Shares,
};
#[tokio::test]
async fn cash_from_the_house_is_money_put_in_or_taken_out() {
    let (floor, ada) = opened().await;
    floor.intervene(ada, cash(25_000)).await.unwrap();
    let now = account(&floor, ada).await;
    assert_eq!((now.cash, now.contributed), (cents(1_025_000), cents(1_025_000)));
    floor.intervene(ada, cash(-1_025_000)).await.unwrap();
    assert_eq!(worth(&floor, ada).await.total_return, Money::ZERO);
    let entry = newest_entry(&floor, ada).await;
    assert_eq!((entry.kind.as_str(), entry.cash, entry.memo.as_str()), ("adjustment", cents(-1_025_000), "put right"));
    let refused = floor.intervene(ada, cash(-1)).await;
    assert_eq!(refused, Err(InterventionRefusal::NotEnoughCash { cash: Money::ZERO }));
    assert_eq!(floor.intervene(ada, cash(0)).await, Err(InterventionRefusal::Nothing));
    assert_eq!(assert_sound(floor.database()).entries, 3);
}

#[tokio::test]
async fn shares_given_at_what_they_are_worth_are_neither_a_gain_nor_a_loss() {
    let (floor, ada) = opened().await;
    floor.intervene(ada, give(5, 50_000)).await.unwrap();
    let now = worth(&floor, ada).await;
    assert_eq!((now.total, now.contributed), (cents(1_050_000), cents(1_050_000)));
    assert_eq!((now.total_return, now.shares.day, now.shares.unrealised), (Money::ZERO, Money::ZERO, Money::ZERO));
    // What the price does from here on is theirs.
    quote(&floor, 10_100);
    let now = worth(&floor, ada).await;
    assert_eq!((now.total_return, now.shares.unrealised), (cents(500), cents(500)));
    assert_sound(floor.database());
}

#[tokio::test]
async fn shares_taken_leave_with_the_cost_that_is_stated_or_with_their_part_of_it() {
    let (floor, ada) = opened().await;
    floor.intervene(ada, give(10, 90_000)).await.unwrap();
    floor.intervene(ada, take(4, None)).await.unwrap();
    assert_eq!(position(&floor, ada).await, (6, 54_000, 0));
    floor.intervene(ada, take(2, Some(50_000))).await.unwrap();
    assert_eq!(position(&floor, ada).await, (4, 4_000, 0));
    assert_eq!(account(&floor, ada).await.contributed, cents(1_004_000));
    for (asked, refusal) in [
        (take(2, Some(4_001)), InterventionRefusal::NotSoMuchCost { cost: cents(4_000) }),
        (take(4, Some(3_999)), InterventionRefusal::NotTheWholeCost { cost: cents(4_000) }),
        (
            take(5, None),
            InterventionRefusal::NotEnoughShares {
                symbol: "ACME".parse().unwrap(),
                held: Quantity::from_units(4 * SHARE),
            },
        ),
        (take(0, None), InterventionRefusal::Nothing),
    ] {
        assert_eq!(floor.intervene(ada, asked).await, Err(refusal));
    }
    floor.intervene(ada, take(4, None)).await.unwrap();
    assert_eq!(position(&floor, ada).await, (0, 0, 0));
    assert_eq!(account(&floor, ada).await.contributed, cents(1_000_000));
    assert_sound(floor.database());
}

#[tokio::test]
async fn a_frozen_account_is_refused_its_owners_wishes_and_told_why() {
    let (floor, ada) = opened().await;
    floor.intervene(ada, Intervention::Freeze).await.unwrap();
    let buy = || order("k", Side::Buy, "ACME", SHARE);
    match floor.desk.place(ada, buy()).await.unwrap() {
        Placed::Refused(Refusal::Frozen(frozen)) => assert_eq!(frozen.because, "put right"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(floor.desk.estimate(ada, buy()).await.unwrap(), Err(Refusal::Frozen(_))));
    for added in [true, false] {
        let refused = floor.desk.fund(ada, funding("f", added, 100)).await.unwrap();
        assert!(matches!(refused, Funded::Refused(FundingRefusal::Frozen(_))), "{refused:?}");
    }
    assert_eq!(floor.intervene(ada, Intervention::Freeze).await, Err(InterventionRefusal::Frozen));
    // What the house does goes on.
    floor.intervene(ada, cash(100)).await.unwrap();
    floor.intervene(ada, Intervention::Unfreeze).await.unwrap();
    assert_eq!(floor.intervene(ada, Intervention::Unfreeze).await, Err(InterventionRefusal::NotFrozen));
    assert!(matches!(floor.desk.place(ada, buy()).await.unwrap(), Placed::Filled(_)));
    assert_eq!(floor.cash(ada).await, 1_000_100 - 10_000);
    assert_sound(floor.database());
}

#[tokio::test]
async fn an_account_begins_anew_and_its_past_stays() {
    let (floor, ada) = opened().await;
    let bought = trade(&floor, ada, "a", Side::Buy, 10).await;
    quote(&floor, 12_000);
    trade(&floor, ada, "b", Side::Sell, 4).await;
    floor.intervene(ada, Intervention::Reset).await.unwrap();
    let now = account(&floor, ada).await;
    assert_eq!((now.cash, now.contributed, now.epoch, now.epoch_start), (cents(1_000_000), cents(1_000_000), 2, 5));
    assert!(held(&floor, ada).await.is_empty());
    let portfolio = worth(&floor, ada).await;
    assert_eq!((portfolio.total_return, portfolio.realised, portfolio.shares.day), Default::default());
    let all = read(&floor, move |conn| epochs::of_account(conn, &now)).await;
    let [first, second]: [Epoch; 2] = all.try_into().unwrap();
    assert_eq!((first.start, first.end, second.start, second.end), (1, Some(5), 5, None));
    // The key of an order of the past still finds it, and what comes now is of the present.
    let again = floor.desk.place(ada, order("a", Side::Buy, "ACME", 10 * SHARE)).await.unwrap();
    assert!(matches!(again, Placed::Repeated(line) if line.public_id == bought.public_id));
    let fresh = trade(&floor, ada, "c", Side::Buy, 1).await;
    for (epoch, expected) in [(first, 2), (second, 1)] {
        let filter = orders::Filter::default().within(epoch);
        let listed = read(&floor, move |conn| orders::newest(conn, ada, &filter, None, 10)).await;
        assert_eq!(listed.len(), expected);
    }
    assert_eq!(floor.intervene(ada, reverse(&bought)).await, Err(InterventionRefusal::Past));
    floor.intervene(ada, reverse(&fresh)).await.unwrap();
    floor.intervene(ada, Intervention::Reset).await.unwrap();
    assert_eq!(account(&floor, ada).await.epoch, 3);
    assert_sound(floor.database());
}

#[tokio::test]
async fn the_value_over_time_is_of_the_present_epoch() {
    let (floor, ada) = opened().await;
    trade(&floor, ada, "a", Side::Buy, 10).await;
    let hours = |hours: u64| Clock.now().plus(Duration::from_hours(hours));
    history::record(&floor.store, floor.market.board(), hours(0)).await.unwrap();
    floor.intervene(ada, Intervention::Reset).await.unwrap();
    trade(&floor, ada, "b", Side::Buy, 1).await;
    history::record(&floor.store, floor.market.board(), hours(1)).await.unwrap();
    let now = account(&floor, ada).await;
    let points = read(&floor, move |conn| history::of_account(conn, &now)).await;
    let began = newest_opening(&floor, ada).await;
    assert_eq!(points.len(), 2, "{points:?}");
    assert_eq!(points[0], (began, cents(1_000_000)));
}

async fn newest_opening(floor: &Floor, id: AccountId) -> At {
    let now = account(floor, id).await;
    read(floor, move |conn| epochs::present(conn, &now)).await.began_at
}

#[tokio::test]
async fn a_purchase_is_undone_as_if_it_had_never_been() {
    let (floor, ada) = opened().await;
    let first = trade(&floor, ada, "a", Side::Buy, 10).await;
    quote(&floor, 5_000);
    trade(&floor, ada, "b", Side::Buy, 10).await;
    let Prospect { before, after } = floor.intervene(ada, reverse(&first)).await.unwrap();
    assert_eq!((before.cash, after.cash), (cents(850_000), cents(950_000)));
    assert_eq!(position(&floor, ada).await, (10, 50_000, 0));
    let now = worth(&floor, ada).await;
    assert_eq!((now.total, now.total_return, now.shares.day), (cents(1_000_000), Money::ZERO, Money::ZERO));
    let line = read(&floor, move |conn| orders::by_public_id(conn, ada, &first.public_id)).await.unwrap();
    assert_eq!(line.reversed_because.as_deref(), Some("put right"));
    let refused = floor.intervene(ada, reverse(&line)).await;
    assert_eq!(refused, Err(InterventionRefusal::Reversed { at: line.reversed_at.unwrap() }));
    assert_sound(floor.database());
}

#[tokio::test]
async fn a_purchase_whose_cost_has_left_in_part_is_undone_in_proportion() {
    let (floor, ada) = opened().await;
    let first = trade(&floor, ada, "a", Side::Buy, 10).await;
    quote(&floor, 1_000);
    trade(&floor, ada, "b", Side::Buy, 10).await;
    // Average cost is 55.00 a share; five leave with 275.00 for 50.00.
    trade(&floor, ada, "c", Side::Sell, 5).await;
    assert_eq!(position(&floor, ada).await, (15, 82_500, -22_500));
    floor.intervene(ada, reverse(&first)).await.unwrap();
    // Ten of fifteen leave with 550.00, and 1,000.00 come back: 450.00 are realised.
    assert_eq!(position(&floor, ada).await, (5, 27_500, 22_500));
    let now = worth(&floor, ada).await;
    assert_eq!(now.total_return, now.shares.unrealised.checked_add(now.realised).unwrap());
    assert_sound(floor.database());
}

#[tokio::test]
async fn a_sale_is_undone_as_if_it_had_never_been() {
    let (floor, ada) = opened().await;
    trade(&floor, ada, "a", Side::Buy, 10).await;
    quote(&floor, 12_345);
    let sold = trade(&floor, ada, "b", Side::Sell, 10).await;
    assert_eq!(position(&floor, ada).await, (0, 0, 23_450));
    floor.intervene(ada, reverse(&sold)).await.unwrap();
    assert_eq!(position(&floor, ada).await, (10, 100_000, 0));
    assert_eq!(floor.cash(ada).await, 900_000);
    let now = worth(&floor, ada).await;
    assert_eq!((now.total_return, now.shares.day), (cents(23_450), cents(23_450)));
    assert_sound(floor.database());
}

#[tokio::test]
async fn what_has_been_spent_or_sold_since_cannot_be_taken_back() {
    let (floor, ada) = opened().await;
    let bought = trade(&floor, ada, "a", Side::Buy, 10).await;
    let sold = trade(&floor, ada, "b", Side::Sell, 4).await;
    assert_eq!(
        floor.intervene(ada, reverse(&bought)).await,
        Err(InterventionRefusal::SharesGone {
            symbol: "ACME".parse().unwrap(),
            bought: Quantity::from_units(10 * SHARE),
            held: Quantity::from_units(6 * SHARE),
        })
    );
    floor.intervene(ada, cash(-940_000 + 39_999)).await.unwrap();
    let gone = InterventionRefusal::CashGone { proceeds: cents(40_000), cash: cents(39_999) };
    assert_eq!(floor.intervene(ada, reverse(&sold)).await, Err(gone));
    let nobody = Intervention::Reverse { order: PublicId::random() };
    assert_eq!(floor.intervene(ada, nobody).await, Err(InterventionRefusal::UnknownOrder));
    let bob = floor.account("bob", 1).await;
    assert_eq!(floor.intervene(bob, reverse(&sold)).await, Err(InterventionRefusal::UnknownOrder));
    // With the missing cent the sale can be undone, and then the purchase.
    floor.intervene(ada, cash(1)).await.unwrap();
    floor.intervene(ada, reverse(&sold)).await.unwrap();
    floor.intervene(ada, reverse(&bought)).await.unwrap();
    assert_eq!((position(&floor, ada).await, floor.cash(ada).await), ((0, 0, 0), 100_000));
    assert_sound(floor.database());
}

#[tokio::test]
async fn shares_that_leave_take_what_they_gained_today_along() {
    let floor = Floor::open().await;
    let ada = floor.account("ada", 1_000_000).await;
    quote_at(&floor, 10_000, 10_000, Clock.now().minus(A_DAY));
    let (first, second) = (trade(&floor, ada, "a", Side::Buy, 6).await, trade(&floor, ada, "b", Side::Buy, 4).await);
    let sold = trade(&floor, ada, "c", Side::Sell, 1).await;
    quote_at(&floor, 11_000, 10_000, Clock.now());
    let day = async || worth(&floor, ada).await.shares.day;
    assert_eq!(day().await, cents(9 * 1_000));
    floor.intervene(ada, take(2, None)).await.unwrap();
    assert_eq!(day().await, cents(7 * 1_000));
    // A sale of yesterday that is undone has been there all day.
    floor.intervene(ada, reverse(&sold)).await.unwrap();
    assert_eq!(day().await, cents(8 * 1_000));
    floor.intervene(ada, reverse(&second)).await.unwrap();
    assert_eq!(day().await, cents(4 * 1_000));
    // What is bought today at the last price gains nothing, and leaves nothing behind when it is undone.
    let today = trade(&floor, ada, "d", Side::Buy, 3).await;
    assert_eq!(day().await, cents(4 * 1_000));
    floor.intervene(ada, reverse(&today)).await.unwrap();
    assert_eq!(day().await, cents(4 * 1_000));
    assert!(floor.intervene(ada, reverse(&first)).await.is_err(), "two of them were taken");
    floor.intervene(ada, take(4, None)).await.unwrap();
    assert_eq!(day().await, Money::ZERO);
    assert_sound(floor.database());
}

#[tokio::test]
async fn what_was_put_right_is_on_record_with_before_and_after() {
    let (floor, ada) = opened().await;
    floor.intervene(ada, give(2, 15_000)).await.unwrap();
    floor.intervene(ada, Intervention::Freeze).await.unwrap();
    floor.intervene(ada, Intervention::Reset).await.unwrap();
    let record = read(&floor, |conn| audit::latest(conn, 10)).await;
    let said: Vec<_> =
        record.iter().map(|line| (line.act.as_str(), line.was.to_text(), line.became.to_text())).collect();
    assert_eq!(
        said,
        [
            (
                "reset_account",
                r#"[["contributed","10150.00"],["ACME shares","2"],["ACME cost","150.00"],["epoch","1"]]"#.to_owned(),
                r#"[["contributed","10000.00"],["ACME shares","0"],["ACME cost","0.00"],["epoch","2"]]"#.to_owned(),
            ),
            ("freeze_account", r#"[["frozen","no"]]"#.to_owned(), r#"[["frozen","put right"]]"#.to_owned()),
            (
                "adjust_shares",
                r#"[["contributed","10000.00"],["ACME shares","0"],["ACME cost","0.00"]]"#.to_owned(),
                r#"[["contributed","10150.00"],["ACME shares","2"],["ACME cost","150.00"]]"#.to_owned(),
            ),
        ]
    );
    assert_sound(floor.database());
}

#[tokio::test]
async fn an_instruction_is_followed_once_and_not_past_another() {
    let (floor, ada) = opened().await;
    let told = instruction("once and no more");
    assert!(matches!(floor.desk.intervene(ada, cash(7), told.clone()).await, Ok(Acted::Done(_))));
    assert!(matches!(floor.desk.intervene(ada, cash(7), told).await, Ok(Acted::Repeated(_))));
    let overtaken = tradefloor::domain::Instruction { seen: Some(0), ..instruction("too late") };
    match floor.desk.intervene(ada, cash(7), overtaken).await.unwrap() {
        Acted::Overtaken(lines) => assert_eq!(lines[0].reason, "once and no more"),
        other => panic!("{other:?}"),
    }
    assert_eq!(floor.cash(ada).await, 1_000_007);
    assert_sound(floor.database());
}

#[tokio::test]
async fn what_is_foreseen_is_what_comes_and_moves_nothing() {
    let (floor, ada) = opened().await;
    let bought = trade(&floor, ada, "a", Side::Buy, 10).await;
    quote(&floor, 11_000);
    trade(&floor, ada, "b", Side::Sell, 3).await;
    let ask = || [cash(5), give(1, 7), take(1, None), Intervention::Reset];
    for intervention in ask() {
        let foreseen = floor.desk.foresee(ada, intervention.clone()).await.unwrap().unwrap();
        let before = account(&floor, ada).await;
        assert_eq!((foreseen.before.cash, foreseen.before.epoch), (before.cash, before.epoch));
        let came = floor.intervene(ada, intervention).await.unwrap();
        assert_eq!(foreseen, came);
        let after = account(&floor, ada).await;
        assert_eq!((came.after.cash, came.after.contributed), (after.cash, after.contributed));
        for Shares { position: shares, .. } in &came.after.shares {
            let (quantity, cost, realised) = position(&floor, ada).await;
            let kept = (Quantity::from_units(quantity * SHARE), cents(cost), cents(realised));
            assert_eq!((shares.quantity, shares.cost, shares.realised), kept);
        }
    }
    assert!(floor.desk.foresee(ada, reverse(&bought)).await.unwrap().is_err());
    assert_sound(floor.database());
}
