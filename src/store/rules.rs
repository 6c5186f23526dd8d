//! Whether a database still has all that keeps its rows in order: the tables with their rules, the indexes that let nothing
//! in twice, the triggers that refuse to change what is written.

use super::conn::Conn;
use super::error::StoreError;
use super::migrate;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use std::collections::BTreeMap;

/// What a server has when it is up to date, one thing on a line: what it is, its name, and what can be compared of it from
/// one version of PostgreSQL to another.
const ON_A_SERVER: &str = include_str!("server_rules.txt");

/// All that a server's database has. What its own rules say is left out where versions word it differently.
const SERVER_THINGS: &str = "
    SELECT 'column' AS kind, c.relname::text || '.' || a.attname::text AS name,
        format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' required' ELSE '' END AS text
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname <> '__diesel_schema_migrations' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'rule', c.relname::text || '.' || r.conname::text, r.contype::text || CASE WHEN r.convalidated THEN '' ELSE ' not checked' END
        || CASE WHEN r.contype = 'c' THEN '' ELSE ' ' || pg_get_constraintdef(r.oid) END
    FROM pg_constraint r JOIN pg_class c ON c.oid = r.conrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname <> '__diesel_schema_migrations' AND r.contype IN ('c', 'f', 'p', 'u')
    UNION ALL
    SELECT 'index', t.relname::text || '.' || c.relname::text,
        CASE WHEN i.indisunique THEN 'unique' ELSE 'plain' END || CASE WHEN i.indisvalid THEN '' ELSE ' not valid' END
        || ' ' || (SELECT string_agg(pg_get_indexdef(i.indexrelid, place, true), ', ' ORDER BY place) FROM generate_series(1, i.indnatts::int) AS place)
        || coalesce(' where ' || pg_get_expr(i.indpred, i.indrelid), '')
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND t.relname <> '__diesel_schema_migrations'
    UNION ALL
    SELECT 'trigger', c.relname::text || '.' || t.tgname::text, t.tgtype::text || ' ' || t.tgenabled::text || ' ' || p.proname::text || ' ' || md5(p.prosrc)
        || CASE WHEN t.tgqual IS NULL THEN '' ELSE ' only when' END || CASE WHEN t.tgattr::text = '' THEN '' ELSE ' only of some columns' END
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal";

/// All that a file has, but for what SQLite makes by itself.
const FILE_THINGS: &str = "SELECT type AS kind, name, sql AS text FROM sqlite_schema
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> '__diesel_schema_migrations'";

#[derive(QueryableByName)]
struct Thing {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    text: String,
}

/// Things by kind and name, and what there is to compare of each.
type Things = BTreeMap<(String, String), String>;

/// The first thing that is missing, or is not as this version makes it, in words. What others have added does no harm,
/// unless it is a trigger or a rule.
///
/// # Errors
/// When the database fails.
pub fn broken(conn: &mut Conn) -> Result<Option<String>, StoreError> {
    let (has, should) = match conn {
        Conn::Sqlite(file) => (of_file(file)?, a_new_file()?),
        Conn::Postgres(_) => (on_server(conn)?, expected_on_a_server()),
    };
    Ok(difference(&has, &should))
}

/// What a server's database has, as the lines that are expected of it: from it whoever changes the migrations learns what
/// `server_rules.txt` has to be.
///
/// # Errors
/// When the database fails.
pub fn lines_of_server(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    Ok(on_server(conn)?.into_iter().map(|((kind, name), text)| format!("{kind} {name} {text}")).collect())
}

fn difference(has: &Things, should: &Things) -> Option<String> {
    let missing = should.iter().find_map(|(thing @ (kind, name), text)| match has.get(thing) {
        None => Some(format!("the {kind} {name} is missing")),
        Some(other) if other != text => Some(format!("the {kind} {name} is not as this version makes it")),
        Some(_) => None,
    });
    missing.or_else(|| {
        let added = has.keys().find(|thing| ["trigger", "rule"].contains(&&*thing.0) && !should.contains_key(thing));
        added.map(|(kind, name)| format!("there is a {kind} {name} that Tradefloor does not make"))
    })
}

fn of_file(conn: &mut SqliteConnection) -> Result<Things, StoreError> {
    let things = diesel::sql_query(FILE_THINGS).load::<Thing>(conn)?;
    // Only what stands between the words differs when a statement is written again.
    let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(things.into_iter().map(|thing| ((thing.kind, thing.name), words(thing.text))).collect())
}

fn a_new_file() -> Result<Things, StoreError> {
    let mut conn = Conn::Sqlite(SqliteConnection::establish(":memory:").map_err(|_| StoreError::Unavailable)?);
    migrate::run(&mut conn).map_err(|_| StoreError::Unavailable)?;
    match &mut conn {
        Conn::Sqlite(file) => of_file(file),
        Conn::Postgres(_) => Ok(Things::default()),
    }
}

fn on_server(conn: &mut Conn) -> Result<Things, StoreError> {
    let things = diesel::sql_query(SERVER_THINGS).load::<Thing>(conn)?;
    Ok(things.into_iter().map(|thing| ((thing.kind, thing.name), thing.text)).collect())
}

fn expected_on_a_server() -> Things {
    let thing = |line: &str| {
        let mut words = line.splitn(3, ' ').map(str::to_owned);
        Some(((words.next()?, words.next()?), words.next()?))
    };
    ON_A_SERVER.lines().filter_map(thing).collect()
}
