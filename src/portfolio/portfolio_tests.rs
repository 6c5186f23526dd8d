use super::*;
use crate::domain::{AccountId, At, ChainHash, InstrumentId, Price, PublicId, Quantity, Quote, UserId};
use crate::market::Listed;
use crate::market::board::Board;
use crate::market::day::Calendar;
use crate::market::status::FeedName;

/// The day of the example, and moments in it and on the day before.
const DAY: i64 = 20_000;
const TODAY: At = At::from_micros(DAY * 86_400_000_000 + 1);
const YESTERDAY: At = At::from_micros((DAY - 1) * 86_400_000_000 + 1);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

fn shares(count: i64) -> Quantity {
    Quantity::from_units(count * 1_000_000_000)
}

fn account(cash: i64, contributed: i64) -> Account {
    Account {
        id: AccountId(1),
        public_id: PublicId::random(),
        user_id: UserId(1),
        cash: cents(cash),
        contributed: cents(contributed),
        entries: 1,
        head: ChainHash::START,
        opened_at: YESTERDAY,
        frozen_at: None,
        frozen_because: None,
        epoch: 1,
        epoch_start: 1,
    }
}

/// Instruments 1 to 4, of which the first three are quoted: last and previous close in ten-thousandths.
fn board() -> Board {
    let listed: Vec<_> = (1..)
        .zip(["ACME", "BOLT", "COAL", "DUST"])
        .map(|(id, symbol)| {
            let (symbol, name) = (symbol.parse().unwrap(), symbol.to_owned());
            let (id, public_id) = (InstrumentId(id), PublicId::random());
            let instrument = Instrument { id, public_id, symbol, name, sector: String::new() };
            Listed::untraded(instrument)
        })
        .collect();
    let board = Board::new(&listed, FeedName::Simulated, Calendar::Utc);
    for (id, last, close) in [(1, 1_100_000, 1_000_000), (2, 250_050, 260_000), (3, 500_000, 400_000)] {
        let (last, previous_close) = (Price::from_units(last), Price::from_units(close));
        let (bid, ask) = (Price::from_units(last.units() - 100), Price::from_units(last.units() + 100));
        let quote = Quote { bid, ask, last, previous_close, volume: 0, at: TODAY };
        board.post(InstrumentId(id), quote).unwrap();
    }
    board
}

fn holding(instrument: i64, quantity: Quantity, cost: i64) -> Holding {
    let none = Holding::none(AccountId(1), InstrumentId(instrument), DAY - 1);
    Holding { quantity, cost: cents(cost), ..none }
}

#[test]
fn value_and_gains_are_those_of_an_example_worked_out_by_hand() {
    let holdings = vec![
        // 10 ACME held since before today, bought for 950.00: worth 1,100.00, at the close before 1,000.00.
        holding(1, shares(10), 95_000),
        // 3 BOLT were held; today 1 more was bought for 25.50: worth 4 × 25.005 = 100.02, the three 78.00 before.
        Holding {
            day: DAY,
            day_quantity: shares(3),
            day_paid: cents(2_550),
            realised: cents(-40),
            ..holding(2, shares(4), 10_350)
        },
        // 2 COAL were held and sold today for 96.00: worth 80.00 at the close before, so the day brought 16.00.
        Holding {
            day: DAY,
            day_quantity: shares(2),
            day_paid: cents(-9_600),
            realised: cents(1_600),
            ..holding(3, Quantity::ZERO, 0)
        },
        // DUST has no price.
        holding(4, shares(1), 500),
    ];
    let portfolio = value(&account(500_000, 600_000), holdings, &board()).unwrap();
    let gains = |value, cost, unrealised, day| {
        Some(Gains { value: cents(value), cost: cents(cost), unrealised: cents(unrealised), day: cents(day) })
    };
    let lines: Vec<_> = portfolio.holdings.iter().map(|line| (line.holding.instrument_id.0, line.gains)).collect();
    let expected = [(1, gains(110_000, 95_000, 15_000, 10_000)), (2, gains(10_002, 10_350, -348, -348)), (4, None)];
    assert_eq!(lines, expected);
    assert_eq!(Some(portfolio.shares), gains(120_002, 105_350, 14_652, 10_000 - 348 + 1_600));
    assert_eq!((portfolio.cash, portfolio.total), (cents(500_000), cents(620_002)));
    // The holding without a price counts as the 5.00 that it cost: nobody knows of a gain or a loss.
    assert_eq!((portfolio.realised, portfolio.total_return), (cents(1_560), cents(20_502)));
}

#[test]
fn money_added_or_taken_out_is_never_a_gain_or_a_loss() {
    let held = || vec![holding(1, shares(10), 95_000)];
    let before = value(&account(500_000, 600_000), held(), &board()).unwrap();
    for moved in [1, 100_000_000, -499_999] {
        let after = value(&account(500_000 + moved, 600_000 + moved), held(), &board()).unwrap();
        assert_eq!(after.total_return, before.total_return);
        assert_eq!(after.shares, before.shares);
        assert_eq!(after.total, before.total.checked_add(cents(moved)).unwrap());
    }
}

#[test]
fn buying_at_the_last_price_gains_nothing_on_that_day() {
    let bought = Holding { day: DAY, day_paid: cents(55_000), ..holding(1, shares(5), 55_000) };
    let portfolio = value(&account(445_000, 500_000), vec![bought], &board()).unwrap();
    assert_eq!((portfolio.shares.day, portfolio.shares.unrealised), (Money::ZERO, Money::ZERO));
    assert_eq!((portfolio.total, portfolio.total_return), (cents(500_000), Money::ZERO));
}

#[test]
fn what_does_not_fit_is_nothing() {
    let huge = holding(1, Quantity::from_units(i64::MAX), i64::MAX);
    assert!(value(&account(i64::MAX, 0), vec![huge, huge], &board()).is_none());
}
