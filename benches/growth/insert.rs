//! Many rows of one shape in one statement.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

/// How many rows go into one statement.
pub(crate) const TOGETHER: usize = 100;

/// What stands in one column of a row.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// A whole number, or none.
    Number(Option<i64>),
    /// A text that is known beforehand.
    Word(&'static str),
    /// A text.
    Text(String),
    /// A hash.
    Hash([u8; 32]),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

/// Rows on their way into a table.
pub(crate) struct Rows {
    beginning: &'static str,
    rows: Vec<Vec<Value>>,
}

impl Rows {
    /// None yet; `beginning` is the statement up to its values.
    pub(crate) fn new(beginning: &'static str) -> Self {
        Self { beginning, rows: Vec::new() }
    }

    /// Adds one, and writes what has gathered when that is enough.
    pub(crate) fn push(&mut self, conn: &mut SqliteConnection, row: Vec<Value>) -> QueryResult<()> {
        self.rows.push(row);
        if self.rows.len() >= TOGETHER { self.flush(conn) } else { Ok(()) }
    }

    /// Writes what has gathered.
    pub(crate) fn flush(&mut self, conn: &mut SqliteConnection) -> QueryResult<()> {
        if !self.rows.is_empty() {
            (&*self).execute(conn)?;
            self.rows.clear();
        }
        Ok(())
    }
}

impl QueryId for Rows {
    type QueryId = ();
    // Kept under its text, which is the same for each full statement.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Sqlite> for Rows {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.beginning);
        for (place, row) in self.rows.iter().enumerate() {
            out.push_sql(if place == 0 { " VALUES (" } else { "), (" });
            for (column, value) in row.iter().enumerate() {
                if column > 0 {
                    out.push_sql(", ");
                }
                match value {
                    Value::Number(number) => out.push_bind_param::<Nullable<BigInt>, _>(number)?,
                    Value::Word(word) => out.push_bind_param::<Text, _>(*word)?,
                    Value::Text(text) => out.push_bind_param::<Text, _>(text)?,
                    Value::Hash(hash) => out.push_bind_param::<Binary, _>(hash.as_slice())?,
                }
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

impl RunQueryDsl<SqliteConnection> for &Rows {}
