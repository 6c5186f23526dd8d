//! A file that appears under its name only when it is whole.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What SQLite keeps beside a file while it is open.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Why a file is not written. Each displays as one sentence that names the file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is one.
    #[error("There is a file {} already; it was left as it is. Choose another name.", .0.display())]
    Taken(PathBuf),
    /// It cannot be written.
    #[error("The file {} cannot be written: {cause}.", .file.display())]
    Unwritable {
        /// Which.
        file: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
}

/// The drafts that this process is writing, for when it ends before it has published them.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file in the making, under a provisional name beside its place and for its owner's eyes alone. Dropped before
/// it is published, it is gone.
#[derive(Debug)]
pub struct Draft {
    place: PathBuf,
    path: PathBuf,
}

impl Draft {
    /// Begins a file that is to lie at `place`, where there must be none.
    ///
    /// # Errors
    /// When there is one, or its directory cannot be written to.
    pub fn of(place: &Path) -> Result<Self, FileError> {
        // A log that lies beside an empty place would be taken for that of the file which is put there.
        for taken in std::iter::once(place.to_owned()).chain(COMPANIONS.map(|end| with_end(place, end))) {
            if taken.symlink_metadata().is_ok() {
                return Err(FileError::Taken(taken));
            }
        }
        Self::beside(place)
    }

    /// Begins a file that is to lie at `place` if nothing lies there in the end.
    ///
    /// # Errors
    /// When the directory cannot be written to.
    pub(super) fn beside(place: &Path) -> Result<Self, FileError> {
        let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = place.with_file_name(format!(".{name}.{}.part", uuid::Uuid::new_v4().simple()));
        unfinished().insert(path.clone());
        let draft = Self { place: place.to_owned(), path };
        new_private(&draft.path).map_err(|cause| FileError::Unwritable { file: place.to_owned(), cause })?;
        Ok(draft)
    }

    /// Removes every draft of this process, which is about to end.
    pub fn remove_unfinished() {
        unfinished().iter().for_each(|path| remove(path));
    }

    /// Where it is to lie.
    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// Where it is written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Brings it to the disk and gives it its name.
    ///
    /// # Errors
    /// When the disk fails, or somebody has put a file there meanwhile.
    pub fn publish(self) -> Result<(), FileError> {
        self.settle().map_err(|cause| match cause.kind() {
            io::ErrorKind::AlreadyExists => FileError::Taken(self.place.clone()),
            _ => FileError::Unwritable { file: self.place.clone(), cause },
        })
    }

    /// [`Draft::publish`], at another place.
    pub(super) fn publish_at(mut self, place: &Path) -> Result<(), FileError> {
        place.clone_into(&mut self.place);
        self.publish()
    }

    fn settle(&self) -> io::Result<()> {
        OpenOptions::new().write(true).open(&self.path)?.sync_all()?;
        match std::fs::hard_link(&self.path, &self.place) {
            Ok(()) => std::fs::remove_file(&self.path)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // Some file systems have no links; there the look and the renaming are two steps.
            Err(_) if self.place.symlink_metadata().is_ok() => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => std::fs::rename(&self.path, &self.place)?,
        }
        sync_directory(&self.place)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        remove(&self.path);
        unfinished().remove(&self.path);
    }
}

/// Makes a file that was not there, for its owner's eyes alone.
///
/// # Errors
/// When there is one, or it cannot be made.
pub(super) fn new_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Removes a draft and what may lie beside it. Once it is published there is nothing left to remove.
fn remove(path: &Path) {
    for left in std::iter::once(path.to_owned()).chain(COMPANIONS.map(|end| with_end(path, end))) {
        let _ = std::fs::remove_file(left);
    }
}

/// `path` with `end` added to its name.
pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Brings a new name to the disk: what a directory lists is its own content.
fn sync_directory(file: &Path) -> io::Result<()> {
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
