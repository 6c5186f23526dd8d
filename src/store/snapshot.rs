//! A database file as it is at one moment, as another file: made while others write, without waiting for them.

use super::conn::{Purpose, address, to_file};
use super::database::Database;
use super::draft::{Draft, with_end};
use super::open::{OpenError, plain};
use super::soundness;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Copies of one file before one change that may lie beside it. More than one is only made of different contents.
const MOST_KEPT: u32 = 9;
/// Bytes compared at a time.
const PIECE: u64 = 1 << 16;

/// Writes the file at `from` as it is now into `draft`, complete by itself.
///
/// # Errors
/// What the engine says.
pub(super) fn write(from: &Path, draft: &Draft) -> Result<(), String> {
    let said = |error: &dyn std::fmt::Display| plain(&error.to_string());
    let mut conn = to_file(from, Purpose::Inspect).map_err(|error| said(&error))?;
    // It writes to the other file alone, and that is more than a connection may do which only reads.
    conn.batch_execute("PRAGMA query_only = OFF").map_err(|error| said(&error))?;
    let into = draft.path().to_str().ok_or("the path is not valid UTF-8")?;
    let into = address(into, Purpose::Fill);
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(into).execute(&mut conn).map_err(|error| said(&error))?;
    Ok(())
}

/// Keeps a checked copy of the file at `path` beside it, before the change `version` is made to it.
///
/// # Errors
/// [`OpenError::NotKept`].
pub(super) fn keep(database: &Database, path: &Path, version: &str) -> Result<PathBuf, OpenError> {
    try_keep(path, version).map_err(|cause| OpenError::NotKept { database: database.clone(), cause })
}

fn try_keep(path: &Path, version: &str) -> Result<PathBuf, String> {
    let place = with_end(path, &format!(".before-{version}"));
    let draft = Draft::beside(&place).map_err(|error| error.to_string())?;
    write(path, &draft)?;
    soundness::of_file(draft.path())?;
    for number in 1..=MOST_KEPT {
        let place = if number == 1 { place.clone() } else { with_end(&place, &format!(".{number}")) };
        if !place.exists() {
            return draft.publish_at(&place).map(|()| place).map_err(|error| plain(&error.to_string()));
        }
        if same(draft.path(), &place).map_err(|error| error.to_string())? {
            return Ok(place);
        }
    }
    Err(format!("{MOST_KEPT} of them lie there already"))
}

/// Whether two files hold the same.
fn same(one: &Path, other: &Path) -> std::io::Result<bool> {
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        left.clear();
        right.clear();
        one.by_ref().take(PIECE).read_to_end(&mut left)?;
        other.by_ref().take(PIECE).read_to_end(&mut right)?;
        if left != right || left.is_empty() {
            return Ok(left == right);
        }
    }
}
