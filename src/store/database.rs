//! Which database: the embedded one in a file, or a PostgreSQL server.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the books are kept. Displays without the password that a URL may hold.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// In a file of the embedded engine, SQLite.
    Sqlite(PathBuf),
    /// On a PostgreSQL server, at this URL.
    Postgres(String),
}

/// The text names no database. Says nothing of the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDatabase {
    /// Nothing, or a URL of something else.
    #[error("it is a path, or postgres://user:password@host/name.")]
    Neither,
    /// A URL of a server that cannot be taken apart.
    #[error(
        "it begins like the URL of a server and cannot be read. In a name or password write any other sign than letters and digits as %, followed by its code in hexadecimal: %40 for @."
    )]
    Unreadable,
}

impl FromStr for Database {
    type Err = NoDatabase;

    /// `postgres://…` or `postgresql://…` is a server; anything that is no URL is a path, with or without `sqlite:`.
    fn from_str(text: &str) -> Result<Self, NoDatabase> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return if is_readable(text) { Ok(Self::Postgres(text.to_owned())) } else { Err(NoDatabase::Unreadable) };
        }
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        // With a letter missing or in capitals it would become a file under a name that tells the password.
        let like_a_url = path.contains("://") || path.split_once('@').is_some_and(|(before, _)| before.contains(':'));
        let like_parameters = path.to_ascii_lowercase().contains("password=");
        if path.is_empty() || like_a_url || like_parameters {
            Err(NoDatabase::Neither)
        } else {
            Ok(Self::Sqlite(PathBuf::from(path)))
        }
    }
}

/// Whether the client of PostgreSQL will read a URL as it is meant. It repeats what it cannot read in what it says then, so that
/// it is not asked.
fn is_readable(url: &str) -> bool {
    let rest = url.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let mut parts = url.split('%');
    let _before = parts.next();
    let escaped =
        parts.all(|part| part.get(..2).is_some_and(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit())));
    let plain = !url.contains(|sign: char| sign.is_whitespace() || sign.is_control());
    // A list of servers has a port for each, which URLs do not know otherwise.
    let addresses = authority.rsplit('@').next().unwrap_or_default().split(',').all(|server| {
        let port = server.rsplit(']').next().unwrap_or_default().split_once(':').map(|(_, port)| port);
        port.is_none_or(|port| port.is_empty() || port.parse::<u16>().is_ok())
    });
    // Else a password of digits, cut off by a sign that ends the address, would be taken for a port.
    let whole = authority.contains('@') || !rest.contains('@');
    escaped && plain && addresses && whole && authority.matches('@').count() <= 1
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}

/// Keeps what names the server and drops what opens it: the password, and parameters, which may hold one.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let rest = rest.split('?').next().unwrap_or_default();
    match rest.rsplit_once('@') {
        Some((user, server)) => format!("{scheme}://{}@{server}", user.split(':').next().unwrap_or_default()),
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Database {
        text.parse().unwrap()
    }

    #[test]
    fn a_url_names_a_server_and_anything_else_a_file() {
        assert_eq!(named("./data/tradefloor.db"), Database::Sqlite("./data/tradefloor.db".into()));
        assert_eq!(named("sqlite:/var/lib/floor.db"), Database::Sqlite("/var/lib/floor.db".into()));
        assert!(matches!(named("postgresql://localhost/floor"), Database::Postgres(_)));
    }

    #[test]
    fn what_looks_like_a_url_is_no_file() {
        for text in
            ["", "sqlite:", "mysql://root:s3cret@db/t", "POSTGRES://ada:s3cret@db/t", "postgres//ada:s3cret@db/t"]
        {
            assert_eq!(text.parse::<Database>(), Err(NoDatabase::Neither), "{text}");
        }
        assert!("ada@home/floor.db".parse::<Database>().is_ok());
    }

    #[test]
    fn a_url_that_the_client_would_misread_is_refused_without_a_word_of_it() {
        for text in [
            "postgres://ada:s3 cret@db/t",
            "postgres://ada:s3%cret@db/t",
            "postgres://ada:s3@cret@db/t",
            "postgres://ada:s3/cret@db/t",
            "postgres://ada:12?cret@db/t",
            "postgres://ada:12/cret@db/t",
        ] {
            let unread = text.parse::<Database>().unwrap_err();
            assert_eq!(unread, NoDatabase::Unreadable, "{text}");
            assert!(!unread.to_string().contains("cret"));
        }
        for text in [
            "postgres://ada:s3%40cret@db:5432/t",
            "postgres://[::1]:5432/t",
            "postgres:///t?host=/run/postgresql",
            "postgres://one:5432,two:5433/t",
        ] {
            assert!(text.parse::<Database>().is_ok(), "{text}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        for url in ["postgres://ada:s3cret@db:5432/floor?sslmode=require", "postgres://ada@db/floor?password=s3cret"] {
            let database = named(url);
            assert!(!format!("{database} {database:?}").contains("s3cret"), "{database}");
            assert!(database.to_string().starts_with("postgres://ada@db"), "{database}");
        }
    }
}
