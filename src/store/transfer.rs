//! Whole databases on the move: looked at, kept as a file, and written again in another place or on the other engine.
//!
//! These block, and are for commands that do one thing; the site goes through [`super::Store`].

use super::conn::{Conn, Purpose, to_file};
use super::database::Database;
use super::draft::{Draft, FileError};
use super::error::{StoreError, Uncommitted};
use super::open::{self, OpenError, plain};
use super::rows::{
    AccountRow, AuditRow, CandleRow, CodeRow, EntryRow, EpochRow, FillRow, HoldingRow, InstrumentRow, OrderRow,
    ReversalRow, SessionRow, Stored, UserRow, ValuationRow, WatchRow,
};
use super::{audit, lasting, migrate, snapshot};
use diesel::connection::SimpleConnection as _;
use std::path::Path;

/// Rows read and written at a time.
const PIECE: i64 = 500;

/// The tables whose rows a server numbers by itself.
const NUMBERED: [&str; 6] = ["users", "instruments", "accounts", "orders", "fills", "ledger_entries"];

/// Runs `f` against one snapshot of a database that is there and up to date, and changes nothing about it.
///
/// # Errors
/// What `f` returns, or the sentence that says why there is nothing to look at.
pub fn look<T, E>(database: &Database, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
where
    E: From<OpenError> + From<StoreError>,
{
    let mut conn = open::open_to_read(database)?;
    conn.begin_snapshot().map_err(StoreError::from)?;
    let seen = f(&mut conn)?;
    conn.commit().map_err(StoreError::from)?;
    Ok(seen)
}

/// Runs `f` as one transaction, however long it takes, on a database that is there and up to date. Of a file others
/// read meanwhile as it was, and wait with their writes for as long as a connection waits for a lock.
///
/// # Errors
/// What `f` returns, or the sentence that says why nothing can be written; then nothing has changed, unless that is
/// [`StoreError::Unconfirmed`].
pub fn change<T, E>(database: &Database, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
where
    E: From<OpenError> + From<StoreError>,
{
    let mut conn = open::open_to_change(database)?;
    conn.begin_write().map_err(StoreError::from)?;
    match f(&mut conn) {
        Ok(done) => lasting::changes(|| conn.commit())
            .map(|()| done)
            .map_err(|error| StoreError::from(Uncommitted::at_last(error)).into()),
        Err(error) => {
            conn.abandon();
            Err(error)
        }
    }
}

/// That there is a database of ours, not newer than this version.
///
/// # Errors
/// See [`OpenError`].
pub fn is_there(database: &Database) -> Result<(), OpenError> {
    open::applied(database).map(|_| ())
}

/// Writes the database file at `from`, as it is now and complete by itself, into `draft`.
///
/// # Errors
/// When it is not there, not ours, damaged or newer, or the disk fails.
pub fn duplicate(from: &Path, draft: &Draft) -> Result<(), OpenError> {
    let database = Database::Sqlite(from.to_owned());
    is_there(&database)?;
    let file = draft.place().to_owned();
    snapshot::write(from, draft).map_err(|cause| OpenError::NotCopied { database, file, cause })
}

/// Brings a file that is still a draft up to date, should an older version have written it.
///
/// # Errors
/// See [`OpenError`].
pub fn bring_up_to_date(draft: &Draft) -> Result<(), OpenError> {
    let database = Database::Sqlite(draft.path().to_owned());
    let failed = |cause: String| OpenError::Migration { database: database.clone(), cause: plain(&cause) };
    let conn = to_file(draft.path(), Purpose::Fill).map_err(|error| failed(error.to_string()))?;
    migrate::run(&mut Conn::Sqlite(conn)).map(drop).map_err(|error| failed(error.to_string()))
}

/// Writes everything in `from` to the empty `place`, in one transaction that is kept only when `check` is content
/// with what has arrived. Tells `watch` how many rows it has written.
///
/// # Errors
/// What `check` returns, or the sentence that says why the place cannot be filled; then it stays empty, unless that is
/// [`OpenError::NotConfirmed`].
pub fn fill<T, E>(
    from: &mut Conn,
    place: &Database,
    watch: &mut dyn FnMut(u64),
    check: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<OpenError> + From<StoreError>,
{
    let mut to = open::open_to_fill(place)?;
    to.begin_write().map_err(StoreError::from)?;
    let filled = migrate::apply(&mut to)
        .map_err(|cause| OpenError::Migration { database: place.clone(), cause: plain(&cause.to_string()) })
        .map_err(E::from)
        .and_then(|()| everything(from, &mut To { conn: &mut to, place }, watch))
        .and_then(|()| check(&mut to));
    match filled {
        Ok(content) => keep_filled(&mut to, place).map(|()| content).map_err(E::from),
        Err(error) => {
            to.abandon();
            Err(error)
        }
    }
}

/// Commits what a place was filled with. A file that is being filled is a draft, which does not last if this fails.
fn keep_filled(to: &mut Conn, place: &Database) -> Result<(), OpenError> {
    let on_server = matches!(place, Database::Postgres(_));
    let kept = if on_server { lasting::changes(|| to.commit()) } else { to.commit() };
    kept.map_err(|error| {
        let (database, cause) = (place.clone(), plain(&error.to_string()));
        match Uncommitted::at_last(error) {
            Uncommitted::Unconfirmed if on_server => OpenError::NotConfirmed(database),
            _ => OpenError::NotFilled { database, cause },
        }
    })
}

/// A database that is being filled.
struct To<'a> {
    conn: &'a mut Conn,
    place: &'a Database,
}

impl To<'_> {
    fn failed(&self, cause: &str) -> OpenError {
        OpenError::NotFilled { database: self.place.clone(), cause: plain(cause) }
    }
}

/// Moves every table, those that others refer to first.
fn everything<E>(from: &mut Conn, to: &mut To<'_>, watch: &mut dyn FnMut(u64)) -> Result<(), E>
where
    E: From<OpenError> + From<StoreError>,
{
    let mut written = 0;
    let mut more = |rows: usize| {
        written += u64::try_from(rows).unwrap_or(u64::MAX);
        watch(written);
    };
    table::<UserRow, E>(from, to, &mut more)?;
    table::<CodeRow, E>(from, to, &mut more)?;
    table::<SessionRow, E>(from, to, &mut more)?;
    table::<InstrumentRow, E>(from, to, &mut more)?;
    table::<WatchRow, E>(from, to, &mut more)?;
    table::<AccountRow, E>(from, to, &mut more)?;
    table::<EpochRow, E>(from, to, &mut more)?;
    table::<HoldingRow, E>(from, to, &mut more)?;
    table::<OrderRow, E>(from, to, &mut more)?;
    table::<FillRow, E>(from, to, &mut more)?;
    table::<EntryRow, E>(from, to, &mut more)?;
    table::<ReversalRow, E>(from, to, &mut more)?;
    table::<ValuationRow, E>(from, to, &mut more)?;
    table::<CandleRow, E>(from, to, &mut more)?;
    table::<AuditRow, E>(from, to, &mut more)?;
    audit::copy_head(from, to.conn)?;
    Ok(number_on(to.conn)?)
}

fn table<R: Stored, E>(from: &mut Conn, to: &mut To<'_>, more: &mut dyn FnMut(usize)) -> Result<(), E>
where
    E: From<OpenError> + From<StoreError>,
{
    let mut after = R::before_all();
    loop {
        let rows = R::following(from, &after, PIECE)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.key();
        R::write(to.conn, &rows).map_err(|cause| to.failed(&cause.to_string()))?;
        more(rows.len());
    }
}

/// Lets new rows be numbered after those that have been written. A file sees to it by itself.
fn number_on(to: &mut Conn) -> Result<(), StoreError> {
    if let Conn::Postgres(conn) = to {
        for table in NUMBERED {
            let sequence = format!("pg_get_serial_sequence('{table}', 'id')");
            let last = format!("SELECT setval({sequence}, max(id)) FROM {table} HAVING max(id) IS NOT NULL");
            conn.batch_execute(&last)?;
        }
    }
    Ok(())
}

/// Begins the file of a database at `place`, with its directory.
///
/// # Errors
/// When something lies there, or it cannot be written.
pub fn make_room(place: &Path) -> Result<Draft, FileError> {
    if let Some(directory) = place.parent() {
        std::fs::create_dir_all(directory).map_err(|cause| FileError::Unwritable { file: place.to_owned(), cause })?;
    }
    Draft::of(place)
}
