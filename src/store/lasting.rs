//! What a process leaves behind when it is told to stop in the midst of its work: whole files and changes that are kept,
//! and nothing half done.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What this process has begun and what it has done.
#[derive(Debug)]
pub struct Lasting {
    /// The folders of drafts, which do not last.
    drafts: BTreeSet<PathBuf>,
    /// The files that have appeared under their names.
    published: BTreeSet<PathBuf>,
    /// Whether a change of a database was kept.
    changed: bool,
}

static LASTING: Mutex<Lasting> =
    Mutex::new(Lasting { drafts: BTreeSet::new(), published: BTreeSet::new(), changed: false });

fn lasting() -> MutexGuard<'static, Lasting> {
    LASTING.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lasting {
    /// The files that have appeared under their names.
    #[must_use]
    pub fn files(&self) -> &BTreeSet<PathBuf> {
        &self.published
    }

    /// Whether a change of a database was kept.
    #[must_use]
    pub fn has_changed_a_database(&self) -> bool {
        self.changed
    }
}

/// Lets `end` end this process, knowing what lasts; `remove` removes each draft first. No other thread begins a draft,
/// publishes one or keeps a change any more, but for those that come after an `end` that returns.
pub(super) fn stop<T>(remove: impl Fn(&Path), end: impl FnOnce(&Lasting) -> T) -> T {
    let lasting = lasting();
    lasting.drafts.iter().for_each(|folder| remove(folder));
    end(&lasting)
}

/// Does what keeps a change of a database: all of it, or the process was told to stop before.
///
/// # Errors
/// What `change` returns.
pub fn changes<T, E>(change: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let mut lasting = lasting();
    let done = change();
    lasting.changed |= done.is_ok();
    done
}

/// That a change of a database was kept.
pub(super) fn note_change() {
    lasting().changed = true;
}

/// Does what gives a file its name, `place`.
///
/// # Errors
/// What `publish` returns.
pub(super) fn publishes<E>(place: &Path, publish: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
    let mut lasting = lasting();
    publish()?;
    lasting.published.insert(place.to_owned());
    Ok(())
}

/// That the folder of a draft is about to be made.
pub(super) fn begins(folder: &Path) {
    lasting().drafts.insert(folder.to_owned());
}

/// That the folder of a draft is gone.
pub(super) fn is_over(folder: &Path) {
    lasting().drafts.remove(folder);
}
