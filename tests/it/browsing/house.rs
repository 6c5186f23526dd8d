//! A house whose tables have rows to browse, and how they are asked for.

use crate::support::Engine;
use crate::support::floor::{Floor, SYMBOLS, funding, order};
use std::cmp::Ordering;
use tradefloor::clock::Clock;
use tradefloor::domain::{Act, At, Author, Candle, Details, Price, Recorded, Side, Subject, Timeframe, UserId};
use tradefloor::store::browse::{self, After, Cell, Column, Key, Kind, Listing, Question, Record, Table, Wanted};
use tradefloor::store::sessions::Session;
use tradefloor::store::{Conn, Lock, StoreError, audit, candles, sessions};
use tradefloor::trading::{Funded, Placed};

/// People who have traded, with sessions and days.
pub(super) async fn house(engine: Engine) -> Floor {
    let floor = Floor::on(engine).await;
    for (index, symbol) in (0_i64..).zip(SYMBOLS) {
        floor.quote(symbol, 900_000 + index * 70_000, 910_000 + index * 70_000);
    }
    for (number, name) in ["Ada", "bob", "Cy_d", "dan", "eve"].into_iter().enumerate() {
        let number = i64::try_from(number).unwrap();
        let account = floor.account(name, 1_000_000 - number * 77).await;
        for (turn, symbol) in SYMBOLS.iter().enumerate().take(usize::try_from(number).unwrap()) {
            let key = format!("{name}-{turn}");
            let shares = (number + 1) * 1_500_000_000;
            let bought = floor.desk.place(account, order(&key, Side::Buy, symbol, shares)).await.unwrap();
            assert!(matches!(bought, Placed::Filled(_)));
            if turn > 0 {
                let key = format!("{name}-{turn}-back");
                let sold = floor.desk.place(account, order(&key, Side::Sell, symbol, shares)).await.unwrap();
                assert!(matches!(sold, Placed::Filled(_)));
            }
        }
        let funded = floor.desk.fund(account, funding(&format!("{name}-in"), true, 5_000)).await.unwrap();
        assert!(matches!(funded, Funded::Done { .. }));
    }
    write(&floor, |conn| {
        let now = Clock.now();
        for number in 1..=4 {
            let user_id = UserId(1 + number % 3);
            let key_hash = format!("{number:064x}");
            let at = |offset: i64| At::from_micros(now.micros() + offset * 1_000_000);
            let state = "{}".to_owned();
            let (created_at, seen_at) = (at(-number), at(number * 5 % 7));
            // Two of them end together, so that their keys decide.
            let expires_at = at(1_000 + number / 2);
            let granted_until = None;
            let session = Session {
                key_hash,
                user_id,
                password_version: 1,
                state,
                created_at,
                seen_at,
                expires_at,
                granted_until,
                acting_as: None,
                acting_until: None,
            };
            sessions::insert(conn, &session)?;
        }
        for number in 1..=3 {
            let author = Author { user: (number > 1).then_some(UserId(number)), address: String::new(), session: None };
            let subject = if number == 3 { Subject::market() } else { Subject::user(UserId(4)) };
            let became = Details::default().with("role", "support");
            audit::note(conn, &author, Act::SetRole, &subject, &became, now)?;
        }
        candles::save(conn, &days(5))
    })
    .await;
    floor
}

/// So many days of each instrument, and a minute of each.
pub(super) fn days(count: i64) -> Vec<Recorded> {
    let instruments = 1..=i64::try_from(SYMBOLS.len()).unwrap();
    let both = instruments.flat_map(|instrument| (0..count).map(move |day| (instrument, day)));
    let candle = |(instrument, day): (i64, i64), timeframe| {
        let price = |tick: i64| Price::from_units(10_000 * (instrument + tick + day % 7));
        let start = At::from_micros((15_000 + day) * 86_400_000_000);
        let candle =
            Candle { start, open: price(1), high: price(3), low: price(0), close: price(2), volume: 100 - day % 5 };
        Recorded { instrument: tradefloor::domain::InstrumentId(instrument), timeframe, candle }
    };
    both.flat_map(|one| [candle(one, Timeframe::Day), candle(one, Timeframe::Minute)]).collect()
}

pub(super) async fn write<T: Send + 'static>(
    floor: &Floor,
    work: impl Fn(&mut Conn) -> Result<T, StoreError> + Send + 'static,
) -> T {
    floor.store.write(Lock::House, work).await.unwrap()
}

pub(super) async fn ask(floor: &Floor, question: &Question) -> Listing {
    let question = question.clone();
    let name = question.table.name;
    let answer: Result<_, StoreError> = floor.store.read(move |conn| browse::list(conn, &question)).await;
    answer.unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(super) fn of(table: &'static Table) -> Question {
    Question { table, search: String::new(), filters: Vec::new(), sort: None, size: 100, from: None, after: None }
}

pub(super) fn named(name: &str) -> &'static Table {
    browse::ALL.iter().find(|table| table.name == name).unwrap()
}

pub(super) fn asking(name: &str, filter: &str, wanted: Wanted) -> Question {
    let table = named(name);
    Question { filters: vec![(table.filter(filter).unwrap(), wanted)], ..of(table) }
}

pub(super) fn called(name: &str) -> Wanted {
    Wanted::Called(name.to_owned())
}

/// Every page of a question, one after the other, the window moved on when one is over.
pub(super) async fn pages(floor: &Floor, question: &Question) -> Vec<Record> {
    let mut question = question.clone();
    let mut rows = Vec::new();
    loop {
        let page = ask(floor, &question).await;
        assert!(page.rows.len() <= question.size);
        rows.extend(page.rows);
        match (page.next, page.window.beyond) {
            (Some(after), _) => {
                // Addresses carry them as texts.
                let columns = browse::key_columns(&question);
                let key = Key::read(columns, &after.key.written()).unwrap();
                assert_eq!(key, after.key);
                (question.from, question.after) = (page.window.from, Some(After { key, ..after }));
            }
            (None, Some(beyond)) => (question.from, question.after) = (Some(beyond), None),
            (None, None) => return rows,
        }
    }
}

pub(super) fn names(rows: &[Record]) -> Vec<String> {
    rows.iter().map(|row| row.identity.clone()).collect()
}

pub(super) fn listed(table: &Table) -> Vec<&'static Column> {
    table.columns.iter().filter(|column| column.is_listed()).collect()
}

/// How two cells stand to each other for people: names without regard to case, and nothing before anything.
pub(super) fn compare(one: &Cell, other: &Cell, column: &Column) -> Ordering {
    let folded = |text: &String| if column.sorted_by.is_some() { text.to_lowercase() } else { text.clone() };
    let or_empty = |cell: &Cell| match (cell, column.kind) {
        (Cell::Nothing, Kind::Text | Kind::Code | Kind::Word) => Cell::Text(String::new()),
        (cell, _) => cell.clone(),
    };
    match (or_empty(one), or_empty(other)) {
        (Cell::Nothing, Cell::Nothing) => Ordering::Equal,
        (Cell::Nothing, _) => Ordering::Less,
        (_, Cell::Nothing) => Ordering::Greater,
        (Cell::Number(one), Cell::Number(other)) => one.cmp(&other),
        (Cell::Text(one), Cell::Text(other)) => folded(&one).cmp(&folded(&other)),
        (Cell::Flag(one), Cell::Flag(other)) => one.cmp(&other),
        (one, other) => panic!("{one:?} and {other:?} stand in one column"),
    }
}
