//! What is asked of a table.

use super::statement::Value;
use super::table::{By, Column, Filter, Spelling, Table};
use crate::domain::At;

/// Rows that are looked at for one page: enough for most tables, and few enough to sort and count while somebody waits.
pub const WINDOW: usize = 10_000;

/// The same where an index leads to rows that lie far apart, each on a page of the file of its own, so that what is looked
/// at still fits into what a connection keeps in memory.
pub const WINDOW_FAR_APART: usize = 400;

/// Where a row stands in the order of its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(pub Vec<Value>);

/// A question to a table.
#[derive(Debug, Clone)]
pub struct Question {
    /// Which.
    pub table: &'static Table,
    /// What is searched for; nothing when it is empty.
    pub search: String,
    /// What is asked for.
    pub filters: Vec<(&'static Filter, Wanted)>,
    /// What rows are sorted by; by nothing they stand in the order of the table.
    pub sort: Option<Sort>,
    /// The most rows on a page.
    pub size: usize,
    /// The first row that is looked at; by nothing it is the first there is.
    pub from: Option<Key>,
    /// The row that the page before ended with.
    pub after: Option<After>,
}

/// What a filter is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A word, or `yes` or `no`.
    Word(String),
    /// From one moment on, and before another.
    Between(Option<At>, Option<At>),
    /// What people call a row of another table.
    Called(String),
}

impl Wanted {
    /// What `text` asks `filter` for; nothing when it is empty, or when it takes two texts.
    #[must_use]
    pub fn of(filter: &Filter, text: &str) -> Option<Self> {
        match filter.by {
            _ if text.is_empty() => None,
            By::Word | By::Flag(..) | By::Text => Some(Self::Word(text.to_owned())),
            By::Row(_) => Some(Self::Called(text.to_owned())),
            By::Days => None,
        }
    }
}

/// What rows are sorted by.
#[derive(Debug, Clone, Copy)]
pub struct Sort {
    /// Which column.
    pub column: &'static Column,
    /// Whether the highest comes first.
    pub descending: bool,
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// The row.
    pub key: Key,
    /// What it was sorted by, where rows are sorted.
    pub value: Option<Value>,
}

/// A row that was asked for by what people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referred {
    /// What it is called in addresses.
    pub identity: String,
    /// What people call it.
    pub label: String,
    pub(super) id: i64,
}

/// Spells what was typed the way `spelling` has it stored; nothing when that cannot be.
pub(super) fn spelled(typed: &str, spelling: Spelling) -> Option<Value> {
    match spelling {
        Spelling::Lower => Some(Value::Text(typed.to_lowercase())),
        Spelling::Upper => Some(Value::Text(typed.to_uppercase())),
        Spelling::Number => typed.parse().ok().map(Value::Number),
    }
}
