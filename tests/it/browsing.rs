//! The tables of the back office, asked through the store on either engine: any order, any filter, any number of rows.

use crate::support::Engine;
use crate::support::floor::{Floor, SYMBOLS, cash_entry, funding, order};
use crate::support::place::on_both_engines;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use tradefloor::clock::Clock;
use tradefloor::domain::{
    Act, At, Author, Candle, Details, EntryKind, Price, Recorded, Role, Side, Subject, Timeframe, UserId,
};
use tradefloor::store::browse::{
    self, After, Cell, Column, Key, Kind, Listing, Question, Record, Sort, Table, WINDOW, WINDOW_FAR_APART, Wanted,
};
use tradefloor::store::sessions::Session;
use tradefloor::store::users::NewUser;
use tradefloor::store::{Conn, Lock, StoreError, accounts, audit, candles, ledger, sessions, users};
use tradefloor::trading::{Funded, Placed};

on_both_engines!(
    every_table_is_sorted_by_every_column_both_ways_and_paged_without_gaps,
    every_word_that_is_counted_leaves_as_many_rows_as_it_says,
    a_file_has_the_rows_of_the_list_in_the_order_of_the_table,
    every_row_is_found_by_its_name_with_every_column_and_what_belongs_to_it,
    paging_goes_through_every_row_once_while_rows_are_added,
    what_is_searched_for_is_found_in_any_case_and_stands_for_itself,
    what_is_asked_for_by_name_is_found_by_any_of_its_names,
    days_begin_and_end_where_they_are_asked_to,
    days_lead_into_the_midst_of_a_long_table,
    a_table_that_goes_on_beyond_the_window_is_looked_at_piece_by_piece,
    an_account_is_looked_at_a_few_hundred_entries_at_a_time,
    garbage_is_an_answer_without_rows,
);

/// People who have traded, with sessions and days.
async fn house(engine: Engine) -> Floor {
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
fn days(count: i64) -> Vec<Recorded> {
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

async fn write<T: Send + 'static>(
    floor: &Floor,
    work: impl Fn(&mut Conn) -> Result<T, StoreError> + Send + 'static,
) -> T {
    floor.store.write(Lock::House, work).await.unwrap()
}

async fn ask(floor: &Floor, question: &Question) -> Listing {
    let question = question.clone();
    let name = question.table.name;
    let answer: Result<_, StoreError> = floor.store.read(move |conn| browse::list(conn, &question)).await;
    answer.unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn of(table: &'static Table) -> Question {
    Question { table, search: String::new(), filters: Vec::new(), sort: None, size: 100, from: None, after: None }
}

fn named(name: &str) -> &'static Table {
    browse::ALL.iter().find(|table| table.name == name).unwrap()
}

fn asking(name: &str, filter: &str, wanted: Wanted) -> Question {
    let table = named(name);
    Question { filters: vec![(table.filter(filter).unwrap(), wanted)], ..of(table) }
}

fn called(name: &str) -> Wanted {
    Wanted::Called(name.to_owned())
}

/// Every page of a question, one after the other, the window moved on when one is over.
async fn pages(floor: &Floor, question: &Question) -> Vec<Record> {
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

fn names(rows: &[Record]) -> Vec<String> {
    rows.iter().map(|row| row.identity.clone()).collect()
}

fn listed(table: &Table) -> Vec<&'static Column> {
    table.columns.iter().filter(|column| column.is_listed()).collect()
}

/// How two cells stand to each other for people: names without regard to case, and nothing before anything.
fn compare(one: &Cell, other: &Cell, column: &Column) -> Ordering {
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

async fn every_table_is_sorted_by_every_column_both_ways_and_paged_without_gaps(engine: Engine) {
    let floor = house(engine).await;
    for table in browse::ALL {
        let whole = ask(&floor, &of(table)).await.rows;
        assert!(whole.len() >= 3, "{} has {} rows", table.name, whole.len());
        assert_eq!(names(&pages(&floor, &Question { size: 2, ..of(table) }).await), names(&whole), "{}", table.name);
        for (place, column) in listed(table).into_iter().enumerate() {
            for descending in [false, true] {
                let sort = Some(Sort { column, descending });
                let mut expected = whole.clone();
                if ask(&floor, &Question { sort, ..of(table) }).await.window.turned {
                    expected.reverse();
                }
                expected.sort_by(|one, other| {
                    let order = compare(&one.cells[place], &other.cells[place], column);
                    if descending { order.reverse() } else { order }
                });
                for size in [100, 3] {
                    let sorted = pages(&floor, &Question { sort, size, ..of(table) }).await;
                    assert_eq!(
                        names(&sorted),
                        names(&expected),
                        "{} by {}, descending: {descending}, {size} a page",
                        table.name,
                        column.name
                    );
                }
            }
        }
    }
}

async fn every_word_that_is_counted_leaves_as_many_rows_as_it_says(engine: Engine) {
    let floor = house(engine).await;
    for table in browse::ALL {
        let all = ask(&floor, &of(table)).await;
        assert_eq!(all.passing, all.rows.len());
        for counted in &all.counts {
            let sum: usize = counted.words.iter().map(|(_, count)| count).sum();
            assert_eq!(sum, all.passing, "{} by {}", table.name, counted.filter.name);
            for (word, count) in &counted.words {
                let question = Question { filters: vec![(counted.filter, Wanted::Word(word.clone()))], ..of(table) };
                let left = ask(&floor, &question).await;
                assert_eq!((left.rows.len(), left.passing), (*count, *count), "{} {word}", counted.filter.name);
                let again = left.counts.iter().find(|again| again.filter.name == counted.filter.name).unwrap();
                assert_eq!(again.words, counted.words, "a filter counts as if it were not asked for itself");
            }
        }
    }
    let nothing = ask(&floor, &asking("ledger", "kind", Wanted::Word("dividend".to_owned()))).await;
    assert!(nothing.rows.is_empty() && nothing.passing == 0);
    assert!(nothing.counts[0].words.contains(&("dividend".to_owned(), 0)));
}

async fn a_file_has_the_rows_of_the_list_in_the_order_of_the_table(engine: Engine) {
    let floor = house(engine).await;
    let account = called("EVE");
    for question in browse::ALL.into_iter().map(of).chain([asking("ledger", "account", account.clone())]) {
        let expected = names(&ask(&floor, &question).await.rows);
        let (mut rows, mut after, mut looks) = (Vec::new(), None, 0);
        loop {
            let (question, before) = (question.clone(), after.take());
            let piece: Result<_, StoreError> = floor
                .store
                .read(move |conn| {
                    let columns: Vec<&'static Column> = question.table.columns.iter().collect();
                    browse::piece(conn, &question, &columns, before.as_ref(), 2)
                })
                .await;
            let piece = piece.unwrap();
            looks += 1;
            assert!(piece.rows.len() <= 2);
            rows.extend(names(&piece.rows));
            match piece.next {
                Some(key) => after = Some(key),
                None => break,
            }
        }
        assert_eq!(rows, expected, "{}", question.table.name);
        assert!(looks > 1);
    }
    assert!(!ask(&floor, &asking("ledger", "account", account)).await.rows.is_empty());
}

async fn find(floor: &Floor, table: &'static Table, name: &str) -> Option<browse::Found> {
    let name = name.to_owned();
    let found: Result<_, StoreError> = floor.store.read(move |conn| browse::find(conn, table, &name)).await;
    found.unwrap()
}

async fn every_row_is_found_by_its_name_with_every_column_and_what_belongs_to_it(engine: Engine) {
    let floor = house(engine).await;
    for table in browse::ALL {
        for row in ask(&floor, &of(table)).await.rows {
            let found = find(&floor, table, &row.identity).await.unwrap_or_else(|| panic!("{}", row.identity));
            assert_eq!(found.record.cells.len(), table.columns.len());
            for (place, column) in listed(table).into_iter().enumerate() {
                let whole = table.columns.iter().position(|one| one.name == column.name).unwrap();
                assert_eq!(found.record.cells[whole], row.cells[place], "{}: {}", table.name, column.name);
                if let (Some(link), Some(leads)) = (column.link, &row.links[place])
                    && !link.table.is_empty()
                {
                    assert!(find(&floor, named(link.table), leads).await.is_some(), "{}: {leads}", column.name);
                }
            }
            for (related, asked) in found.related {
                let other = named(related.table);
                // The command line, which acts too, is nobody.
                let Some(asked) = asked else { continue };
                let filters = asked.into_iter();
                let filters = filters.map(|(name, value)| {
                    let filter = other.filter(name).unwrap();
                    (filter, Wanted::of(filter, &value).unwrap())
                });
                let rows = ask(&floor, &Question { filters: filters.collect(), ..of(other) }).await;
                assert!(rows.referred.iter().all(|(_, row)| row.is_some()), "{}: {}", table.name, related.label);
            }
        }
    }
    let bought = ask(&floor, &asking("orders", "account", called("bob"))).await.rows;
    let entry = Question {
        filters: vec![
            (named("ledger").filter("account").unwrap(), called("bob")),
            (named("ledger").filter("order").unwrap(), called(&bought[0].identity)),
        ],
        ..of(named("ledger"))
    };
    assert_eq!(ask(&floor, &entry).await.rows.len(), 1, "an order leads to its entry");
}

async fn paging_goes_through_every_row_once_while_rows_are_added(engine: Engine) {
    let floor = house(engine).await;
    let table = named("ledger");
    for sort in [None, Some(("cash", true)), Some(("account", false))] {
        let sort = sort.map(|(name, descending)| Sort { column: table.column(name).unwrap(), descending });
        let mut question = Question { sort, size: 3, ..of(table) };
        let expected: BTreeSet<String> = names(&ask(&floor, &of(table)).await.rows).into_iter().collect();
        let mut seen = Vec::new();
        loop {
            let page = ask(&floor, &question).await;
            seen.extend(names(&page.rows));
            write(&floor, |conn| {
                let account = accounts::get(conn, tradefloor::domain::AccountId(1))?;
                ledger::append(conn, &account, cash_entry(EntryKind::Deposit, 3, Clock.now()))
            })
            .await;
            let Some(after) = page.next else { break };
            (question.from, question.after) = (page.window.from, Some(after));
        }
        assert_eq!(seen.len(), expected.len());
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
    }
}

async fn what_is_searched_for_is_found_in_any_case_and_stands_for_itself(engine: Engine) {
    let floor = house(engine).await;
    let search = |table: &str, text: &str| Question { search: text.to_owned(), ..of(named(table)) };
    let count = async |question: Question| ask(&floor, &question).await.rows.len();
    assert_eq!(count(search("users", "ADA")).await, 1);
    assert_eq!(count(search("users", "_")).await, 1, "an underscore is no other sign");
    assert_eq!(count(search("users", "%")).await, 0);
    assert_eq!(count(search("users", "!")).await, 0);
    assert_eq!(
        count(search("ledger", "cy_")).await,
        ask(&floor, &asking("ledger", "account", called("cy_d"))).await.passing
    );
    let exact = ask(&floor, &search("users", "aDa")).await.exact.unwrap();
    assert_eq!((exact.identity.as_str(), exact.label.as_str()), ("1", "Ada"));
    let order = ask(&floor, &of(named("orders"))).await.rows.remove(0).identity;
    let exact = ask(&floor, &search("orders", &order.to_uppercase())).await.exact.unwrap();
    assert_eq!(exact.identity, order);
}

async fn what_is_asked_for_by_name_is_found_by_any_of_its_names(engine: Engine) {
    let floor = house(engine).await;
    let id = ask(&floor, &asking("accounts", "user", called("dan"))).await.rows.remove(0).identity;
    let by_name = ask(&floor, &asking("orders", "account", called("DAN"))).await;
    let by_id = ask(&floor, &asking("orders", "account", called(&id))).await;
    assert!(by_name.rows.len() > 3);
    assert_eq!(names(&by_name.rows), names(&by_id.rows));
    assert_eq!(by_name.referred[0].1.as_ref().unwrap().identity, id);
    let both = Question {
        filters: vec![
            (named("orders").filter("account").unwrap(), called("dan")),
            (named("orders").filter("instrument").unwrap(), called("bolt")),
        ],
        ..of(named("orders"))
    };
    let both = ask(&floor, &both).await;
    let bolts = ask(&floor, &asking("orders", "instrument", called("BOLT"))).await;
    let expected: BTreeSet<String> =
        names(&by_name.rows).into_iter().filter(|name| names(&bolts.rows).contains(name)).collect();
    assert_eq!(names(&both.rows).into_iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(both.rows.len(), 2);
    let nobody = ask(&floor, &asking("orders", "account", called("nobody"))).await;
    assert!(nobody.rows.is_empty() && nobody.referred[0].1.is_none());
}

async fn days_begin_and_end_where_they_are_asked_to(engine: Engine) {
    let floor = house(engine).await;
    let day = |number: i64| At::from_micros((15_000 + number) * 86_400_000_000);
    let count = async |from, until| ask(&floor, &asking("candles", "day", Wanted::Between(from, until))).await.passing;
    assert_eq!(count(Some(day(1)), Some(day(3))).await, 2 * SYMBOLS.len());
    assert_eq!(count(Some(day(4)), None).await, SYMBOLS.len());
    assert_eq!(count(None, Some(day(0))).await, 0);
    assert_eq!(count(None, None).await, 5 * SYMBOLS.len());
}

async fn days_lead_into_the_midst_of_a_long_table(engine: Engine) {
    let floor = Floor::on(engine).await;
    let every = 600_000_000;
    let count = i64::try_from(WINDOW).unwrap() + 300;
    let day = |number: i64| At::from_micros(number * 86_400_000_000);
    // A few at a time, so that a busy server still answers each write.
    for first in (0..count).step_by(1_000) {
        write(&floor, move |conn| {
            for number in first..(first + 1_000).min(count) {
                let username = format!("user-{number}").parse().unwrap();
                // Those who write side by side are not always in order.
                let created_at = At::from_micros(number * every - number % 2 * 30_000_000);
                users::insert(
                    conn,
                    &NewUser { username, password_hash: String::new(), role: Role::Trader, created_at },
                )?;
            }
            Ok(())
        })
        .await;
    }
    for (from, until, expected) in [
        (Some(day(1)), Some(day(2)), 144),
        (None, Some(day(1)), 144),
        (Some(day(70)), Some(day(71)), 144),
        (Some(day(71)), None, count - 71 * 144),
        (Some(day(100)), None, 0),
        (None, Some(day(-1)), 0),
    ] {
        let question = Question { size: 200, ..asking("users", "created", Wanted::Between(from, until)) };
        let found = ask(&floor, &question).await;
        // The row that opens a day may have been written in the minute before it.
        let passing = i64::try_from(found.passing).unwrap();
        assert!((expected - 1..=expected + 1).contains(&passing), "{from:?} to {until:?}: {passing}");
        assert!(found.window.beyond.is_none(), "all of them were looked at");
        let sort = Some(Sort { column: question.table.column("created").unwrap(), descending: false });
        let turned = ask(&floor, &Question { sort, ..question.clone() }).await;
        assert_eq!(turned.passing, found.passing, "from {from:?} to {until:?}, the oldest first");
        assert!(turned.window.beyond.is_none() && (turned.window.turned || found.passing == 0));
        let piece: Result<_, StoreError> =
            floor.store.read(move |conn| browse::piece(conn, &question, &listed(question.table), None, WINDOW)).await;
        assert_eq!(piece.unwrap().rows.len(), found.passing);
    }
}

async fn a_table_that_goes_on_beyond_the_window_is_looked_at_piece_by_piece(engine: Engine) {
    let floor = house(engine).await;
    let count = WINDOW / SYMBOLS.len() + 400;
    write(&floor, move |conn| candles::save(conn, &days(i64::try_from(count).unwrap()))).await;
    let all = count * SYMBOLS.len();
    let table = named("candles");
    let first = ask(&floor, &of(table)).await;
    assert_eq!(first.passing, WINDOW);
    assert!(first.window.beyond.is_some());
    let second = ask(&floor, &Question { from: first.window.beyond, ..of(table) }).await;
    assert_eq!(second.passing, all - WINDOW);
    assert!(second.window.beyond.is_none());
    for sort in [None, Some(Sort { column: table.column("volume").unwrap(), descending: true })] {
        let question = Question { sort, size: 200, ..of(table) };
        let seen = names(&pages(&floor, &question).await);
        assert_eq!(seen.len(), all);
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>().len(), all, "no row comes twice");
    }
    let backwards = Some(Sort { column: table.column("day").unwrap(), descending: false });
    let turned = names(&pages(&floor, &Question { sort: backwards, size: 200, ..of(table) }).await);
    let onward = names(&pages(&floor, &Question { size: 200, ..of(table) }).await);
    assert_eq!(turned, onward.into_iter().rev().collect::<Vec<_>>(), "the oldest of all come first");
    let acme = ask(&floor, &asking("candles", "instrument", called("acme"))).await;
    assert_eq!((acme.passing, acme.window.beyond.is_none()), (count, true), "an index leads past all the others");
}

async fn an_account_is_looked_at_a_few_hundred_entries_at_a_time(engine: Engine) {
    let floor = house(engine).await;
    write(&floor, |conn| {
        let mut account = accounts::get(conn, tradefloor::domain::AccountId(1))?;
        for _ in 0..WINDOW_FAR_APART {
            account = ledger::append(conn, &account, cash_entry(EntryKind::Deposit, 1, Clock.now()))?.unwrap();
        }
        Ok(())
    })
    .await;
    for sort in [None, Some(Sort { column: named("ledger").column("kind").unwrap(), descending: false })] {
        let question = Question { sort, ..asking("ledger", "account", called("ada")) };
        let first = ask(&floor, &question).await;
        assert_eq!((first.passing, first.window.size), (WINDOW_FAR_APART, WINDOW_FAR_APART));
        let seen = names(&pages(&floor, &question).await);
        // The opening and a deposit came before.
        assert_eq!(seen.len(), WINDOW_FAR_APART + 2);
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>().len(), WINDOW_FAR_APART + 2);
    }
}

async fn garbage_is_an_answer_without_rows(engine: Engine) {
    let floor = house(engine).await;
    for garbage in ["\0", "'; DROP TABLE users; --", "\u{1f980}", "-1", "9223372036854775808", ".", "....", "a.b"] {
        for table in browse::ALL {
            assert!(find(&floor, table, garbage).await.is_none(), "{}: {garbage:?}", table.name);
            let question = Question { search: garbage.to_owned(), ..of(table) };
            let searched = ask(&floor, &question).await;
            assert!(searched.rows.iter().all(|row| !row.identity.is_empty()));
            for filter in table.filters {
                for wanted in [Wanted::Word(garbage.to_owned()), called(garbage)] {
                    let found = ask(&floor, &Question { filters: vec![(filter, wanted)], ..of(table) }).await;
                    assert!(found.rows.is_empty(), "{} {}: {garbage:?}", table.name, filter.name);
                }
            }
        }
    }
}
