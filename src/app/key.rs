//! The secret that signs cookies: made on first start, kept beside the database, for its owner's eyes alone.

use super::StartError;
use crate::store::new_private;
use actix_web::cookie::Key;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

/// Bytes of the secret.
const LENGTH: usize = 64;

/// The secret in the file at `path`; a new one where there is no file.
///
/// # Errors
/// When the file cannot be read or written, or is not one of ours.
pub(super) fn load(path: &Path) -> Result<Key, StartError> {
    let unusable = |cause: String| StartError::Key { path: path.to_owned(), cause };
    match create(path) {
        Ok(key) => Ok(key),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path).map_err(unusable),
        Err(error) => Err(unusable(error.to_string())),
    }
}

fn create(path: &Path) -> std::io::Result<Key> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    fill(new_private(path)?)
}

fn fill(mut file: File) -> std::io::Result<Key> {
    let key = Key::generate();
    file.write_all(key.master())?;
    file.sync_all()?;
    Ok(key)
}

fn read(path: &Path) -> Result<Key, String> {
    let file = OpenOptions::new().read(true).write(true).open(path).map_err(|error| error.to_string())?;
    if file.metadata().is_ok_and(|found| found.len() == 0) {
        // The process ended between making the file and filling it, so nothing has been signed with it.
        return fill(file).map_err(|error| error.to_string());
    }
    let mut secret = Vec::with_capacity(LENGTH + 1);
    let limit = u64::try_from(LENGTH).unwrap_or(u64::MAX) + 1;
    file.take(limit).read_to_end(&mut secret).map_err(|error| error.to_string())?;
    if secret.len() != LENGTH {
        return Err(
            "it does not hold 64 bytes; move it away to have a new one made, which signs everybody out".to_owned()
        );
    }
    Key::try_from(secret.as_slice()).map_err(|error| error.to_string())
}
