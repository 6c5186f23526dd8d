//! Opening a database: is it ours, is it whole, is it from this version or an older one?
//!
//! An existing file is looked at through a connection that cannot write before anything is done to it, so
//! that a file which is refused is left as it was.

use super::conn::{Conn, Purpose, to_file, to_server};
use super::database::Database;
use super::migrate;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Text};
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// The changes that have been made to a database.
const APPLIED: &str = "SELECT version AS value FROM __diesel_schema_migrations ORDER BY version";

/// `PRAGMA application_id` of a Tradefloor database: `TFLR`.
const APPLICATION_ID: i64 = 1_413_893_202;
/// Files up to this size are checked page by page at every start, which takes about a tenth of a second.
const QUICKLY_CHECKED: u64 = 64 * 1024 * 1024;

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
    #[error("The database {database} cannot be opened: {cause}.")]
    Unusable {
        /// Which.
        database: Database,
        /// What the database engine said.
        cause: String,
    },
    /// Its bytes are no sound database.
    #[error("The database {database} is damaged ({cause}); it was left as it is. Restore a backup in its place.")]
    Damaged {
        /// Which.
        database: Database,
        /// The first thing that is wrong with it.
        cause: String,
    },
    /// It belongs to another program.
    #[error("The file {database} is not a Tradefloor database; it was left as it is.")]
    Foreign {
        /// Which.
        database: Database,
    },
    /// A later version has changed it.
    #[error(
        "The database {database} was last used by a newer version of Tradefloor (it has the change {version}); it was left as it is. Use that version."
    )]
    Newer {
        /// Which.
        database: Database,
        /// The first change this version does not know.
        version: String,
    },
    /// A migration failed.
    #[error("The database {database} cannot be brought up to date: {cause}.")]
    Migration {
        /// Which.
        database: Database,
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

/// Opens `database` for writing and brings it up to date; a file and its directory are created when they do
/// not exist.
///
/// # Errors
/// See [`OpenError`].
pub(super) fn open(database: &Database) -> Result<Conn, OpenError> {
    let unusable = |cause: String| OpenError::Unusable { database: database.clone(), cause };
    let mut conn = match database {
        Database::Sqlite(path) => {
            prepare_file(database, path)?;
            let mut conn = to_file(path, Purpose::Write).map_err(|error| unusable(plain(&error.to_string())))?;
            // Writing now, and taking it back, tells a file that cannot be written to from one that can; the lock alone
            // is given on both.
            conn.batch_execute("BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK;")
                .map_err(|error| unusable(plain(&error.to_string())))?;
            Conn::Sqlite(conn)
        }
        Database::Postgres(url) => {
            let mut conn = to_server(url).map_err(|error| unusable(plain(&error.to_string())))?;
            inspect_server(database, &mut conn)?;
            Conn::Postgres(conn)
        }
    };
    migrate::run(&mut conn)
        .map_err(|cause| OpenError::Migration { database: database.clone(), cause: plain(&cause.to_string()) })?;
    Ok(conn)
}

/// Makes the directory of a file that does not exist, and looks at one that does without changing it.
fn prepare_file(database: &Database, path: &Path) -> Result<(), OpenError> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(directory)
        .map_err(|cause| OpenError::Directory { directory: directory.to_owned(), cause })?;
    match std::fs::metadata(path).map_or(0, |file| file.len()) {
        0 => Ok(()),
        size => inspect_file(database, path, size),
    }
}

fn inspect_file(database: &Database, path: &Path, size: u64) -> Result<(), OpenError> {
    let damaged =
        |cause: &dyn Display| OpenError::Damaged { database: database.clone(), cause: plain(&cause.to_string()) };
    let mut conn = to_file(path, Purpose::Read)
        .map_err(|error| OpenError::Unusable { database: database.clone(), cause: plain(&error.to_string()) })?;
    let application = diesel::sql_query("SELECT application_id AS value FROM pragma_application_id")
        .get_result::<NumberRow>(&mut conn)
        .map_err(|error| damaged(&error))?;
    let tables = diesel::sql_query("SELECT count(*) AS value FROM sqlite_schema")
        .get_result::<NumberRow>(&mut conn)
        .map_err(|error| damaged(&error))?;
    if application.value != APPLICATION_ID && tables.value > 0 {
        return Err(OpenError::Foreign { database: database.clone() });
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
        let applied = diesel::sql_query(APPLIED).load::<TextRow>(&mut conn).map_err(|error| damaged(&error))?;
        none_is_newer(database, applied)?;
    }
    Ok(())
}

fn inspect_server(database: &Database, conn: &mut PgConnection) -> Result<(), OpenError> {
    let unusable =
        |error: DieselError| OpenError::Unusable { database: database.clone(), cause: plain(&error.to_string()) };
    let mut named = |table: &str| {
        diesel::sql_query("SELECT CAST(count(*) AS BIGINT) AS value FROM pg_class WHERE oid = to_regclass($1)")
            .bind::<Text, _>(table)
            .get_result::<NumberRow>(conn)
            .map(|row| row.value > 0)
    };
    let (ours, users) = (named("__diesel_schema_migrations").map_err(unusable)?, named("users").map_err(unusable)?);
    if users && !ours {
        return Err(OpenError::Foreign { database: database.clone() });
    }
    if ours {
        none_is_newer(database, diesel::sql_query(APPLIED).load::<TextRow>(conn).map_err(unusable)?)?;
    }
    Ok(())
}

/// Refuses a database that has a change this version does not know.
fn none_is_newer(database: &Database, applied: Vec<TextRow>) -> Result<(), OpenError> {
    let known = migrate::versions();
    match applied.into_iter().find(|row| !known.contains(&row.value)) {
        Some(unknown) => Err(OpenError::Newer { database: database.clone(), version: unknown.value }),
        None => Ok(()),
    }
}

/// An engine's message as part of a sentence: one line, without a full stop of its own.
fn plain(message: &str) -> String {
    message.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}
