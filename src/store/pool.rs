//! The pool of connections that read.

use super::conn::{Conn, Purpose, connect};
use diesel::connection::SimpleConnection;
use r2d2::ManageConnection;
use std::path::PathBuf;

/// Opens and checks reading connections for r2d2.
#[derive(Debug)]
pub(super) struct Readers {
    pub(super) path: PathBuf,
}

impl ManageConnection for Readers {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        connect(&self.path, Purpose::Read).map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, _: &mut Conn) -> bool {
        false
    }
}
