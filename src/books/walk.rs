//! Going through a table once, a bounded piece at a time.

use crate::store::{Conn, StoreError};
use std::vec::IntoIter;

/// Rows read at a time.
const PIECE: i64 = 500;

/// Reads the rows after a key, up to a number.
type Load<R, K> = fn(&mut Conn, &K, i64) -> Result<Vec<R>, StoreError>;

/// The rows of a table, one after the other.
pub(super) struct Walk<R, K> {
    load: Load<R, K>,
    key: fn(&R) -> K,
    after: K,
    piece: std::iter::Peekable<IntoIter<R>>,
    ended: bool,
}

impl<R, K> Walk<R, K> {
    /// Begins after the key `after`.
    pub(super) fn new(after: K, key: fn(&R) -> K, load: Load<R, K>) -> Self {
        Self { load, key, after, piece: Vec::new().into_iter().peekable(), ended: false }
    }

    /// The next row, which stays the next one.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn peek(&mut self, conn: &mut Conn) -> Result<Option<&R>, StoreError> {
        if self.piece.peek().is_none() && !self.ended {
            let piece = (self.load)(conn, &self.after, PIECE)?;
            match piece.last() {
                Some(last) => self.after = (self.key)(last),
                None => self.ended = true,
            }
            self.piece = piece.into_iter().peekable();
        }
        Ok(self.piece.peek())
    }

    /// The next row.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn next(&mut self, conn: &mut Conn) -> Result<Option<R>, StoreError> {
        self.next_if(conn, |_| true)
    }

    /// The next row, when it is `wanted`.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn next_if(
        &mut self,
        conn: &mut Conn,
        wanted: impl FnOnce(&R) -> bool,
    ) -> Result<Option<R>, StoreError> {
        self.peek(conn)?;
        Ok(self.piece.next_if(|row| wanted(row)))
    }
}
