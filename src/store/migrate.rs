//! The migrations that this binary carries.

use super::conn::Conn;
use diesel::migration::{Migration, MigrationSource};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeSet;
use std::error::Error;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Applies what is missing, each migration in a transaction of its own.
///
/// # Errors
/// What the database said about the first that failed; those before it stay applied.
pub(super) fn run(conn: &mut Conn) -> Result<Vec<String>, Box<dyn Error + Send + Sync>> {
    conn.run_pending_migrations(SQLITE).map(|applied| applied.iter().map(ToString::to_string).collect())
}

/// The versions that this binary knows.
pub(super) fn versions() -> BTreeSet<String> {
    let migrations: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations().unwrap_or_default();
    migrations.iter().map(|migration| migration.name().version().to_string()).collect()
}
