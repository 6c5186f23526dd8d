//! A page of a table, with what can be asked for beside it.

use super::cells::{Cell, Cells};
use super::plan::{Plan, Range, joined, sorts_as_text, write_part, write_sorting, write_words_of};
use super::question::{After, Question, Referred, Sort, Wanted};
use super::record::{self, Record};
use super::references;
use super::statement::{Statement, Value};
use super::table::{By, Column, Filter, Part};
use super::window::Window;
use crate::store::Conn;
use crate::store::error::StoreError;

/// A page of a table.
#[derive(Debug)]
pub struct Listing {
    /// The rows, with the columns that a list shows.
    pub rows: Vec<Record>,
    /// Where the next page of this window begins, if there is one.
    pub next: Option<After>,
    /// What was looked at.
    pub window: Window,
    /// How many rows of the window pass.
    pub passing: usize,
    /// The words that can be asked for, with how many rows of the window each would leave.
    pub counts: Vec<Counted>,
    /// What was asked for by name; nothing where there is no such row.
    pub referred: Vec<(&'static Filter, Option<Referred>)>,
    /// The row that is called exactly what was searched for.
    pub exact: Option<Referred>,
}

/// A filter with the words it can be asked for.
#[derive(Debug)]
pub struct Counted {
    /// Which.
    pub filter: &'static Filter,
    /// Each word, and how many rows have it.
    pub words: Vec<(String, usize)>,
}

/// Answers `question`.
///
/// # Errors
/// When the database fails.
pub fn list(conn: &mut Conn, question: &Question) -> Result<Listing, StoreError> {
    let referred = references::find_all(conn, question)?;
    let exact = references::exact(conn, question)?;
    let plan = Plan::of(question, &referred);
    let window = Window::find(conn, &plan, question.from.as_ref())?;
    if window.from.is_none() {
        return Ok(Listing { rows: Vec::new(), next: None, window, passing: 0, counts: Vec::new(), referred, exact });
    }
    let (rows, next) = page(conn, &plan, question, &window)?;
    let (passing, counts) = counts(conn, &plan, question, &window)?;
    Ok(Listing { rows, next, window, passing, counts, referred, exact })
}

/// The rows of one page: first which, of the whole window, then all about those alone.
fn page(
    conn: &mut Conn,
    plan: &Plan,
    question: &Question,
    window: &Window,
) -> Result<(Vec<Record>, Option<After>), StoreError> {
    let table = plan.table;
    let columns: Vec<&Column> = table.columns.iter().filter(|column| column.is_listed()).collect();
    let mut query = Statement::default();
    query.sql("SELECT ");
    record::write_columns(&mut query, table, &columns, plan.key);
    if let Some(sort) = question.sort {
        query.sql(if sorts_as_text(sort.column) { ", page.s AS t" } else { ", page.s AS n" });
    }
    query.sql(" FROM (");
    write_page_keys(&mut query, plan, question, window);
    query.sql(") AS page JOIN ").sql(table.base).sql(" ON ");
    plan.found_by_index(&mut query);
    query.sql(" AND ").each(" AND ", plan.key.iter().enumerate(), |query, (place, part)| {
        query.sql(part.sql).sql(" = page.k").digits(place);
    });
    joined(&mut query, table, &record::texts(table, &columns));
    query.sql(" ORDER BY ");
    if let Some(sort) = question.sort {
        query.sql("page.s");
        if sorts_as_text(sort.column) {
            query.by_byte();
        }
        query.sql(direction(sort)).sql(", ");
    }
    query.each(", ", plan.key.iter().enumerate(), |query, (place, part)| {
        query.sql("page.k").digits(place);
        if part.text {
            query.by_byte();
        }
        query.sql(plan.direction());
    });
    let rows = query.load(conn)?;
    let mut records: Vec<Record> =
        rows.into_iter().map(|row| Record::of(row, &columns, plan.key)).collect::<Result<_, _>>()?;
    let more = records.len() > question.size;
    records.truncate(question.size);
    let next = if more { records.last().map(|last| after(last, question.sort)).transpose()? } else { None };
    Ok((records, next))
}

/// Adds the query for the keys of one page, and one more.
fn write_page_keys(query: &mut Statement, plan: &Plan, question: &Question, window: &Window) {
    let after = question.after.as_ref();
    query.sql("SELECT ").each(", ", plan.key.iter().enumerate(), |query, (place, part)| {
        query.sql(part.sql).sql(" AS k").digits(place);
    });
    let within = Range { from: window.from.as_ref(), after: None, until: window.beyond.as_ref() };
    let Some(sort) = question.sort else {
        // In the order of the table, a page needs no more rows than it shows, unless each has to be looked at.
        let range = Range { after: after.map(|after| &after.key), ..within };
        plan.from(query, range, if plan.looks() { plan.window } else { question.size + 1 }, []);
        plan.passing(query, |_| true);
        plan.in_order(query);
        query.sql(" LIMIT ").digits(question.size + 1);
        return;
    };
    query.sql(", ");
    write_sorting(query, sort.column);
    query.sql(" AS s");
    plan.from(query, within, plan.window, [sort.column.sorted_by.unwrap_or(sort.column.value)]);
    plan.passing(query, |_| true);
    if let Some(After { key, value: Some(value) }) = after {
        query.sql(" AND (");
        write_sorting(query, sort.column);
        query.sql(if sort.descending { " < " } else { " > " }).bind(value).sql(" OR (");
        write_sorting(query, sort.column);
        query.sql(" = ").bind(value).sql(" AND ");
        plan.compare(query, if plan.descends() { " < " } else { " > " }, key);
        query.sql("))");
    }
    query.sql(" ORDER BY ");
    write_sorting(query, sort.column);
    query.sql(direction(sort));
    for part in plan.key {
        query.sql(", ");
        write_part(query, part);
        query.sql(plan.direction());
    }
    query.sql(" LIMIT ").digits(question.size + 1);
}

fn direction(sort: Sort) -> &'static str {
    if sort.descending { " DESC" } else { " ASC" }
}

fn after(last: &Record, sort: Option<Sort>) -> Result<After, StoreError> {
    let value = match (sort, last.rest.first()) {
        (Some(_), Some(cell)) => Some(record::value(cell.clone())?),
        _ => None,
    };
    Ok(After { key: last.key.clone(), value })
}

/// Counts the rows of the window that pass, and for each word of each filter those that would if it were asked for.
fn counts(
    conn: &mut Conn,
    plan: &Plan,
    question: &Question,
    window: &Window,
) -> Result<(usize, Vec<Counted>), StoreError> {
    let filters: Vec<&'static Filter> = plan.table.filters.iter().filter(|filter| is_counted(filter)).collect();
    let mut query = Statement::default();
    query.sql("SELECT CAST(COUNT(*) AS BIGINT) AS n");
    for filter in &filters {
        query.sql(", ");
        write_words_of(&mut query, filter);
        query.sql(" AS t");
    }
    let range = Range { from: window.from.as_ref(), after: None, until: window.beyond.as_ref() };
    plan.from(&mut query, range, plan.window, filters.iter().map(|filter| filter.value));
    // The filters that are counted are applied below: each of them counts as if it were not asked for itself.
    plan.passing(&mut query, |filter| !is_counted(filter));
    if !filters.is_empty() {
        query.sql(" GROUP BY ").each(", ", 0..filters.len(), |query, place| {
            query.digits(place + 2);
        });
    }
    let groups = query.load(conn)?.into_iter().map(group).collect::<Vec<_>>();
    let asked: Vec<Option<&str>> = filters.iter().map(|filter| asked_word(question, filter)).collect();
    let fails = |words: &[Option<String>], but: Option<usize>| {
        words.iter().zip(&asked).enumerate().any(|(place, (word, asked))| {
            Some(place) != but && asked.is_some_and(|asked| word.as_deref() != Some(asked))
        })
    };
    let passing = groups.iter().filter(|(_, words)| !fails(words, None)).map(|(count, _)| count).sum();
    let counted = filters.iter().enumerate().map(|(place, filter)| {
        let mut counts = std::collections::BTreeMap::<&str, usize>::new();
        if let Some(word) = asked.get(place).copied().flatten() {
            counts.insert(word, 0);
        }
        for (count, words) in groups.iter().filter(|(_, words)| !fails(words, Some(place))) {
            if let Some(Some(word)) = words.get(place) {
                *counts.entry(word).or_default() += count;
            }
        }
        Counted { filter, words: counts.into_iter().map(|(word, count)| (word.to_owned(), count)).collect() }
    });
    Ok((passing, counted.collect()))
}

fn is_counted(filter: &Filter) -> bool {
    matches!(filter.by, By::Word | By::Flag(..))
}

fn asked_word<'q>(question: &'q Question, filter: &Filter) -> Option<&'q str> {
    question.filters.iter().find_map(|(asked, wanted)| match wanted {
        Wanted::Word(word) if std::ptr::eq(*asked, filter) => Some(word.as_str()),
        _ => None,
    })
}

fn group(row: Cells) -> (usize, Vec<Option<String>>) {
    let mut cells = row.0.into_iter();
    let count = cells.next().as_ref().and_then(Cell::number).and_then(|count| usize::try_from(count).ok());
    (count.unwrap_or(0), cells.map(Cell::text).collect())
}

/// The key that addresses of `question` write, which depends on what is asked for.
#[must_use]
pub fn key_columns(question: &Question) -> &'static [Part] {
    Plan::of(question, &[]).key
}

/// Reads the value that rows are sorted by, as it was written in an address.
#[must_use]
pub fn sorting_value(sort: Sort, text: &str) -> Option<Value> {
    if sorts_as_text(sort.column) { Some(Value::Text(text.to_owned())) } else { text.parse().ok().map(Value::Number) }
}
