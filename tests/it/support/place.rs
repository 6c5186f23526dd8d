//! Where a test keeps its books: a place of its own, on the engine that is asked for.

use super::postgres::Cluster;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tradefloor::store::{Database, Store, StorePlan};

/// The variable that puts all tests that do not ask for an engine on one: `sqlite` (the default) or `postgres`.
const ENGINE: &str = "TRADEFLOOR_TEST_ENGINE";

/// What keeps the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A file.
    Sqlite,
    /// A database on the tests' own server.
    Postgres,
}

impl Engine {
    /// The one that this run of the tests is on.
    pub(crate) fn of_this_run() -> Self {
        match std::env::var(ENGINE).as_deref() {
            Ok("postgres") => Self::Postgres,
            Ok("sqlite") | Err(_) => Self::Sqlite,
            Ok(other) => panic!("{ENGINE} is sqlite or postgres, not {other}"),
        }
    }
}

/// An empty database and a directory that lasts as long as it.
pub(crate) struct Place {
    database: Database,
    directory: TempDir,
}

impl Place {
    /// On the engine of this run.
    pub(crate) fn new() -> Self {
        Self::on(Engine::of_this_run())
    }

    /// On this engine, whatever the run is on.
    pub(crate) fn on(engine: Engine) -> Self {
        let directory = tempfile::tempdir().expect("a directory of the test's own");
        let database = match engine {
            Engine::Sqlite => Database::Sqlite(directory.path().join("tradefloor.db")),
            Engine::Postgres => Database::Postgres(Cluster::shared().database()),
        };
        Self { database, directory }
    }

    /// Its books, opened by the test itself, with room for so many waiting writes.
    pub(crate) fn store(&self, waiting_writes: usize) -> Store {
        let database = self.database.clone();
        let plan = StorePlan { database, readers: 2, writers: 2, waiting_writes, writes_per_commit: waiting_writes };
        Store::open(&plan).expect("the store opens")
    }

    /// A file in `directory` of a directory of its own; the test makes of it what it needs.
    pub(crate) fn under(directory: &str) -> Self {
        let place = Self::on(Engine::Sqlite);
        let inner = place.directory.path().join(directory);
        std::fs::create_dir(&inner).expect("a directory within");
        Self { database: Database::Sqlite(inner.join("tradefloor.db")), ..place }
    }

    /// On a server of the test's own.
    pub(crate) fn at(cluster: &Cluster) -> Self {
        let directory = tempfile::tempdir().expect("a directory of the test's own");
        Self { database: Database::Postgres(cluster.database()), directory }
    }

    /// Another directory for the same database.
    pub(crate) fn shared(&self) -> Self {
        let directory = tempfile::tempdir().expect("a directory of the test's own");
        Self { database: self.database.clone(), directory }
    }

    /// The database.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// The directory.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The database file, for a test that is about files.
    pub(crate) fn file(&self) -> PathBuf {
        match &self.database {
            Database::Sqlite(path) => path.clone(),
            Database::Postgres(_) => panic!("this test is about files and runs on SQLite"),
        }
    }
}

/// The database as it is named on a command line.
pub(crate) fn argument(database: &Database) -> String {
    match database {
        Database::Sqlite(path) => path.to_string_lossy().into_owned(),
        Database::Postgres(url) => url.clone(),
    }
}

/// Makes a test of each promise on each engine.
macro_rules! on_both_engines {
    ($($promise:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                super::$promise(crate::support::Engine::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                super::$promise(crate::support::Engine::Postgres).await;
            })+
        }
    };
}
pub(crate) use on_both_engines;
