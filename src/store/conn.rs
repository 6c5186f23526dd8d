//! Connections: to either engine, and what every one of them is told before it is used.

use super::database::Database;
use diesel::connection::{
    AnsiTransactionManager as Manager, SimpleConnection, TransactionManager, TransactionManagerStatus,
};
use diesel::{Connection, ConnectionError, PgConnection, QueryResult, SqliteConnection};
use std::path::Path;

/// What the store's functions run on: queries are written once, for both engines.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// The embedded engine.
    Sqlite(SqliteConnection),
    /// A server.
    Postgres(PgConnection),
}

/// What a server's connections are told: answers are durable, and nothing waits for ever.
const SERVER_RULES: &str = "SET synchronous_commit = on; SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET TIME ZONE 'UTC';";
/// How long a server may take to answer the door, in seconds.
const SERVER_DOOR: u32 = 5;

/// How a connection will be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To write.
    Write,
    /// To read, and nothing else.
    Read,
}

/// Opens a connection to `database`; a file is created when it does not exist and `purpose` is to write.
///
/// # Errors
/// When it cannot be opened.
pub(super) fn connect(database: &Database, purpose: Purpose) -> Result<Conn, ConnectionError> {
    match database {
        Database::Sqlite(path) => to_file(path, purpose).map(Conn::Sqlite),
        Database::Postgres(url) => to_server(url).map(Conn::Postgres),
    }
}

pub(super) fn to_file(path: &Path, purpose: Purpose) -> Result<SqliteConnection, ConnectionError> {
    let Some(path) = path.to_str() else {
        return Err(ConnectionError::BadConnection("the path is not valid UTF-8".to_owned()));
    };
    // A path is a path: without this, one that begins with `file:` would be read as a URL.
    let path = if path.starts_with("file:") { format!("./{path}") } else { path.to_owned() };
    let mut conn = SqliteConnection::establish(&path)?;
    // The wait for locks is set first, because switching to WAL takes one itself.
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384;")
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    conn.batch_execute(match purpose {
        // What savepoints remember is kept in memory: a batch may outgrow what SQLite would keep there, and it
        // would go to a temporary file.
        Purpose::Write => "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;",
        Purpose::Read => "PRAGMA query_only = ON;",
    })
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

pub(super) fn to_server(url: &str) -> Result<PgConnection, ConnectionError> {
    let joint = if url.contains('?') { '&' } else { '?' };
    let url = if url.contains("connect_timeout=") {
        url.to_owned()
    } else {
        format!("{url}{joint}connect_timeout={SERVER_DOOR}")
    };
    let mut conn = PgConnection::establish(&url)?;
    conn.batch_execute(SERVER_RULES).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

impl Conn {
    /// Begins a transaction that writes. On a file it takes the one write lock at once: a lock that is only
    /// taken when the first write comes may be refused in the middle.
    pub(super) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => Manager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
            Self::Postgres(conn) => Manager::begin_transaction_sql(conn, "BEGIN"),
        }
    }

    /// Begins a snapshot: every query until its end sees the same moment.
    pub(super) fn begin_snapshot(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => Manager::begin_transaction_sql(conn, "BEGIN"),
            Self::Postgres(conn) => {
                Manager::begin_transaction_sql(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            }
        }
    }

    /// Begins a transaction inside the one that is open.
    pub(super) fn begin_savepoint(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => Manager::begin_transaction(conn),
            Self::Postgres(conn) => Manager::begin_transaction(conn),
        }
    }

    /// Ends the innermost transaction and keeps what it did.
    pub(super) fn commit(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => Manager::commit_transaction(conn),
            Self::Postgres(conn) => Manager::commit_transaction(conn),
        }
    }

    /// Ends the innermost transaction and undoes what it did.
    pub(super) fn roll_back(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => Manager::rollback_transaction(conn),
            Self::Postgres(conn) => Manager::rollback_transaction(conn),
        }
    }

    /// How many transactions are open inside each other.
    ///
    /// # Errors
    /// When that is no longer known, because the connection is broken.
    pub(super) fn depth(&mut self) -> QueryResult<u32> {
        let status = match self {
            Self::Sqlite(conn) => Manager::transaction_manager_status_mut(conn),
            Self::Postgres(conn) => Manager::transaction_manager_status_mut(conn),
        };
        Ok(status.transaction_depth()?.map_or(0, std::num::NonZeroU32::get))
    }

    /// Leaves no transaction open behind a failure, whatever state it left the connection in.
    pub(super) fn abandon(&mut self) {
        // The engine may have rolled back already, and then says that there is nothing to roll back.
        let _ = self.batch_execute("ROLLBACK");
        let status = match self {
            Self::Sqlite(conn) => Manager::transaction_manager_status_mut(conn),
            Self::Postgres(conn) => Manager::transaction_manager_status_mut(conn),
        };
        *status = TransactionManagerStatus::default();
    }
}
