//! A look at an existing file through a connection that cannot write: is it a database, whole, ours, and not
//! from the future?

use super::conn::{Purpose, to_file};
use super::database::Database;
use super::open::{OpenError, none_is_newer, plain};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::Read as _;
use std::path::Path;

/// The changes that have been made to a database, of either engine.
pub(super) const APPLIED: &str = "SELECT version AS value FROM __diesel_schema_migrations ORDER BY version";

/// The first bytes of every database.
const MARK: &[u8] = b"SQLite format 3\0";
/// `PRAGMA application_id` of a Tradefloor database: `TFLR`.
const APPLICATION_ID: i64 = 1_413_893_202;
/// Files up to this size are checked page by page at every start, which takes about a tenth of a second.
const QUICKLY_CHECKED: u64 = 64 * 1024 * 1024;
/// What the engine says of a file that it cannot get at, whatever may be in it.
const OUT_OF_REACH: [&str; 5] = ["unable to open", "is locked", "I/O error", "readonly", "os error"];

/// A pragma in its plain form: as a table-valued function it would take the limit for a table's name.
#[derive(QueryableByName)]
struct CheckRow {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

/// One word.
#[derive(QueryableByName)]
pub(super) struct TextRow {
    #[diesel(sql_type = Text)]
    pub(super) value: String,
}

/// One number.
#[derive(QueryableByName)]
pub(super) struct NumberRow {
    #[diesel(sql_type = BigInt)]
    pub(super) value: i64,
}

/// What is thought of a file's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pages {
    /// Nothing; whoever reads it looks at them by itself.
    Trusted,
    /// They are checked when there are not too many.
    Checked {
        /// The bytes of the file.
        size: u64,
    },
}

/// Looks at the file at `path` without changing it: which changes have been made to it; nothing where it is empty.
///
/// # Errors
/// What keeps it from being used.
pub(super) fn file(database: &Database, path: &Path, pages: Pages) -> Result<Option<BTreeSet<String>>, OpenError> {
    let damaged = |cause: &dyn Display| {
        let (database, cause) = (database.clone(), plain(&cause.to_string()));
        if OUT_OF_REACH.iter().any(|words| cause.contains(words)) {
            OpenError::Unusable { database, cause }
        } else {
            OpenError::Damaged { database, cause }
        }
    };
    if !begins_as_a_database(path).map_err(|error| damaged(&error))? {
        return Err(damaged(&"file is not a database"));
    }
    let mut conn = to_file(path, Purpose::Inspect).map_err(|error| damaged(&error))?;
    let application = diesel::sql_query("SELECT application_id AS value FROM pragma_application_id")
        .get_result::<NumberRow>(&mut conn)
        .map_err(|error| damaged(&error))?;
    let tables = diesel::sql_query("SELECT count(*) AS value FROM sqlite_schema")
        .get_result::<NumberRow>(&mut conn)
        .map_err(|error| damaged(&error))?;
    if application.value != APPLICATION_ID && tables.value > 0 {
        return Err(OpenError::Foreign { database: database.clone() });
    }
    if matches!(pages, Pages::Checked { size } if size <= QUICKLY_CHECKED) {
        let verdict = diesel::sql_query("PRAGMA quick_check(1)")
            .get_result::<CheckRow>(&mut conn)
            .map_err(|error| damaged(&error))?;
        if verdict.quick_check != "ok" {
            return Err(damaged(&verdict.quick_check));
        }
    }
    if application.value != APPLICATION_ID {
        return Ok(None);
    }
    let applied = diesel::sql_query(APPLIED).load::<TextRow>(&mut conn).map_err(|error| damaged(&error))?;
    none_is_newer(database, applied).map(Some)
}

/// Whether the file begins with the engine's mark, or its first page was being written when the power went. The
/// engine itself takes a file that is shorter than a page for an empty one, and would write over it.
fn begins_as_a_database(path: &Path) -> std::io::Result<bool> {
    let interrupted = Path::new(&format!("{}-journal", path.display())).exists();
    if interrupted || path.is_dir() {
        return Ok(true);
    }
    let mut mark = Vec::with_capacity(MARK.len());
    let limit = u64::try_from(MARK.len()).unwrap_or(u64::MAX);
    std::fs::File::open(path)?.take(limit).read_to_end(&mut mark)?;
    Ok(mark == MARK)
}
