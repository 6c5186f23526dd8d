//! Connections: what every one of them is told before it is used.

use diesel::connection::SimpleConnection;
use diesel::{Connection, ConnectionError, SqliteConnection};
use std::path::Path;

/// What the store's functions run on.
pub type Conn = SqliteConnection;

/// How a connection will be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The one that writes.
    Write,
    /// One of several that only read.
    Read,
    /// The one that looks at a file before anything is done to it, and leaves it and its log as they are.
    Inspect,
}

/// Opens the database file at `path`, creating it when it does not exist and `purpose` is to write.
///
/// # Errors
/// When the file cannot be opened or is no database.
pub(super) fn connect(path: &Path, purpose: Purpose) -> Result<Conn, ConnectionError> {
    let Some(path) = path.to_str() else {
        return Err(ConnectionError::BadConnection("the path is not valid UTF-8".to_owned()));
    };
    let mut conn = Conn::establish(&address(path, purpose))?;
    // The wait for locks is set first, because switching to WAL takes one itself.
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384;")
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    conn.batch_execute(match purpose {
        Purpose::Write => "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
        Purpose::Read | Purpose::Inspect => "PRAGMA query_only = ON;",
    })
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// How SQLite is told to open the file at `path`.
fn address(path: &str, purpose: Purpose) -> String {
    let log = std::fs::metadata(format!("{path}-wal")).map_or(0, |log| log.len());
    if purpose == Purpose::Inspect && log > 0 {
        // Even a connection that only queries would fold the log in on closing, were the file not opened for
        // reading alone. Without a log there is nothing to fold, and one opened so would leave an empty log behind.
        let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        return format!("file:{path}?mode=ro");
    }
    // A path is a path: without this, one that begins with `file:` would be read as a URL.
    if path.starts_with("file:") { format!("./{path}") } else { path.to_owned() }
}
