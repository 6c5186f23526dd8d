//! Any table, asked any question: what the back office's lists, rows and files stand on.
//!
//! A [`Table`] is described once, in text of this program. [`list`] answers a [`Question`] about it with one page,
//! [`find`] with one row, [`piece`] with a stretch of all rows. However many rows there are, none of them takes longer
//! than for ten thousand: no row outside the window is looked at, and nothing is counted that is not in it.

mod cells;
mod file;
mod filter;
mod listing;
mod one;
mod plan;
mod question;
mod record;
mod references;
mod statement;
mod table;
mod tables;
mod window;

pub use cells::Cell;
pub use file::{Piece, piece};
pub use listing::{Counted, Listing, key_columns, list, sorting_value};
pub use one::{Asked, Found, find};
pub use question::{After, Key, Question, Referred, Sort, WINDOW, WINDOW_FAR_APART, Wanted};
pub use record::Record;
pub use statement::Value;
pub use table::{
    By, Column, Exact, Filter, Join, Kind, Link, Order, Part, Place, Reach, Reference, Related, Spelling, Table,
};
pub use tables::{ALL, CALLED};
pub use window::Window;
