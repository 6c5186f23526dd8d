//! Pools of connections, for r2d2.

use super::conn::{Conn, Purpose, connect};
use super::database::Database;
use super::error::StoreError;
use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection as _;
use r2d2::{ManageConnection, PooledConnection};
use std::time::Duration;

/// How long a new connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens and checks connections of one kind.
#[derive(Debug)]
pub(super) struct Connections {
    database: Database,
    purpose: Purpose,
}

impl ManageConnection for Connections {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        connect(&self.database, self.purpose).map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        match conn {
            // A file does not go away; what would break its connection is told by the next query.
            Conn::Sqlite(_) => false,
            Conn::Postgres(conn) => conn.is_broken(),
        }
    }
}

/// Up to `size` connections of one kind. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Pool(r2d2::Pool<Connections>);

impl Pool {
    /// A pool that opens connections as they are wanted.
    ///
    /// # Errors
    /// When not even one can be opened.
    pub(super) fn new(database: &Database, purpose: Purpose, size: u32) -> Result<Self, r2d2::Error> {
        let builder = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(PATIENCE);
        builder.build(Connections { database: database.clone(), purpose }).map(Self)
    }

    /// A connection on which `begin` has succeeded. Connections that a server has dropped meanwhile are
    /// passed over. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is none.
    pub(super) fn begin(
        &self,
        begin: impl Fn(&mut Conn) -> diesel::QueryResult<()>,
    ) -> Result<PooledConnection<Connections>, StoreError> {
        for _ in 0..=self.0.max_size() {
            let mut conn = self.0.get().map_err(|error| {
                tracing::error!(%error, "no connection to the database");
                StoreError::Unavailable
            })?;
            match begin(&mut conn) {
                Ok(()) => return Ok(conn),
                Err(error) => {
                    tracing::warn!(%error, "a connection to the database was lost");
                    conn.abandon();
                }
            }
        }
        Err(StoreError::Unavailable)
    }
}
