//! The books kept elsewhere: backups, restoring them, and moving to the other engine. Whatever is written is checked
//! before it gets its name, and lies under it whole or not at all.

use super::verify::{verify, verify_database};
use super::{BooksError, Progress, Verified, Watch};
use crate::store::{Conn, Database, Draft, OpenError, transfer};
use std::path::Path;

/// Writes the books in `database`, as they are at this moment, to a new file, which is a database of its own.
///
/// # Errors
/// When there is such a file already, it cannot be written, or the books do not agree; then there is no file.
pub fn backup(database: &Database, file: &Path, watch: Watch<'_>) -> Result<Verified, BooksError> {
    let draft = Draft::of(file)?;
    let verified = match database {
        Database::Sqlite(path) => {
            // Whether it is there and up to date is told first, of the database and not of its copy.
            transfer::look(database, |_| Ok::<_, BooksError>(()))?;
            transfer::duplicate(path, &draft)?;
            verify_database(&written(&draft), watch)?
        }
        Database::Postgres(_) => transfer::look(database, |conn| moved(conn, &written(&draft), watch))?,
    };
    draft.publish()?;
    Ok(verified)
}

/// What is wrong with a backup, for who wants it restored.
fn of_backup(error: OpenError, file: &Path) -> BooksError {
    match error {
        OpenError::Missing { .. } => BooksError::NoBackup(file.to_owned()),
        OpenError::Damaged { cause, .. } => BooksError::DamagedBackup { file: file.to_owned(), cause },
        other => other.into(),
    }
}

/// Puts the books in the backup `file` where there are none yet. A backup by an older version is brought up to date.
///
/// # Errors
/// When there is something in the place, or the backup's books do not agree; then the place stays empty.
pub fn restore(file: &Path, place: &Database, watch: Watch<'_>) -> Result<Verified, BooksError> {
    let backup = Database::Sqlite(file.to_owned());
    transfer::is_there(&backup).map_err(|error| of_backup(error, file))?;
    let Database::Sqlite(path) = place else {
        return match transfer::look(&backup, |conn| moved(conn, place, &mut *watch)) {
            Err(BooksError::Open(OpenError::Older { .. })) => {
                let newer = Draft::beside(file)?;
                unpack(file, &newer)?;
                transfer::look(&written(&newer), |conn| moved(conn, place, watch))
            }
            restored => restored,
        };
    };
    let draft = transfer::make_room(path)?;
    unpack(file, &draft)?;
    let verified = verify_database(&written(&draft), watch)?;
    draft.publish()?;
    Ok(verified)
}

/// Writes what is in the backup `file` into `draft`, up to date.
fn unpack(file: &Path, draft: &Draft) -> Result<(), BooksError> {
    transfer::duplicate(file, draft).map_err(|error| of_backup(error, file))?;
    Ok(transfer::bring_up_to_date(draft)?)
}

/// Writes the books in `from`, as they are at this moment, to the empty `place`, on whichever engine.
///
/// # Errors
/// When there is something in the place, or the books do not agree; then the place stays empty.
pub fn copy(from: &Database, place: &Database, watch: Watch<'_>) -> Result<Verified, BooksError> {
    let Database::Sqlite(path) = place else {
        return transfer::look(from, |conn| moved(conn, place, watch));
    };
    transfer::look(from, |_| Ok::<_, BooksError>(()))?;
    let draft = transfer::make_room(path)?;
    let verified = transfer::look(from, |conn| moved(conn, &written(&draft), watch))?;
    draft.publish()?;
    Ok(verified)
}

fn written(draft: &Draft) -> Database {
    Database::Sqlite(draft.path().to_owned())
}

/// Checks the books, writes them row by row, and checks what has arrived before it is kept.
fn moved(from: &mut Conn, place: &Database, watch: Watch<'_>) -> Result<Verified, BooksError> {
    let sent = verify(from, &mut *watch)?;
    let total = sent.accounts + sent.entries + 2 * sent.orders + sent.holdings + sent.candles;
    // Both use it, one after the other.
    let watch = std::cell::RefCell::new(watch);
    transfer::fill(
        from,
        place,
        &mut |done| (watch.borrow_mut())(Progress { doing: "copying", done, total }),
        |arrived| {
            let arrived = verify(arrived, &mut |progress| (watch.borrow_mut())(progress))?;
            if arrived == sent { Ok(arrived) } else { Err(BooksError::NotAllArrived { sent, arrived }) }
        },
    )
}
