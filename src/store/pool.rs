//! Pools of connections, for r2d2.

use super::conn::{Conn, Purpose, connect};
use super::database::Database;
use super::error::StoreError;
use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection as _;
use r2d2::{ManageConnection, NopErrorHandler, PooledConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a new connection may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often who waits for one looks whether there is any hope of it.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Opens and checks connections of one kind.
#[derive(Debug)]
pub(super) struct Connections {
    database: Database,
    purpose: Purpose,
    away: Arc<AtomicBool>,
}

impl ManageConnection for Connections {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        let connected = connect(&self.database, self.purpose);
        // Said once for all who notice it.
        match &connected {
            Ok(_) if self.away.swap(false, Ordering::Relaxed) => {
                tracing::info!(database = %self.database, purpose = ?self.purpose, "the database can be reached again");
            }
            Err(error) if !self.away.swap(true, Ordering::Relaxed) => {
                tracing::error!(%error, database = %self.database, purpose = ?self.purpose, "the database cannot be reached");
            }
            _ => {}
        }
        connected.map_err(diesel::r2d2::Error::ConnectionError)
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
pub(super) struct Pool {
    connections: r2d2::Pool<Connections>,
    away: Arc<AtomicBool>,
}

impl Pool {
    /// A pool that opens connections as they are wanted.
    ///
    /// # Errors
    /// When not even one can be opened.
    pub(super) fn new(database: &Database, purpose: Purpose, size: u32) -> Result<Self, r2d2::Error> {
        let away = Arc::<AtomicBool>::default();
        let builder = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(NopErrorHandler));
        let connections =
            builder.build(Connections { database: database.clone(), purpose, away: Arc::clone(&away) })?;
        Ok(Self { connections, away })
    }

    /// A connection on which `begin` has succeeded. Connections that a server has dropped meanwhile are
    /// passed over. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is none, [`StoreError::Busy`] when what `begin` locks stays taken.
    pub(super) fn begin(
        &self,
        begin: impl Fn(&mut Conn) -> diesel::QueryResult<()>,
    ) -> Result<PooledConnection<Connections>, StoreError> {
        for _ in 0..=self.connections.max_size() {
            let mut conn = self.take()?;
            match begin(&mut conn) {
                Ok(()) => return Ok(conn),
                Err(error) => {
                    let told = error.to_string();
                    // Somebody else has held a lock for too long, which is no fault of the connection.
                    if matches!(StoreError::from(error), StoreError::Busy) {
                        conn.abandon();
                        return Err(StoreError::Busy);
                    }
                    tracing::warn!(error = told, "a connection to the database was lost");
                    conn.give_up();
                }
            }
        }
        Err(StoreError::Unavailable)
    }

    /// What `ask`, which is a single query, comes to on a connection that a server has not dropped meanwhile. Blocks.
    ///
    /// # Errors
    /// What `ask` returns; [`StoreError::Unavailable`] when there is no connection.
    pub(super) fn ask<T>(&self, ask: impl Fn(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        for _ in 0..=self.connections.max_size() {
            let mut conn = self.take()?;
            match ask(&mut conn) {
                Err(StoreError::Unavailable) => conn.give_up(),
                answered => return answered,
            }
        }
        Err(StoreError::Unavailable)
    }

    /// Whether there is neither a connection that may come free nor any hope of a new one.
    fn is_hopeless(&self) -> bool {
        self.away.load(Ordering::Relaxed) && self.connections.state().connections == 0
    }

    /// Waits for a connection, but not for one to a database that has just been found out of reach.
    fn take(&self) -> Result<PooledConnection<Connections>, StoreError> {
        let begun = Instant::now();
        loop {
            match self.connections.get_timeout(LOOK_AGAIN) {
                Ok(conn) => return Ok(conn),
                Err(_) if self.is_hopeless() || begun.elapsed() >= PATIENCE => return Err(StoreError::Unavailable),
                Err(_) => {}
            }
        }
    }
}
