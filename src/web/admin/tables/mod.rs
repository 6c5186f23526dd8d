//! `/admin/{table}`: any table as a list, row by row, and as a file. What there is to a table is said in its description
//! ([`store::browse`](crate::store::browse)); nothing here knows one from another.

mod address;
mod cells;
pub mod detail;
pub mod file;
pub mod list;

pub use address::Address;
pub use cells::{Shown, ShownCell};

use crate::store::browse::{self, Table};
use crate::web::error::PageError;

/// The table that addresses call `name`.
fn named(name: &str) -> Result<&'static Table, PageError> {
    browse::ALL.into_iter().find(|table| table.name == name).ok_or(PageError::NotFound)
}

/// A word of ours as people read it: `sign_in` is `Sign in`, `grant` is `Back office opened`.
fn in_words(word: &str) -> String {
    let called = browse::CALLED.iter().find(|(act, _)| *act == word).map_or(word, |(_, words)| words);
    let mut signs = called.chars();
    let first = signs.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(signs.map(|sign| if sign == '_' { ' ' } else { sign })).collect()
}
