//! Bars are loaded out of a file: all or none, the same however often, on either engine.

use super::{all, import, listing, tradefloor};
use crate::support::recorded::{DAYS, MINUTES, minutes, path};
use crate::support::{Engine, Place};
use std::collections::BTreeMap;
use std::io::Write as _;
use tempfile::NamedTempFile;
use tradefloor::domain::{InstrumentId, Timeframe};
use tradefloor::market::day::Calendar;
use tradefloor::store::rows::CandleRow;

const SYMBOLS: [&str; 8] = ["AAPL", "AIG", "BAC", "GOOG", "IBM", "QQQ", "SPY", "WM"];
const MINUTELY: [&str; 4] = ["AIG", "BAC", "IBM", "SPY"];

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

#[tokio::test]
async fn nine_years_of_days_are_loaded_to_the_cent_and_loading_them_again_changes_nothing() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::on(engine);
        let (store, ids) = listing(&place, &SYMBOLS).await;
        store.close();
        for _ in 0..2 {
            let (done, said) = import(place.database(), &path(DAYS));
            assert!(done && said.contains("18608 candles of 1d, of 8 instruments."), "{said}");
            assert!(!said.contains('\u{1b}'), "nothing is drawn where there is no terminal");
        }
        let rows = all(place.database());
        assert_eq!(rows.len(), 18_608);
        let first = CandleRow {
            instrument_id: ids[0].0,
            timeframe: 86_400,
            start: 1_325_548_800_000_000,
            open: 4_095_000,
            high: 4_125_000,
            low: 4_090_000,
            close: 4_112_300,
            volume: 10_355_371,
        };
        assert_eq!(rows[0], first);
        let (agree, said) = tradefloor(place.database(), &["verify"]);
        assert!(agree && said.contains("candles: 18608"), "{said}");
    }
}

#[tokio::test]
async fn minutes_are_loaded_with_all_that_follows_from_them_and_again_changes_nothing() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::on(engine);
        let (store, ids) = listing(&place, &MINUTELY).await;
        store.close();
        let load = || {
            let (done, said) = import(place.database(), &path(MINUTES));
            assert!(done && said.contains("13429 candles of 1m, of 4 instruments."), "{said}");
            all(place.database())
        };
        let rows = load();
        if engine == Engine::Sqlite {
            assert_eq!(load(), rows);
        }
        assert_eq!(rows.iter().filter(|row| row.timeframe == 60).count(), 13_429);
        // The same in arithmetic of our own: a minute that ends at a moment began a minute before it.
        let calendar = Calendar::new_york();
        let mut shares: BTreeMap<(i64, i64, i64), i64> = BTreeMap::new();
        for minute in minutes() {
            let id = MINUTELY.iter().position(|symbol| *symbol == minute.symbol.as_str()).map(|place| ids[place].0);
            let start = minute.at.minus(Timeframe::Minute.span());
            for timeframe in Timeframe::ALL {
                let span = timeframe.start(start, calendar.day(start)).micros();
                *shares.entry((id.unwrap(), timeframe.seconds(), span)).or_default() += minute.volume;
            }
        }
        let loaded: BTreeMap<_, _> =
            rows.iter().map(|row| ((row.instrument_id, row.timeframe, row.start), row.volume)).collect();
        assert_eq!(loaded, shares);
        let days = rows.iter().filter(|row| row.timeframe == 86_400 && row.instrument_id == ids[0].0);
        assert_eq!(days.count(), 6, "from Friday to Friday, evenings in New York included");
        let (agree, said) = tradefloor(place.database(), &["verify"]);
        assert!(agree, "{said}");
    }
}

#[tokio::test]
async fn of_a_file_with_wrong_lines_each_is_named_and_nothing_is_loaded() {
    let place = Place::new();
    let (store, _) = listing(&place, &["ACME"]).await;
    store.close();
    let mut text = "date,symbol,open,high,low,close,volume\n2024-01-02,ACME,2,3,1,2,5\n".to_owned();
    text.push_str("2024-01-03,ACME,2,3,1,4,5\n2024-01-03,NONE,2,3,1,2,5\n2024-01-04,NONE,2,3,1,2,5\n");
    text.extend((1..=28).map(|day| format!("2024-02-{day:02},ACME,2,1,3,2,5\n")));
    let (done, said) = import(place.database(), file(&text).path());
    assert!(!done && said.contains("because of 31 of its lines:\n  line 3: the close 4.00 is not between"), "{said}");
    assert!(said.contains("\n  line 4: NONE is not listed; serve once with --instruments"), "{said}");
    assert!(said.contains("\n  line 6: the low 3.00 is above the high 1.00\n"), "{said}");
    assert!(said.ends_with("\n  and 11 more\n") && said.lines().count() == 22, "{said}");
    for (text, problem) in [
        ("", "cannot be imported: its first line is neither date,symbol"),
        ("date,symbol,open,high,low,close,volume\n", "cannot be imported: it has a heading and no lines."),
    ] {
        let (done, said) = import(place.database(), file(text).path());
        assert!(!done && said.contains(problem), "{said}");
    }
    let (done, said) = import(place.database(), std::path::Path::new("no-such.csv"));
    assert!(!done && said.contains("no-such.csv cannot be imported: it cannot be opened"), "{said}");
    assert!(all(place.database()).is_empty());
    let elsewhere = Place::on(Engine::Sqlite);
    let (done, said) = import(elsewhere.database(), file(&text).path());
    assert!(!done && said.contains("There are no books in") && !elsewhere.file().exists(), "{said}");
}

#[tokio::test]
async fn minutes_that_follow_in_another_file_complete_the_spans_that_are_there() {
    let place = Place::new();
    let (store, ids) = listing(&place, &["ACME"]).await;
    store.close();
    let heading = "time,symbol,open,high,low,close,volume\n";
    let (first, second) = ("2024-01-02T15:01:00Z,ACME,2,3,1,2,5\n", "2024-01-02T15:02:00Z,ACME,2,9,2,4,7\n");
    for line in [first, second] {
        let (done, said) = import(place.database(), file(&format!("{heading}{line}")).path());
        assert!(done, "{said}");
    }
    let apart = all(place.database());
    let (done, said) = import(place.database(), file(&format!("{heading}{first}{second}")).path());
    assert!(done && all(place.database()) == apart, "{said}");
    let day = apart.last().unwrap();
    let expected = (ids[0], 86_400, 20_000, 90_000, 10_000, 40_000, 12);
    let found = (InstrumentId(day.instrument_id), day.timeframe, day.open, day.high, day.low, day.close, day.volume);
    assert_eq!((found, apart.len()), (expected, 5));
}
