//! The store keeps candles on either engine: saved twice they are there once, and what is asked for is found.

use crate::support::{Engine, Floor};
use tradefloor::domain::{At, Candle, InstrumentId, Price, Recorded, Timeframe};
use tradefloor::store::{Conn, Lock, StoreError, candles};

const ACME: InstrumentId = InstrumentId(1);
const BOLT: InstrumentId = InstrumentId(2);

fn at(text: &str) -> At {
    text.parse().unwrap()
}

/// A candle with these prices in cents.
fn candle(start: At, prices: [i64; 4], volume: i64) -> Candle {
    Candle::new(start, prices.map(|cents| Price::from_units(cents * 100)), volume).unwrap()
}

/// `count` minutes from 14:30 on, each a cent dearer than the one before.
fn minutes(instrument: InstrumentId, count: i64) -> Vec<Recorded> {
    let first = at("2026-03-02T14:30:00Z");
    let start = |number: i64| At::from_micros(first.micros() + number * 60_000_000);
    let of =
        |number: i64| candle(start(number), [1_000 + number, 1_002 + number, 999 + number, 1_001 + number], number);
    (0..count).map(|number| Recorded { instrument, timeframe: Timeframe::Minute, candle: of(number) }).collect()
}

async fn save(floor: &Floor, recorded: Vec<Recorded>) -> Result<(), StoreError> {
    floor.store.write(Lock::House, move |conn| candles::save(conn, &recorded)).await
}

async fn read<T: Send + 'static>(
    floor: &Floor,
    query: impl FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
) -> T {
    floor.store.read(query).await.unwrap()
}

async fn on_both(promise: impl AsyncFn(Floor)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        promise(Floor::on(engine).await).await;
    }
}

#[tokio::test]
async fn what_is_saved_twice_is_there_once_and_as_it_was_saved_last() {
    on_both(async |floor| {
        let mut saved = minutes(ACME, 2_500);
        saved.extend(minutes(BOLT, 3));
        save(&floor, saved.clone()).await.unwrap();
        save(&floor, saved.clone()).await.unwrap();
        save(&floor, Vec::new()).await.unwrap();
        let start = saved[7].candle.start;
        let changed = |volume| Recorded { candle: candle(start, [1, 9, 1, 2], volume), ..saved[7] };
        save(&floor, vec![changed(5), changed(6)]).await.unwrap();
        let until = at("2027-01-01T00:00:00Z");
        let all =
            read(&floor, move |conn| candles::range(conn, ACME, Timeframe::Minute, At::from_micros(0), until, 10_000));
        let mut expected: Vec<Candle> = saved[..2_500].iter().map(|one| one.candle).collect();
        expected[7] = changed(6).candle;
        assert_eq!(all.await, expected);
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_for_is_found_in_order_and_in_bounds() {
    on_both(async |floor| {
        let mut saved = minutes(ACME, 10);
        saved.extend(minutes(BOLT, 4));
        save(&floor, saved.clone()).await.unwrap();
        let of: Vec<Candle> = saved.iter().map(|one| one.candle).collect();
        let (third, eighth) = (of[3].start, of[8].start);
        let found = read(&floor, move |conn| {
            let minute = Timeframe::Minute;
            Ok((
                candles::range(conn, ACME, minute, third, eighth, 100)?,
                candles::range(conn, ACME, minute, third, eighth, 2)?,
                candles::newest(conn, ACME, minute, eighth, 3)?,
                candles::range(conn, ACME, Timeframe::Hour, third, eighth, 100)?,
                candles::any(conn, ACME, minute)?,
                candles::any(conn, ACME, Timeframe::Day)?,
            ))
        });
        let expected = (of[3..8].to_vec(), of[3..5].to_vec(), of[5..8].to_vec(), Vec::<Candle>::new(), true, false);
        assert_eq!(found.await, expected);
        let many = |limit| {
            read(&floor, move |conn| candles::of_many(conn, &[BOLT, ACME], Timeframe::Minute, third, eighth, limit))
        };
        let expected: Vec<_> = of[3..8].iter().map(|one| (ACME, *one)).chain([(BOLT, of[13])]).collect();
        assert_eq!(many(100).await, expected);
        assert_eq!(many(2).await, expected[..2]);
    })
    .await;
}

#[tokio::test]
async fn the_range_of_a_year_and_the_close_of_the_day_before_are_found() {
    on_both(async |floor| {
        let day = |date: &str, prices| Recorded {
            instrument: ACME,
            timeframe: Timeframe::Day,
            candle: candle(at(&format!("{date}T00:00:00Z")), prices, 1),
        };
        let days = vec![
            day("2025-01-02", [1, 99, 1, 50]),
            day("2026-01-02", [50, 60, 40, 55]),
            day("2026-01-05", [55, 70, 45, 66]),
        ];
        save(&floor, days).await.unwrap();
        let (from, until) = (at("2025-01-06T00:00:00Z"), at("2026-01-06T00:00:00Z"));
        let found = read(&floor, move |conn| {
            let monday = at("2026-01-05T00:00:00Z");
            Ok((
                candles::extent(conn, ACME, from, until)?,
                candles::extent(conn, BOLT, from, until)?,
                candles::previous_close(conn, ACME, monday)?,
                candles::previous_close(conn, BOLT, monday)?,
            ))
        });
        let price = |cents: i64| Price::from_units(cents * 100);
        assert_eq!(found.await, (Some((price(40), price(70))), None, Some(price(55)), None));
    })
    .await;
}

#[tokio::test]
async fn what_is_old_is_forgotten_a_bounded_piece_at_a_time() {
    on_both(async |floor| {
        let saved = minutes(ACME, 30);
        save(&floor, [saved.clone(), minutes(BOLT, 30)].concat()).await.unwrap();
        let before = saved[20].candle.start;
        let forget = || {
            floor
                .store
                .write(Lock::House, move |conn| candles::delete_before(conn, ACME, Timeframe::Minute, before, 15))
        };
        let forgotten: [Result<usize, StoreError>; 3] = [forget().await, forget().await, forget().await];
        assert_eq!(forgotten.map(Result::unwrap), [15, 5, 0]);
        let until = at("2027-01-01T00:00:00Z");
        let left = read(&floor, move |conn| {
            let mut left = |of| candles::newest(conn, of, Timeframe::Minute, until, 100);
            Ok((left(ACME)?.len(), left(BOLT)?.len()))
        });
        assert_eq!(left.await, (10, 30));
    })
    .await;
}

#[tokio::test]
async fn the_tables_refuse_what_breaks_a_rule() {
    on_both(async |floor| {
        let good = minutes(ACME, 1)[0];
        let start = good.candle.start;
        let prices = |units: [i64; 4]| {
            let [open, high, low, close] = units.map(Price::from_units);
            Candle { start, open, high, low, close, volume: 1 }
        };
        let odd = Candle { start: At::from_micros(start.micros() + 1), ..good.candle };
        for candle in [
            prices([9, 8, 7, 8]),
            prices([8, 8, 7, 6]),
            prices([7, 7, 8, 7]),
            prices([0, 0, 0, 0]),
            Candle { volume: -1, ..good.candle },
            odd,
        ] {
            assert!(save(&floor, vec![Recorded { candle, ..good }]).await.is_err(), "{candle:?}");
        }
        assert!(save(&floor, vec![Recorded { instrument: InstrumentId(99), ..good }]).await.is_err());
        assert!(save(&floor, vec![good]).await.is_ok());
    })
    .await;
}
