//! Opening a database: is it ours, is it whole, is it from this version or an older one?
//!
//! An existing one is looked at before anything is done to it, so that what is refused is left as it was.

use super::conn::{Conn, Purpose, connect, to_file, to_server};
use super::database::Database;
use super::draft::new_private;
use super::inspect::{self, APPLIED, NumberRow, Pages, TextRow};
use super::{lasting, migrate, snapshot};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::Text;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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
    /// There are no books.
    #[error("There are no books in {database}. Name the database with --database.")]
    Missing {
        /// Which.
        database: Database,
    },
    /// It has not been brought up to date yet.
    #[error(
        "The database {database} was last used by an older version of Tradefloor; `tradefloor migrate` brings it up to date."
    )]
    Older {
        /// Which.
        database: Database,
    },
    /// There is something in a place that was to be filled.
    #[error("There is something in {database} already; it was left as it is. Name a place that is empty.")]
    NotEmpty {
        /// Which.
        database: Database,
    },
    /// It was not brought up to date, because it could not be kept as it was beforehand.
    #[error(
        "The database {database} was not brought up to date, because no copy of it as it is could be kept: {cause}."
    )]
    NotKept {
        /// Which.
        database: Database,
        /// What stood in the way.
        cause: String,
    },
    /// It was not copied to a file.
    #[error("The database {database} cannot be copied to {}: {cause}.", .file.display())]
    NotCopied {
        /// Which.
        database: Database,
        /// Where to.
        file: PathBuf,
        /// What the database engine said.
        cause: String,
    },
    /// What was read elsewhere cannot be written to it.
    #[error("The database {database} cannot be written: {cause}. It was left empty.")]
    NotFilled {
        /// Which.
        database: Database,
        /// What failed.
        cause: String,
    },
    /// A server did not say whether it has kept what was written.
    #[error(
        "The database {0} did not confirm that it keeps what was written. It has all of it or nothing; `tradefloor verify` on it tells which."
    )]
    NotConfirmed(Database),
    /// A migration failed.
    #[error("The database {database} cannot be brought up to date: {cause}. It was left as it is.")]
    Migration {
        /// Which.
        database: Database,
        /// What failed.
        cause: String,
    },
}

/// Opens `database` for writing and brings it up to date; a file and its directory are created when they do
/// not exist. Of a file that is brought up to date a copy is kept as it was; where, is told too.
///
/// # Errors
/// See [`OpenError`].
pub(super) fn open(database: &Database) -> Result<(Conn, Option<PathBuf>), OpenError> {
    let unusable = |cause: String| OpenError::Unusable { database: database.clone(), cause };
    let mut kept = None;
    let mut conn = match database {
        Database::Sqlite(path) => {
            if let Some(version) = prepare_file(database, path)? {
                kept = Some(snapshot::keep(database, path, &version)?);
            }
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
            warn_of_other_languages(database, &mut conn);
            Conn::Postgres(conn)
        }
    };
    let applied = migrate::run(&mut conn)
        .map_err(|cause| OpenError::Migration { database: database.clone(), cause: plain(&cause.to_string()) })?;
    if applied > 0 {
        lasting::note_change();
    }
    Ok((conn, kept))
}

/// Opens `database` to read, when it is there and up to date, and leaves it and its log as they are.
///
/// # Errors
/// See [`OpenError`].
pub(super) fn open_to_read(database: &Database) -> Result<Conn, OpenError> {
    let applied = applied(database)?;
    if migrate::versions().difference(&applied).next().is_some() {
        return Err(OpenError::Older { database: database.clone() });
    }
    connect(database, Purpose::Inspect)
        .map_err(|error| OpenError::Unusable { database: database.clone(), cause: plain(&error.to_string()) })
}

/// Opens `database` to write, when it is there and up to date.
///
/// # Errors
/// See [`OpenError`].
pub(super) fn open_to_change(database: &Database) -> Result<Conn, OpenError> {
    // Reading it looks at everything that writing to it asks for.
    open_to_read(database)?;
    connect(database, Purpose::Write)
        .map_err(|error| OpenError::Unusable { database: database.clone(), cause: plain(&error.to_string()) })
}

/// The changes that have been made to a database which is there and ours. A file's pages are not checked.
///
/// # Errors
/// See [`OpenError`].
pub(super) fn applied(database: &Database) -> Result<BTreeSet<String>, OpenError> {
    let applied = match database {
        Database::Sqlite(path) => match std::fs::metadata(path).map_or(0, |file| file.len()) {
            0 => None,
            _ => inspect::file(database, path, Pages::Trusted)?,
        },
        Database::Postgres(url) => {
            let mut conn = to_server(url).map_err(|error| OpenError::Unusable {
                database: database.clone(),
                cause: plain(&error.to_string()),
            })?;
            inspect_server(database, &mut conn)?
        }
    };
    applied.ok_or_else(|| OpenError::Missing { database: database.clone() })
}

/// Opens `database` to fill it, when it is a file without content or a server's database without tables.
///
/// # Errors
/// See [`OpenError`].
pub(super) fn open_to_fill(database: &Database) -> Result<Conn, OpenError> {
    let unusable = |cause: String| OpenError::Unusable { database: database.clone(), cause: plain(&cause) };
    let mut conn = connect(database, Purpose::Fill).map_err(|error| unusable(error.to_string()))?;
    let tables = match &conn {
        Conn::Sqlite(_) => "SELECT count(*) AS value FROM sqlite_schema",
        Conn::Postgres(_) => {
            "SELECT count(*) AS value FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
        }
    };
    let tables =
        diesel::sql_query(tables).get_result::<NumberRow>(&mut conn).map_err(|error| unusable(error.to_string()))?;
    if tables.value > 0 { Err(OpenError::NotEmpty { database: database.clone() }) } else { Ok(conn) }
}

/// Makes the directory of a file that does not exist, and looks at one that does without changing it. The first
/// change that it lacks, when it is ours and lacks any.
fn prepare_file(database: &Database, path: &Path) -> Result<Option<String>, OpenError> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(directory)
        .map_err(|cause| OpenError::Directory { directory: directory.to_owned(), cause })?;
    match std::fs::metadata(path).map_or(0, |file| file.len()) {
        0 => {
            // For its owner's eyes alone, as SQLite then makes what it keeps beside it. What stands in the way of that it
            // says itself.
            let _ = new_private(path);
            Ok(None)
        }
        size => {
            let applied = inspect::file(database, path, Pages::Checked { size })?;
            Ok(applied.and_then(|applied| migrate::versions().difference(&applied).next().cloned()))
        }
    }
}

/// The changes that have been made to a server's database; nothing for one that is empty.
fn inspect_server(database: &Database, conn: &mut PgConnection) -> Result<Option<BTreeSet<String>>, OpenError> {
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
    if !ours {
        return Ok(None);
    }
    none_is_newer(database, diesel::sql_query(APPLIED).load::<TextRow>(conn).map_err(unusable)?).map(Some)
}

/// Says so when a server speaks a language in which its errors are not all understood.
fn warn_of_other_languages(database: &Database, conn: &mut PgConnection) {
    let language = diesel::sql_query("SELECT current_setting('lc_messages') AS value").get_result::<TextRow>(conn);
    if let Ok(TextRow { value }) = language
        && !["C", "POSIX", "en"].iter().any(|english| value.starts_with(english))
    {
        tracing::warn!(
            %database, language = value,
            "the server's errors are not in English: that it is busy or has no room may be shown as a mistake of ours (500 \
             in place of 503). Its superuser can mend that: ALTER ROLE … SET lc_messages = 'C'"
        );
    }
}

/// Refuses a database that has a change this version does not know.
pub(super) fn none_is_newer(database: &Database, applied: Vec<TextRow>) -> Result<BTreeSet<String>, OpenError> {
    let applied: BTreeSet<String> = applied.into_iter().map(|row| row.value).collect();
    match applied.difference(&migrate::versions()).next() {
        Some(unknown) => Err(OpenError::Newer { database: database.clone(), version: unknown.clone() }),
        None => Ok(applied),
    }
}

/// An engine's message as part of a sentence: one line, without a full stop of its own.
pub(super) fn plain(message: &str) -> String {
    message.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}
