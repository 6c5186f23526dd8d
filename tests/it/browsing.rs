//! The tables of the back office, asked through the store on either engine: any order, any filter, any number of rows.

mod house;

use crate::support::Engine;
use crate::support::floor::{Floor, SYMBOLS, cash_entry};
use crate::support::place::on_both_engines;
use house::{ask, asking, called, compare, days, house, listed, named, names, of, pages, write};
use std::collections::BTreeSet;
use tradefloor::clock::Clock;
use tradefloor::domain::{At, EntryKind, Role};
use tradefloor::store::browse::{self, Column, Question, Sort, Table, WINDOW, WINDOW_FAR_APART, Wanted};
use tradefloor::store::users::NewUser;
use tradefloor::store::{StoreError, accounts, candles, ledger, users};

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
