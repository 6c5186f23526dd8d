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

/// Nothing was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is a path, or postgres://user:password@host/name.")]
pub struct NoDatabase;

impl FromStr for Database {
    type Err = NoDatabase;

    /// `postgres://…` or `postgresql://…` is a server; anything else is a path, with or without `sqlite:`.
    fn from_str(text: &str) -> Result<Self, NoDatabase> {
        if text.is_empty() {
            return Err(NoDatabase);
        }
        Ok(if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Postgres(text.to_owned())
        } else {
            Self::Sqlite(PathBuf::from(text.strip_prefix("sqlite:").unwrap_or(text)))
        })
    }
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
    fn a_password_is_never_shown() {
        for url in [
            "postgres://ada:s3cret@db:5432/floor?sslmode=require",
            "postgres://ada@db/floor?password=s3cret",
            "postgres://ada:p@s3cret@db/floor",
        ] {
            let database = named(url);
            assert!(!format!("{database} {database:?}").contains("s3cret"), "{database}");
            assert!(database.to_string().starts_with("postgres://ada@db"), "{database}");
        }
    }
}
