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

/// The text without what may be a password, whatever else is wrong with it: what stands between the name of somebody and
/// the `@` of a URL, in place of a port where there is no `@`, or behind `password=`.
pub(super) fn without_secrets(text: &str) -> String {
    const NAMED: &str = "password=";
    // It may go on to the end, with any sign in it.
    if let Some(word) = text.to_ascii_lowercase().find(NAMED)
        && let Some(before) = text.get(..word + NAMED.len())
    {
        return format!("{}…", without_secrets_of_url(before));
    }
    without_secrets_of_url(text)
}

fn without_secrets_of_url(text: &str) -> String {
    let (before, server) = match text.rsplit_once('@') {
        Some((before, server)) => (before, Some(server)),
        None => (text, None),
    };
    let url = before.find("//").map(|slashes| slashes + 2);
    let name = url.unwrap_or(0);
    let secret = before.get(name..).and_then(|rest| rest.find(':')).map(|colon| name + colon + 1);
    let Some((shown, secret)) = secret.and_then(|secret| before.split_at_checked(secret)) else {
        return text.to_owned();
    };
    let address = || secret.split(['/', '?']).next().is_some_and(|port| port.bytes().all(|sign| sign.is_ascii_digit()));
    match server {
        Some(server) => format!("{shown}…@{server}"),
        None if url.is_none() || shown.ends_with("[:") || address() => text.to_owned(),
        None => format!("{shown}…"),
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
            ("postgres://ada:s3cret", "postgres://ada:…"),
            ("postgres://ada:s3cret/floor", "postgres://ada:…"),
            ("postgres://db:5432/floor", "postgres://db:5432/floor"),
            ("postgres://[::1]:5432/floor", "postgres://[::1]:5432/floor"),
            ("postgres://db/floor?user=ada&password=s3 cr@t", "postgres://db/floor?user=ada&password=…"),
            ("host=db PASSWORD=s3cret", "host=db PASSWORD=…"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }
}
