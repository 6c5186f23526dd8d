//! A query that is put together while the house runs: its words are written by us, everything else is bound.

use super::cells::Cells;
use crate::store::Conn;
use crate::store::error::StoreError;
use crate::store::kept::on_engine;
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text, Untyped};
use diesel::sqlite::Sqlite;

/// A value that a query compares with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}

/// A query in the making. Nothing but words of this program can become part of its text.
#[derive(Debug, Default)]
pub(super) struct Statement {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Words(&'static str),
    Digits(usize),
    Bound(Value),
    /// Says that a text is compared byte by byte, which a server does not do by itself.
    ByByte,
    /// The function that makes small letters of any capitals, which SQLite's own does of English ones alone.
    Small,
}

impl Statement {
    /// Adds words of ours.
    pub(super) fn sql(&mut self, words: &'static str) -> &mut Self {
        self.pieces.push(Piece::Words(words));
        self
    }

    /// Adds a number that is part of the text: of a column, or how many rows.
    pub(super) fn digits(&mut self, number: usize) -> &mut Self {
        self.pieces.push(Piece::Digits(number));
        self
    }

    /// Adds a value that is bound.
    pub(super) fn bind(&mut self, value: &Value) -> &mut Self {
        self.pieces.push(Piece::Bound(match value {
            // A server takes no NUL in a text, and no text that is stored has one.
            Value::Text(text) => Value::Text(text.replace('\0', "\u{fffd}")),
            Value::Number(number) => Value::Number(*number),
        }));
        self
    }

    /// Has the text before it compared and sorted byte by byte, on either engine.
    pub(super) fn by_byte(&mut self) -> &mut Self {
        self.pieces.push(Piece::ByByte);
        self
    }

    /// Adds what `add` adds, in small letters: of any alphabet, where `beside`, which it is compared with, has other
    /// signs than English ones.
    pub(super) fn in_small(&mut self, beside: &str, add: impl FnOnce(&mut Self)) -> &mut Self {
        self.pieces.push(if beside.is_ascii() { Piece::Words("lower") } else { Piece::Small });
        self.sql("(");
        add(self);
        self.sql(")")
    }

    /// Adds one thing after another, with `between` between them.
    pub(super) fn each<T>(
        &mut self,
        between: &'static str,
        all: impl IntoIterator<Item = T>,
        mut add: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (place, one) in all.into_iter().enumerate() {
            if place > 0 {
                self.sql(between);
            }
            add(self, one);
        }
        self
    }

    /// Asks the database.
    ///
    /// # Errors
    /// When it fails, or a row holds what it should not.
    pub(super) fn load(self, conn: &mut Conn) -> Result<Vec<Cells>, StoreError> {
        Ok(on_engine!(conn, engine => RunQueryDsl::load::<Cells>(self, engine))?)
    }

    fn walk<'b, DB>(&'b self, by_byte: &str, small: &str, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<BigInt> + HasSqlType<Text>,
        i64: ToSql<BigInt, DB>,
        String: ToSql<Text, DB>,
    {
        // There are more shapes of these than a connection should keep compiled.
        out.unsafe_to_cache_prepared();
        for piece in &self.pieces {
            match piece {
                Piece::Words(words) => out.push_sql(words),
                Piece::Digits(number) => out.push_sql(&number.to_string()),
                Piece::Bound(Value::Number(number)) => out.push_bind_param::<BigInt, _>(number)?,
                Piece::Bound(Value::Text(text)) => out.push_bind_param::<Text, _>(text)?,
                Piece::ByByte => out.push_sql(by_byte),
                Piece::Small => out.push_sql(small),
            }
        }
        Ok(())
    }
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Sqlite> for Statement {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk("", "small_letters", out)
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk(" COLLATE \"C\"", "lower", out)
    }
}

impl<C> RunQueryDsl<C> for Statement {}
