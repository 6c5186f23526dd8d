//! The recorder saves what happened as it happens: nothing more, nothing less, through restarts and a busy store.

use super::{all, import, listing, tradefloor};
use crate::support::by_hand::market_by_hand;
use crate::support::place::argument;
use crate::support::recorded::slice;
use crate::support::{Engine, Place, Server};
use diesel::connection::SimpleConnection as _;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tradefloor::domain::{At, Candle, InstrumentId, Price, Quote, Recorded, Timeframe};
use tradefloor::market::recorder::{Recorder, Retention, backfill, sweep, without_history};
use tradefloor::market::{Board, Listed, Market};
use tradefloor::store::{Conn, Database, Lock, Store, StoreError, candles, instruments};

/// Often enough that a test waits for nothing.
const OFTEN: Duration = Duration::from_millis(5);
const NEVER: Duration = Duration::from_hours(1);

fn at(text: &str) -> At {
    text.parse().unwrap()
}

/// A trade: when, at how many ten-thousandths, and the day's shares with it.
fn tick(board: &Board, at: At, last: i64, volume: i64) {
    let last = Price::from_units(last);
    let quote = Quote { bid: last, ask: last, last, previous_close: last, volume, at };
    board.post(board.roster().all()[0].instrument.id, quote).unwrap();
}

async fn market(store: &Store) -> Market {
    let standings: Result<_, StoreError> = store.read(instruments::all).await;
    let listed: Vec<Listed> =
        standings.unwrap().into_iter().map(|standing| Listed::untraded(standing.instrument)).collect();
    market_by_hand(&listed, NEVER)
}

async fn saved(store: &Store, timeframe: Timeframe) -> Vec<Candle> {
    let until = At::from_micros(i64::MAX);
    let saved: Result<_, StoreError> =
        store.read(move |conn| candles::newest(conn, InstrumentId(1), timeframe, until, 1_000)).await;
    saved.unwrap()
}

fn candle(start: &str, prices: [i64; 4], volume: i64) -> Candle {
    Candle::new(at(start), prices.map(Price::from_units), volume).unwrap()
}

#[tokio::test]
async fn a_candle_goes_on_after_a_restart_in_the_middle_of_its_minute_and_a_gap_stays_one() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::on(engine);
        let (store, _) = listing(&place, &["ACME"]).await;
        // Each opening of the market counts the day's shares from nothing again.
        for (second, prices) in [(10, [500, 540, 520]), (30, [480, 490, 495])] {
            let market = market(&store).await;
            let recorder = Recorder::start(store.clone(), Arc::clone(market.board()), OFTEN);
            let start = at("2026-03-02T14:31:00Z").plus(Duration::from_secs(second));
            for (number, price) in (0_i64..).zip(prices) {
                tick(market.board(), start.plus(Duration::from_millis(number.unsigned_abs())), price, 10 * number);
                tokio::time::sleep(OFTEN * 2).await;
            }
            if second == 30 {
                tick(market.board(), at("2026-03-02T14:34:00Z"), 600, 50);
            }
            recorder.close().await;
        }
        let minutes = saved(&store, Timeframe::Minute).await;
        let first = candle("2026-03-02T14:31:00Z", [540, 540, 490, 495], 40);
        assert_eq!(minutes, [first, candle("2026-03-02T14:34:00Z", [600; 4], 30)], "{engine:?}");
        let rest = candle("2026-03-02T14:00:00Z", [540, 600, 490, 600], 70);
        assert_eq!(saved(&store, Timeframe::Hour).await, [rest]);
        let day = Candle { start: at("2026-03-02T00:00:00Z"), ..rest };
        assert_eq!(saved(&store, Timeframe::Day).await, [day]);
        store.close();
        let (agree, said) = tradefloor(place.database(), &["verify"]);
        assert!(agree && said.contains("candles: 5"), "{said}");
    }
}

#[tokio::test]
async fn while_the_store_is_busy_nothing_is_lost() {
    let place = Place::on(Engine::Sqlite);
    let (first, _) = listing(&place, &["ACME"]).await;
    first.close();
    let store = place.store(1);
    let market = market(&store).await;
    let recorder = Recorder::start(store.clone(), Arc::clone(market.board()), OFTEN);
    let (going, told) = mpsc::channel::<()>();
    let hold = |told: Option<mpsc::Receiver<()>>| {
        let store = store.clone();
        tokio::spawn(async move {
            let job = move |_: &mut Conn| Ok::<_, StoreError>(told.as_ref().map(mpsc::Receiver::recv).is_some());
            store.write(Lock::House, job).await
        })
    };
    let holding = hold(Some(told));
    tokio::time::sleep(OFTEN * 4).await;
    let waiting = hold(None);
    let start = at("2026-03-02T14:30:00Z");
    for minute in 0..200 {
        tick(market.board(), start.plus(Duration::from_mins(minute.try_into().unwrap())), 500 + minute % 2, minute);
        if minute % 50 == 0 {
            tokio::time::sleep(OFTEN * 4).await;
        }
    }
    drop(going);
    assert!(holding.await.unwrap().is_ok());
    drop(waiting.await.unwrap());
    recorder.close().await;
    let minutes = saved(&store, Timeframe::Minute).await;
    assert_eq!(minutes.len(), 199);
    assert_eq!(minutes.iter().map(|minute| minute.volume).sum::<i64>(), 199);
    store.close();
}

#[tokio::test]
async fn what_is_recorded_of_a_tape_is_what_its_file_holds() {
    // From an evening in New York, which is over after midnight in UTC, to the middle of the next day.
    let tape = slice("2013-10-07T19:30:00Z", &["AIG", "BAC", "IBM", "SPY"], 2_500);
    let mut server = Server::with(|settings| {
        settings.replay(tape.path(), "max");
    });
    let database = server.database().clone();
    let visitor = crate::support::Visitor::new(&server);
    while visitor.get("/rates").await.select_attribute("[data-badge]", "data-state").as_deref() != Some("ended") {
        tokio::task::yield_now().await;
    }
    assert!(server.stop().success());
    let live = all(&database);
    assert_eq!(live.iter().filter(|row| row.timeframe == 60).count(), 2_500);
    assert_eq!(live.iter().filter(|row| row.timeframe == 86_400).count(), 8);
    forget_all(&database);
    assert!(all(&database).is_empty());
    let (done, said) = import(&database, tape.path());
    assert!(done, "{said}");
    let later = all(&database);
    let differs = live.iter().zip(&later).find(|(live, later)| live != later);
    assert!(differs.is_none() && live.len() == later.len(), "{differs:?}, {} and {}", live.len(), later.len());
}

fn forget_all(database: &Database) {
    use diesel::Connection as _;
    let statement = "DELETE FROM candles";
    match database {
        Database::Sqlite(_) => {
            diesel::SqliteConnection::establish(&argument(database)).unwrap().batch_execute(statement).unwrap();
        }
        Database::Postgres(url) => {
            diesel::PgConnection::establish(url).unwrap().batch_execute(statement).unwrap();
        }
    }
}

#[tokio::test]
async fn candles_are_kept_as_long_as_they_are_to_be() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::on(engine);
        let (store, ids) = listing(&place, &["ACME", "BOLT"]).await;
        // A year of days of one instrument, and five thousand minutes up to another time of the other.
        let of = |instrument, timeframe: Timeframe, number: u32, from: &str| Recorded {
            instrument,
            timeframe,
            candle: Candle::opened(at(from).plus(timeframe.span() * number), Price::from_units(1), 1),
        };
        let mut recorded: Vec<_> =
            (0..365).map(|day| of(ids[0], Timeframe::Day, day, "2025-01-01T00:00:00Z")).collect();
        recorded.extend((0..5_000).map(|minute| of(ids[1], Timeframe::Minute, minute, "2013-10-04T00:00:00Z")));
        // What a wrong clock has left behind does not make everything else old.
        recorded.push(of(ids[1], Timeframe::Minute, 0, "2400-01-01T00:00:00Z"));
        let written: Result<(), StoreError> =
            store.write(Lock::House, move |conn| candles::save(conn, &recorded)).await;
        written.unwrap();
        let now = at("2026-03-01T00:00:00Z");
        let retention = Retention { minutes: Some(Duration::from_mins(99)), ..Retention::default() };
        assert_eq!(sweep(&store, retention, now).await.unwrap(), 4_900);
        assert_eq!(sweep(&store, retention, now).await.unwrap(), 0);
        let days = Retention { days: Some(Duration::from_hours(24 * 30)), ..Retention::default() };
        assert_eq!(sweep(&store, days, now).await.unwrap(), 334);
        let left = all(place.database());
        assert_eq!(left.len(), 31 + 100 + 1);
        assert_eq!(left[left.len() - 2].start, at("2013-10-07T11:19:00Z").micros());
        store.close();
    }
}

#[tokio::test]
async fn a_market_without_a_past_is_given_one_and_its_open_spans_go_on_from_it() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::on(engine);
        let (store, ids) = listing(&place, &["ACME", "BOLT"]).await;
        assert_eq!(without_history(&store, &ids).await.unwrap(), ids);
        let past = |instrument| {
            let start = at("2026-03-01T00:00:00Z");
            let minutes = (0..2_500).map(move |minute| {
                Candle::opened(start.plus(Timeframe::Minute.span() * minute), Price::from_units(100), 1)
            });
            let of = move |timeframe: Timeframe| {
                let folded = timeframe.fold(minutes.clone(), At::utc_day);
                folded.into_iter().map(move |candle| Recorded { instrument, timeframe, candle })
            };
            Timeframe::ALL.into_iter().flat_map(of)
        };
        assert_eq!(backfill(&store, past(ids[0]).collect()).await.unwrap(), 2_500 + 500 + 42 + 2);
        assert_eq!(without_history(&store, &ids).await.unwrap(), ids[1..]);
        let market = market(&store).await;
        let recorder = Recorder::start(store.clone(), Arc::clone(market.board()), OFTEN);
        for (second, last) in [(0, 200), (1, 300)] {
            tick(market.board(), at("2026-03-02T17:40:00Z").plus(Duration::from_secs(second)), last, 0);
        }
        recorder.close().await;
        let day = saved(&store, Timeframe::Day).await.pop().unwrap();
        assert_eq!(day, candle("2026-03-02T00:00:00Z", [100, 300, 100, 300], 1_060));
        store.close();
    }
}

#[tokio::test]
async fn a_simulated_market_has_a_year_of_days_and_five_days_of_minutes_from_its_first_second() {
    let place = Place::new();
    let listings = place.directory().join("two.csv");
    std::fs::write(&listings, "symbol,name,sector,price\nACME,Acme,Tools,100\nBOLT,Bolt,Tools,20\n").unwrap();
    let mut server = Server::in_place(place, |settings| {
        settings.with_past().set("--instruments", &listings.to_string_lossy());
    });
    let database = server.database().clone();
    assert!(server.stop().success());
    let rows = all(&database);
    let of = |timeframe| rows.iter().filter(move |row| (row.instrument_id, row.timeframe) == (1, timeframe));
    let (days, minutes) = (of(86_400).count(), of(60).count());
    assert!((360..370).contains(&days) && (7_200..10_100).contains(&minutes), "{days} days, {minutes} minutes");
    let gap = |timeframe: i64, far: i64| {
        let starts: Vec<i64> = of(timeframe).map(|row| row.start).collect();
        starts.windows(2).any(|pair| pair[1] - pair[0] > far * 1_000_000)
    };
    assert!(!gap(86_400, 86_400) && !gap(60, 180), "nothing is missing between the past and the present");
    let last = of(60).next_back().unwrap().close;
    assert!((last - 1_000_000).abs() < 20_000, "the past ends where the market begins, not at {last}");
    let (agree, said) = tradefloor(&database, &["verify"]);
    assert!(agree, "{said}");
    server.restart();
    assert!(server.stop().success());
    let again = all(&database);
    let recent = rows.iter().rev().take(20).map(|row| row.start).min().unwrap();
    let old = |rows: &[tradefloor::store::rows::CandleRow]| {
        rows.iter().filter(|row| row.timeframe == 60 && row.start < recent).cloned().collect::<Vec<_>>()
    };
    assert!(old(&again) == old(&rows), "a past is made once");
}
