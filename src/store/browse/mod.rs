//! Any table, asked any question: what the back office's lists, rows and files stand on.
//!
//! A [`Table`] is described once, in text of this program. [`list`] answers a [`Question`] about it with one page,
//! [`find`] with one row, [`piece`] with a stretch of all rows. However many rows there are, none of them takes longer
//! than for ten thousand: no row outside the window is looked at, and nothing is counted that is not in it.

mod cells;
mod listing;
mod plan;
mod question;
mod record;
mod references;
mod statement;
mod table;
mod tables;

pub use cells::Cell;
pub use listing::{Counted, Found, Listing, Piece, Window, find, key_columns, list, piece, sorting_value};
pub use question::{After, Key, Question, Referred, Sort, WINDOW, Wanted};
pub use record::Record;
pub use statement::Value;
pub use table::{
    By, Column, Exact, Filter, Join, Kind, Link, Order, Part, Place, Reach, Reference, Related, Spelling, Table,
};
pub use tables::ALL;
