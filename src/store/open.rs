//! Opening a database: is it ours, is it whole, is it from this version or an older one?
//!
//! An existing file is looked at through a connection that cannot write before anything is done to it, so
//! that a file which is refused is left as it was.

use super::conn::{Conn, Purpose, connect};
use super::migrate;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The first bytes of every database.
const MARK: &[u8] = b"SQLite format 3\0";
/// `PRAGMA application_id` of a Tradefloor database: `TFLR`.
const APPLICATION_ID: i64 = 1_413_893_202;
/// Files up to this size are checked page by page at every start, which takes about a tenth of a second.
const QUICKLY_CHECKED: u64 = 64 * 1024 * 1024;

/// What the engine says of a file that it cannot get at, whatever may be in it.
const OUT_OF_REACH: [&str; 5] = ["unable to open", "is locked", "I/O error", "readonly", "os error"];

/// Why a database is not opened. Each displays as one sentence that names the file.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its directory cannot be created.
    #[error("The directory {} cannot be created: {cause}.", .directory.display())]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// It cannot be read or written.
    #[error("The database {} cannot be opened: {cause}.", .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the database engine said.
        cause: String,
    },
    /// Its bytes are no sound database.
    #[error("The database {} is damaged ({cause}); it was left as it is. Restore a backup in its place.", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first thing that is wrong with it.
        cause: String,
    },
    /// It belongs to another program.
    #[error("The file {} is not a Tradefloor database; it was left as it is.", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A later version has changed it.
    #[error(
        "The database {} was last used by a newer version of Tradefloor (it has the change {version}); it was left as it is. Use that version.",
        .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The first change this version does not know.
        version: String,
    },
    /// A migration failed.
    #[error("The database {} cannot be brought up to date: {cause}.", .path.display())]
    Migration {
        /// The file.
        path: PathBuf,
        /// What failed.
        cause: String,
    },
}

/// A pragma in its plain form: as a table-valued function it would take the limit for a table's name.
#[derive(QueryableByName)]
struct CheckRow {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// Opens the file at `path` for writing, creating it and its directory when they do not exist, and brings
/// it up to date.
///
/// # Errors
/// See [`OpenError`].
pub(super) fn open(path: &Path) -> Result<Conn, OpenError> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(directory)
        .map_err(|cause| OpenError::Directory { directory: directory.to_owned(), cause })?;
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    if size > 0 {
        inspect(path, size)?;
    }
    let unusable = |cause: String| OpenError::Unusable { path: path.to_owned(), cause };
    let mut conn = connect(path, Purpose::Write).map_err(|error| unusable(plain(&error.to_string())))?;
    // Taking the write lock now tells a directory that cannot be written to from one that can.
    conn.batch_execute("BEGIN IMMEDIATE; ROLLBACK;").map_err(|error| unusable(plain(&error.to_string())))?;
    migrate::run(&mut conn)
        .map_err(|cause| OpenError::Migration { path: path.to_owned(), cause: plain(&cause.to_string()) })?;
    Ok(conn)
}

/// Looks at an existing file without changing it.
fn inspect(path: &Path, size: u64) -> Result<(), OpenError> {
    let damaged = |cause: &dyn std::fmt::Display| {
        let (path, cause) = (path.to_owned(), plain(&cause.to_string()));
        if OUT_OF_REACH.iter().any(|words| cause.contains(words)) {
            OpenError::Unusable { path, cause }
        } else {
            OpenError::Damaged { path, cause }
        }
    };
    if !begins_as_a_database(path).map_err(|error| damaged(&error))? {
        return Err(damaged(&"file is not a database"));
    }
    let mut conn = connect(path, Purpose::Inspect).map_err(|error| damaged(&error))?;
    let application = diesel::sql_query("SELECT application_id AS value FROM pragma_application_id")
        .get_result::<NumberRow>(&mut conn)
        .map_err(|error| damaged(&error))?;
    let tables = diesel::sql_query("SELECT count(*) AS value FROM sqlite_schema")
        .get_result::<NumberRow>(&mut conn)
        .map_err(|error| damaged(&error))?;
    if application.value != APPLICATION_ID && tables.value > 0 {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    if size <= QUICKLY_CHECKED {
        let verdict = diesel::sql_query("PRAGMA quick_check(1)")
            .get_result::<CheckRow>(&mut conn)
            .map_err(|error| damaged(&error))?;
        if verdict.quick_check != "ok" {
            return Err(damaged(&verdict.quick_check));
        }
    }
    if application.value == APPLICATION_ID {
        let applied = diesel::sql_query("SELECT version AS value FROM __diesel_schema_migrations ORDER BY version")
            .load::<TextRow>(&mut conn)
            .map_err(|error| damaged(&error))?;
        let known = migrate::versions();
        if let Some(unknown) = applied.into_iter().find(|row| !known.contains(&row.value)) {
            return Err(OpenError::Newer { path: path.to_owned(), version: unknown.value });
        }
    }
    Ok(())
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

/// An engine's message as part of a sentence: one line, without a full stop of its own.
fn plain(message: &str) -> String {
    message.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}
