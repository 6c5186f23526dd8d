//! A file that appears under its name only when it is whole.

use super::lasting::{self, Lasting};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// What SQLite keeps beside a file while it is open.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// How often a folder is emptied that somebody still writes to.
const TRIES: usize = 100;

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

/// A file in the making, in a folder of its own beside its place and for its owner's eyes alone. Dropped before it is
/// published, it is gone.
#[derive(Debug)]
pub struct Draft {
    place: PathBuf,
    folder: PathBuf,
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
    pub fn beside(place: &Path) -> Result<Self, FileError> {
        let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = place.with_file_name(format!(".{name}.{}.part", uuid::Uuid::new_v4().simple()));
        lasting::begins(&folder);
        let draft = Self { place: place.to_owned(), path: folder.join(name), folder };
        let made = new_folder(&draft.folder).and_then(|()| new_private(&draft.path));
        made.map_err(|cause| FileError::Unwritable { file: place.to_owned(), cause })?;
        Ok(draft)
    }

    /// Removes every draft of this process, and lets `end` end it, knowing what lasts: until then no other thread begins
    /// a draft or publishes one.
    pub fn stop<T>(end: impl FnOnce(&Lasting) -> T) -> T {
        lasting::stop(remove, end)
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
        lasting::publishes(&self.place, || self.give_name())?;
        sync_directory(&self.place)
    }

    fn give_name(&self) -> io::Result<()> {
        match std::fs::hard_link(&self.path, &self.place) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            // Some file systems have no links; there the look and the renaming are two steps.
            Err(_) if self.place.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => std::fs::rename(&self.path, &self.place),
            Ok(()) => Ok(()),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        remove(&self.folder);
        lasting::is_over(&self.folder);
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

fn new_folder(path: &Path) -> io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

/// Removes a draft's folder with all that lies in it. Where a thread that still writes puts a file there meanwhile, the
/// folder is not empty, and it is begun again; once it is gone, nothing can be put there any more.
fn remove(folder: &Path) {
    for _ in 0..TRIES {
        if std::fs::remove_dir_all(folder).is_ok() || folder.symlink_metadata().is_err() {
            return;
        }
    }
}

/// `path` with `end` added to its name.
pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Brings a new name to the disk: what a directory lists is its own content. Where a directory cannot be brought there by
/// itself, or is not for this process to read, the system sees to it in its own time.
fn sync_directory(file: &Path) -> io::Result<()> {
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(directory).and_then(|directory| directory.sync_all()) {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied) => Ok(()),
        synced => synced,
    }
}

#[cfg(test)]
mod tests {
    use super::Draft;
    use std::fs::File;

    #[test]
    fn a_draft_is_gone_even_while_somebody_still_writes_it() {
        let directory = tempfile::tempdir().unwrap();
        let draft = Draft::of(&directory.path().join("copy.db")).unwrap();
        let path = draft.path().to_owned();
        let writes = std::thread::spawn(move || (0..1_000_000).all(|_| File::create(&path).is_ok()));
        drop(draft);
        assert!(!writes.join().unwrap(), "it was never removed");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
