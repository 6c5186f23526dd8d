//! How a command speaks, and what it keeps to itself.

use super::Failure;
use std::fmt::Display;
use std::io::{ErrorKind, Write as _, stdout};

/// What was asked for is done and could not be said.
#[derive(Debug, thiserror::Error)]
#[error("It is done, and could not be said on standard output: {0}.")]
pub(super) struct Unsaid(std::io::Error);

impl From<Unsaid> for Failure {
    fn from(unsaid: Unsaid) -> Self {
        Self::stopped(unsaid)
    }
}

/// Says a line on standard error. Where nobody can hear it, on a terminal that is gone or a disk that is full, a command
/// ends as it would have.
pub(super) fn tell(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Says a line on standard output. Whoever has closed it wants to hear no more, which is no failure of what was asked for.
///
/// # Errors
/// When the line cannot be written.
pub(super) fn say(line: impl Display) -> Result<(), Unsaid> {
    match writeln!(stdout().lock(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Unsaid(error)),
        _ => Ok(()),
    }
}

/// The text without what stands between the name of somebody and the `@` of a URL, which may be a password, whatever else is
/// wrong with the URL.
pub(super) fn without_secrets(text: &str) -> String {
    let Some((before, server)) = text.rsplit_once('@') else { return text.to_owned() };
    let name = before.find("//").map_or(0, |slashes| slashes + 2);
    let secret = before.get(name..).and_then(|rest| rest.find(':')).map(|colon| name + colon + 1);
    match secret.and_then(|secret| before.get(..secret)) {
        Some(shown) => format!("{shown}…@{server}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_repeated_wherever_it_was_typed() {
        for (text, shown) in [
            ("postgres://ada:s3cret@db/floor", "postgres://ada:…@db/floor"),
            ("postgres//ada:s3cr@t@db", "postgres//ada:…@db"),
            ("mysql://ada:s3 cret@db", "mysql://ada:…@db"),
            ("ada:s3cret@db", "ada:…@db"),
            ("postgres://ada@db/floor", "postgres://ada@db/floor"),
            ("./data/a:b.db", "./data/a:b.db"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }
}
