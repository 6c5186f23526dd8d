//! What an engine itself says of a database: pages, indexes, references and rules of the tables.

use super::conn::{Conn, Purpose, to_file};
use super::error::StoreError;
use super::open::plain;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use std::path::Path;

#[derive(QueryableByName)]
struct Pages {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

#[derive(QueryableByName)]
struct Loose {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    line: String,
    #[diesel(sql_type = Text)]
    parent: String,
}

/// The first thing that is wrong with a file, in words; a server looks after its own.
///
/// # Errors
/// When the database fails.
pub fn fault(conn: &mut Conn) -> Result<Option<String>, StoreError> {
    let Conn::Sqlite(conn) = conn else { return Ok(None) };
    if let Some(damage) = damage(conn)? {
        return Ok(Some(damage));
    }
    let loose = diesel::sql_query(
        "SELECT \"table\" AS child, ifnull(CAST(rowid AS TEXT), 'without a number') AS line, parent
         FROM pragma_foreign_key_check LIMIT 1",
    );
    let loose = loose.get_result::<Loose>(conn).optional()?;
    Ok(loose.map(|row| format!("{} row {} refers to a row of {} that does not exist", row.child, row.line, row.parent)))
}

/// Checks the pages and indexes of a file.
///
/// # Errors
/// The first thing that is wrong with it.
pub(super) fn of_file(path: &Path) -> Result<(), String> {
    let mut conn = to_file(path, Purpose::Read).map_err(|error| plain(&error.to_string()))?;
    match damage(&mut conn) {
        Ok(None) => Ok(()),
        Ok(Some(damage)) => Err(damage),
        Err(error) => Err(plain(&error.to_string())),
    }
}

fn damage(conn: &mut SqliteConnection) -> Result<Option<String>, diesel::result::Error> {
    let verdict = diesel::sql_query("PRAGMA integrity_check(1)").get_result::<Pages>(conn)?.integrity_check;
    Ok((verdict != "ok").then(|| plain(&verdict)))
}
