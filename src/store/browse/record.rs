//! A row as it is shown: what stands in its columns, and where these lead.

use super::cells::{Cell, Cells};
use super::question::Key;
use super::statement::{Statement, Value};
use super::table::{Column, Kind, Part, Table};
use crate::store::error::StoreError;

/// A row of a table.
#[derive(Debug, Clone)]
pub struct Record {
    /// What it is called in addresses.
    pub identity: String,
    /// What stands in each of the columns that were asked for.
    pub cells: Vec<Cell>,
    /// The row that each of them leads to, where it leads to one.
    pub links: Vec<Option<String>>,
    /// Where it stands in the order it was asked for in.
    pub(super) key: Key,
    /// What is read besides, in the order asked.
    pub(super) rest: Vec<Cell>,
}

/// Adds what a record is read from: its name, the columns with where they lead, and the key.
pub(super) fn write_columns(query: &mut Statement, table: &Table, columns: &[&Column], key: &[Part]) {
    write_identity(query, table.identity);
    query.sql(" AS t");
    for column in columns {
        query.sql(", ").sql(column.value).sql(" AS ").sql(letter(column.kind));
        if let Some(link) = column.link {
            query.sql(", CAST(").sql(link.identity).sql(" AS TEXT) AS t");
        }
    }
    for part in key {
        query.sql(", ").sql(part.sql).sql(if part.text { " AS t" } else { " AS n" });
    }
}

/// Everything that [`write_columns`] names, to find what has to be joined.
pub(super) fn texts<'a>(table: &'a Table, columns: &[&'a Column]) -> Vec<&'a str> {
    let values = columns.iter().flat_map(|column| [Some(column.value), column.link.map(|link| link.identity)]);
    table.identity.iter().map(|part| part.sql).chain(values.flatten()).collect()
}

/// Adds what a row is called in addresses.
fn write_identity(query: &mut Statement, identity: &[Part]) {
    query.each(" || '.' || ", identity, |query, part| {
        query.sql("CAST(").sql(part.sql).sql(" AS TEXT)");
    });
}

/// The parts of what a row is called in addresses; nothing when it can be no row's name.
pub(super) fn identity_of(table: &Table, name: &str) -> Option<Vec<Value>> {
    parts(table.identity, name)
}

/// The texts that are joined by dots, each as its part has it.
fn parts(parts: &[Part], text: &str) -> Option<Vec<Value>> {
    let texts: Vec<&str> = text.splitn(parts.len(), '.').collect();
    if texts.len() != parts.len() {
        return None;
    }
    let value = |(part, text): (&Part, &str)| {
        if part.text { Some(Value::Text(text.to_owned())) } else { text.parse().ok().map(Value::Number) }
    };
    parts.iter().zip(texts).map(value).collect()
}

impl Key {
    /// As it is written in addresses.
    #[must_use]
    pub fn written(&self) -> String {
        let texts = self.0.iter().map(|value| match value {
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.clone(),
        });
        texts.collect::<Vec<_>>().join(".")
    }

    /// Reads what [`Key::written`] wrote of a key with these columns; nothing for anything else.
    #[must_use]
    pub fn read(columns: &[Part], text: &str) -> Option<Self> {
        parts(columns, text).map(Self)
    }
}

impl Record {
    /// Takes a row apart that begins with what [`write_columns`] asked for.
    ///
    /// # Errors
    /// When it is another.
    pub(super) fn of(row: Cells, columns: &[&Column], key: &[Part]) -> Result<Self, StoreError> {
        let mut cells = row.0.into_iter();
        let mut next = || cells.next().ok_or_else(|| StoreError::Corrupt("a row lacks a column".to_owned()));
        let identity = next()?.text().unwrap_or_default();
        let (mut shown, mut links) = (Vec::with_capacity(columns.len()), Vec::with_capacity(columns.len()));
        for column in columns {
            shown.push(next()?);
            links.push(if column.link.is_some() { next()?.text() } else { None });
        }
        let mut values = Vec::with_capacity(key.len());
        for _ in key {
            values.push(value(next()?)?);
        }
        Ok(Self { identity, cells: shown, links, key: Key(values), rest: cells.collect() })
    }
}

/// What a row can be found again by.
///
/// # Errors
/// When there is nothing.
pub(super) fn value(cell: Cell) -> Result<Value, StoreError> {
    match cell {
        Cell::Number(number) => Ok(Value::Number(number)),
        Cell::Text(text) => Ok(Value::Text(text)),
        other => Err(StoreError::Corrupt(format!("a key is {other:?}"))),
    }
}

/// The letter that tells the type of a column.
fn letter(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Code | Kind::Word | Kind::Details => "t",
        Kind::Flag => "f",
        Kind::Hash => "b",
        Kind::Money
        | Kind::Change
        | Kind::Price
        | Kind::Quantity
        | Kind::Shares
        | Kind::Count
        | Kind::Number
        | Kind::At
        | Kind::Day
        | Kind::DayNumber => "n",
    }
}
