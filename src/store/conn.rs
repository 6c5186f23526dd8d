//! Connections: to either engine, and what every one of them is told before it is used.

use super::database::Database;
use diesel::connection::{
    AnsiTransactionManager as Manager, SimpleConnection, TransactionManager, TransactionManagerStatus,
};
use diesel::sql_types::{Nullable, Text};
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

/// What a server's connections are told: answers are durable, and nothing waits for ever. Where that is ours to choose,
/// errors come in English: some are known by their words, because Diesel passes on no code for them.
const SERVER_RULES: &str = "SET synchronous_commit = on; SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET TIME ZONE 'UTC'; \
     DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;";
/// What those are told besides that only read, also where no transaction is begun around what they read.
const SERVER_READS: &str = "SET default_transaction_read_only = on;";
/// What those are told that look at all the books or write all of them: one snapshot or one transaction takes as long as
/// there are rows, and waits while the rows are worked on elsewhere.
const SERVER_PATIENT: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;";
/// How long a server may take to answer the door, in seconds, and one that is out of reach to confirm what it was
/// sent, in milliseconds, unless its URL says otherwise.
const SERVER_PATIENCE: [(&str, u32); 2] = [("connect_timeout", 5), ("tcp_user_timeout", 15_000)];

/// How a server begins what writes, whatever its own configuration says: each statement sees what was committed before it,
/// so that whoever has waited for a lock then finds what the one who held it has done.
const BEGIN_ON_SERVER: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// How a connection will be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To write.
    Write,
    /// To read, and nothing else.
    Read,
    /// To look at a file before anything is done to it, and to leave it and its log as they are.
    Inspect,
    /// To write a new file from end to end, which is brought to the disk when it is whole.
    Fill,
}

/// Opens a connection to `database`; a file is created when it does not exist and `purpose` is to write.
///
/// # Errors
/// When it cannot be opened.
pub(super) fn connect(database: &Database, purpose: Purpose) -> Result<Conn, ConnectionError> {
    match database {
        Database::Sqlite(path) => to_file(path, purpose).map(Conn::Sqlite),
        Database::Postgres(url) => {
            let mut conn = to_server(url)?;
            let besides = match purpose {
                Purpose::Write => None,
                Purpose::Read => Some(SERVER_READS),
                Purpose::Inspect | Purpose::Fill => Some(SERVER_PATIENT),
            };
            if let Some(rules) = besides {
                conn.batch_execute(rules).map_err(ConnectionError::CouldntSetupConfiguration)?;
            }
            Ok(Conn::Postgres(conn))
        }
    }
}

pub(super) fn to_file(path: &Path, purpose: Purpose) -> Result<SqliteConnection, ConnectionError> {
    let Some(path) = path.to_str() else {
        return Err(ConnectionError::BadConnection("the path is not valid UTF-8".to_owned()));
    };
    let mut conn = SqliteConnection::establish(&address(path, purpose))?;
    small_letters_utils::register_impl(&mut conn, small).map_err(ConnectionError::CouldntSetupConfiguration)?;
    // The wait for locks is set first, because switching to WAL takes one itself.
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384;")
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    conn.batch_execute(match purpose {
        // What savepoints remember is kept in memory: a batch may outgrow what SQLite would keep there, and it
        // would go to a temporary file. The log is folded in by a thread of its own; its bound of 256 MiB is for when
        // that falls behind. It grows beyond while somebody looks at one snapshot for long, and is cut back afterwards.
        Purpose::Write => {
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
             PRAGMA wal_autocheckpoint = 65536; PRAGMA journal_size_limit = 268435456;"
        }
        Purpose::Read | Purpose::Inspect => "PRAGMA query_only = ON;",
        Purpose::Fill => "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF;",
    })
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// A text in small letters. SQLite's own `lower` knows English capitals alone, and indexes may depend on that.
    fn small_letters(text: Nullable<Text>) -> Nullable<Text>;
}

/// Letter by letter, so that a part of a text becomes a part of what the text becomes.
fn small(text: Option<String>) -> Option<String> {
    text.map(|text| text.chars().flat_map(char::to_lowercase).collect())
}

/// How SQLite is told to open the file at `path`.
pub(super) fn address(path: &str, purpose: Purpose) -> String {
    let log = std::fs::metadata(format!("{path}-wal")).map_or(0, |log| log.len());
    if purpose == Purpose::Inspect && log > 0 {
        // Even a connection that only queries would fold the log in on closing, were the file not opened for
        // reading alone. Without a log there is nothing to fold, and one opened so would leave an empty log behind.
        let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        // Else what follows two slashes would be read as the name of a machine.
        let no_machine = if path.starts_with('/') { "//" } else { "" };
        return format!("file:{no_machine}{path}?mode=ro");
    }
    // A path is a path: without this, one that begins with `file:` would be read as a URL, and another as no file at all.
    if path.starts_with("file:") || path == ":memory:" { format!("./{path}") } else { path.to_owned() }
}

pub(super) fn to_server(url: &str) -> Result<PgConnection, ConnectionError> {
    let mut url = url.to_owned();
    for (name, value) in SERVER_PATIENCE {
        if !url.contains(&format!("{name}=")) {
            let joint = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{joint}{name}={value}");
        }
    }
    let mut conn = PgConnection::establish(&url)?;
    conn.batch_execute(SERVER_RULES).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

impl Conn {
    /// Begins a transaction that writes. On a file it takes the one write lock at once: a lock that is only
    /// taken when the first write comes may be refused in the middle. A server that takes no writes refuses it.
    pub(super) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => Manager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
            Self::Postgres(conn) => Manager::begin_transaction_sql(conn, BEGIN_ON_SERVER),
        }
    }

    /// Begins a transaction that writes, and has a server run `first` in it in the same round trip.
    pub(super) fn begin_write_with(&mut self, first: &str) -> QueryResult<()> {
        match self {
            Self::Sqlite(_) => self.begin_write(),
            Self::Postgres(conn) => Manager::begin_transaction_sql(conn, &format!("{BEGIN_ON_SERVER}; {first}")),
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

    /// Sees to it that a pool does not hand the connection out again.
    pub(super) fn give_up(&mut self) {
        self.abandon();
        // A file does not go away: what keeps a connection to it from beginning is no fault of the connection.
        if let Self::Postgres(conn) = self {
            *Manager::transaction_manager_status_mut(conn) = TransactionManagerStatus::InError;
        }
    }

    /// Leaves no transaction open behind a failure, whatever state it left the connection in. A connection whose
    /// server has gone is known as broken afterwards.
    pub(super) fn abandon(&mut self) {
        let undone = self.batch_execute("ROLLBACK");
        match self {
            // A file may have rolled back by itself, and then says that there is nothing to roll back.
            Self::Sqlite(conn) => *Manager::transaction_manager_status_mut(conn) = TransactionManagerStatus::default(),
            // A server rolls back whatever there is and says no more than a warning when there is nothing.
            Self::Postgres(conn) => {
                *Manager::transaction_manager_status_mut(conn) = match undone {
                    Ok(()) => TransactionManagerStatus::default(),
                    Err(_) => TransactionManagerStatus::InError,
                }
            }
        }
    }
}
