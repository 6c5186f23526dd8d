//! The secret that signs cookies: made on first start, kept beside the database, for its owner's eyes alone.

use super::StartError;
use crate::store::{Draft, FileError};
use actix_web::cookie::Key;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;

/// Bytes of the secret.
const LENGTH: usize = 64;

/// The secret in the file at `path`; a new one where there is no file. Whoever starts at the same time finds the same.
///
/// # Errors
/// When the file cannot be read or written, or is not one of ours.
pub(super) fn load(path: &Path) -> Result<Key, StartError> {
    found_or_made(path).map_err(|cause| StartError::Key { path: path.to_owned(), cause })
}

fn found_or_made(path: &Path) -> Result<Key, String> {
    match path.symlink_metadata() {
        Ok(_) => read(path),
        Err(_) => match make(path) {
            Ok(key) => Ok(key),
            // Somebody else was faster.
            Err(FileError::Taken(_)) => read(path),
            Err(FileError::Unwritable { cause, .. }) => Err(cause.to_string()),
        },
    }
}

/// A new secret, in a file that appears when all of it is there.
fn make(path: &Path) -> Result<Key, FileError> {
    let unwritable = |cause| FileError::Unwritable { file: path.to_owned(), cause };
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(unwritable)?;
    }
    let draft = Draft::of(path)?;
    let key = fill(draft.path()).map_err(unwritable)?;
    draft.publish()?;
    Ok(key)
}

/// A new secret, in an empty file that is there.
fn fill(path: &Path) -> std::io::Result<Key> {
    let key = Key::generate();
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.write_all(key.master())?;
    file.sync_all()?;
    Ok(key)
}

fn read(path: &Path) -> Result<Key, String> {
    let plain = |error: std::io::Error| error.to_string();
    let mut secret = Vec::with_capacity(LENGTH + 1);
    let limit = u64::try_from(LENGTH).unwrap_or(u64::MAX) + 1;
    File::open(path).map_err(plain)?.take(limit).read_to_end(&mut secret).map_err(plain)?;
    if secret.is_empty() {
        // Nothing has been signed with it.
        return fill(path).map_err(plain);
    }
    if secret.len() != LENGTH {
        return Err(
            "it does not hold 64 bytes; move it away to have a new one made, which signs everybody out".to_owned()
        );
    }
    Key::try_from(secret.as_slice()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::load;
    use std::sync::Barrier;

    #[test]
    fn servers_that_start_at_once_sign_with_the_same_secret() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/secret.key");
        let together = Barrier::new(8);
        let secrets: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        together.wait();
                        load(&path).unwrap().master().to_vec()
                    })
                })
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(secrets.iter().all(|secret| secret == &std::fs::read(&path).unwrap()));
    }
}
