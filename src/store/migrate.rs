//! The migrations that this binary carries: two trees with the same names, one for each engine.

use super::conn::Conn;
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeSet;
use std::error::Error;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// What a server's connection is told before it changes tables, which takes as long as they are large, and before it waits
/// for another process that does. It serves nothing else afterwards.
const PATIENCE: &str = "SET statement_timeout = '4h'; SET lock_timeout = '4h';";

/// Applies what is missing, all of it or nothing, and returns how many migrations that were. Of several processes that open one server at once, one does it
/// and the others wait.
///
/// # Errors
/// What the database said about the first that failed; it is as it was before.
pub(super) fn run(conn: &mut Conn) -> Result<usize, Box<dyn Error + Send + Sync>> {
    match conn {
        Conn::Sqlite(conn) => {
            conn.immediate_transaction(|conn| conn.run_pending_migrations(SQLITE).map(|new| new.len()))
        }
        Conn::Postgres(conn) => {
            conn.batch_execute(PATIENCE)?;
            conn.batch_execute("SELECT pg_advisory_lock(1413893202)")?;
            let applied = conn.transaction(|conn| conn.run_pending_migrations(POSTGRES).map(|new| new.len()));
            conn.batch_execute("SELECT pg_advisory_unlock(1413893202)")?;
            applied
        }
    }
}

/// Applies everything as part of the transaction that `conn` is in.
///
/// # Errors
/// What the database said about the first that failed.
pub(super) fn apply(conn: &mut Conn) -> Result<(), Box<dyn Error + Send + Sync>> {
    match conn {
        Conn::Sqlite(conn) => conn.run_pending_migrations(SQLITE).map(|_| ()),
        Conn::Postgres(conn) => conn.run_pending_migrations(POSTGRES).map(|_| ()),
    }
}

/// The versions that this binary knows.
pub(super) fn versions() -> BTreeSet<String> {
    let migrations: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations().unwrap_or_default();
    migrations.iter().map(|migration| migration.name().version().to_string()).collect()
}
