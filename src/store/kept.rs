//! Queries that each engine compiles once, and finds again without writing them out.
//!
//! A query that runs on [`Conn`](super::Conn) itself runs on either engine, but is written out as text again and
//! again on every use, only to find the statement that was compiled from it before. Where that would be felt,
//! `on_engine!` runs the same query on the engine's own connection, which knows it by its type.
//!
//! What a settlement writes is said by `insertion!` and `change!`, and run by `write_together!`.

use super::error::{StoreError, exactly};
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;
use diesel::sqlite::Sqlite;
use std::marker::PhantomData;

/// Runs one expression with the connection of whichever engine there is.
macro_rules! on_engine {
    ($conn:expr, $engine:ident => $run:expr) => {
        match $conn {
            $crate::store::conn::Conn::Sqlite($engine) => $run,
            $crate::store::conn::Conn::Postgres($engine) => $run,
        }
    };
}
pub(super) use on_engine;

/// The statement that adds rows to a table.
macro_rules! insertion {
    ($table:ident, $rows:expr, $row:ident => { $first:ident: $its:expr, $($column:ident: $value:expr),+ $(,)? }) => {
        $crate::store::kept::Writes::new(
            $rows,
            |$row| $crate::store::kept::here!($crate::store::kept::binds!(
                $table, one; ")";
                concat!("INSERT INTO ", stringify!($table), " (\"", stringify!($first) $(, "\", \"", stringify!($column))+, "\") VALUES (")
                    => $first: $its;
                $(", " => $column: $value;)+
            )),
            |rows| $crate::store::kept::here!($crate::store::kept::binds!(
                $table, all(rows, $row); ")";
                concat!("INSERT INTO ", stringify!($table), " (\"", stringify!($first) $(, "\", \"", stringify!($column))+,
                    "\") SELECT * FROM unnest(")
                    => $first: $its;
                $(", " => $column: $value;)+
            )),
        )
    };
}
pub(super) use insertion;

/// The statement that changes rows of a table that are as they are said to be.
macro_rules! change {
    ($table:ident, $rows:expr, $row:ident => { $first:ident: $its:expr, $($column:ident: $value:expr),+ $(,)? }
     where { $key:ident: $known:expr, $($also:ident: $as:expr),+ $(,)? }) => {
        $crate::store::kept::Writes::new(
            $rows,
            |$row| $crate::store::kept::here!($crate::store::kept::binds!(
                $table, one; "";
                concat!("UPDATE ", stringify!($table), " SET \"", stringify!($first), "\" = ") => $first: $its;
                $(concat!(", \"", stringify!($column), "\" = ") => $column: $value;)+
                concat!(" WHERE \"", stringify!($key), "\" = ") => $key: $known;
                $(concat!(" AND \"", stringify!($also), "\" = ") => $also: $as;)+
            )),
            |rows| $crate::store::kept::here!($crate::store::kept::binds!(
                $table, all(rows, $row);
                concat!(") AS became (\"", stringify!($first), "\"" $(, ", \"", stringify!($column), "\"")+,
                    ", \"was_", stringify!($key), "\"" $(, ", \"was_", stringify!($also), "\"")+,
                    ") WHERE ", stringify!($table), ".\"", stringify!($key), "\" = \"was_", stringify!($key), "\""
                    $(, " AND ", stringify!($table), ".\"", stringify!($also), "\" = \"was_", stringify!($also), "\"")+);
                concat!("UPDATE ", stringify!($table), " SET \"", stringify!($first), "\" = became.\"", stringify!($first), "\""
                    $(, ", \"", stringify!($column), "\" = became.\"", stringify!($column), "\"")+, " FROM unnest(")
                    => $first: $its;
                $(", " => $column: $value;)+
                ", " => $key: $known;
                $(", " => $also: $as;)+
            )),
        )
    };
}
pub(super) use change;

/// Values between pieces of a statement's text: one of the type of each column, or a list of them, one for each row.
macro_rules! binds {
    ($table:ident, one; $end:expr;) => { $crate::store::kept::End($end) };
    ($table:ident, one; $end:expr; $text:expr => $column:ident: $value:expr; $($rest:tt)*) => {
        $crate::store::kept::Bind::<diesel::dsl::SqlTypeOf<$crate::store::schema::$table::$column>, _, _>::new(
            $text,
            $value,
            $crate::store::kept::binds!($table, one; $end; $($rest)*),
        )
    };
    ($table:ident, all($rows:ident, $row:ident); $end:expr;) => { $crate::store::kept::End($end) };
    ($table:ident, all($rows:ident, $row:ident); $end:expr; $text:expr => $column:ident: $value:expr; $($rest:tt)*) => {
        $crate::store::kept::Bind::<
            diesel::sql_types::Array<diesel::dsl::SqlTypeOf<$crate::store::schema::$table::$column>>, _, _
        >::new(
            $text,
            $rows.iter().map(|$row| $value).collect::<Vec<_>>(),
            $crate::store::kept::binds!($table, all($rows, $row); $end; $($rest)*),
        )
    };
}
pub(super) use binds;

/// A statement that is known by the place in the code it stands at.
macro_rules! here {
    ($binds:expr) => {{
        // By this, which no other place in the code can name, is the statement found again.
        struct Here;
        $crate::store::kept::Kept::<Here, _>::new($binds)
    }};
}
pub(super) use here;

/// A statement that always has the same text. Diesel's own are walked through several times on each use, column by
/// column, and an update is even compiled anew, because it may leave out columns; this one is kept under the name of
/// the place it is at, and only its values are walked through.
pub(super) struct Kept<Place, Binds> {
    binds: Binds,
    place: PhantomData<Place>,
}

impl<Place, Binds> Kept<Place, Binds> {
    pub(super) fn new(binds: Binds) -> Self {
        Self { binds, place: PhantomData }
    }
}

impl<Place: 'static, Binds> QueryId for Kept<Place, Binds> {
    type QueryId = Place;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Place, Binds: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Kept<Place, Binds> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.binds.walk_ast(out)
    }
}

impl<Place, Binds, C> RunQueryDsl<C> for Kept<Place, Binds> {}

/// What writes rows of one kind: to a file one after the other, to a server all in one statement.
pub(super) trait Statement {
    /// The statement for a server, which takes every column as a list.
    type Whole: QueryFragment<Pg> + QueryId<QueryId: 'static>;

    /// The statement for a server.
    fn whole(&self) -> Self::Whole;

    /// How many rows it is to write.
    fn rows(&self) -> usize;

    /// Writes row by row to a file.
    ///
    /// # Errors
    /// When the database fails, or `what` it does was not done to exactly one row each time.
    fn in_turn(&self, conn: &mut SqliteConnection, what: &str) -> Result<(), StoreError>;
}

/// Rows, how one of them is written, and how all of them are.
pub(super) struct Writes<'a, Row, One, All> {
    rows: &'a [Row],
    one: One,
    all: All,
}

impl<'a, Row, One, Each, All, Whole> Writes<'a, Row, One, All>
where
    One: Fn(&'a Row) -> Each,
    All: Fn(&'a [Row]) -> Whole,
{
    pub(super) fn new(rows: &'a [Row], one: One, all: All) -> Self {
        Self { rows, one, all }
    }
}

impl<'a, Row, One, Each, All, Whole> Statement for Writes<'a, Row, One, All>
where
    One: Fn(&'a Row) -> Each,
    Each: QueryFragment<Sqlite> + QueryId + RunQueryDsl<SqliteConnection>,
    All: Fn(&'a [Row]) -> Whole,
    Whole: QueryFragment<Pg> + QueryId<QueryId: 'static>,
{
    type Whole = Whole;

    fn whole(&self) -> Whole {
        (self.all)(self.rows)
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn in_turn(&self, conn: &mut SqliteConnection, what: &str) -> Result<(), StoreError> {
        self.rows.iter().try_for_each(|row| exactly(1, (self.one)(row).execute(conn)?, what))
    }
}

/// A piece of text, the value after it, and the rest of the statement.
pub(super) struct Bind<Type, Value, Rest> {
    text: &'static str,
    value: Value,
    rest: Rest,
    of: PhantomData<Type>,
}

impl<Type, Value, Rest> Bind<Type, Value, Rest> {
    pub(super) fn new(text: &'static str, value: Value, rest: Rest) -> Self {
        Self { text, value, rest, of: PhantomData }
    }
}

impl<Type, Value, Rest, DB> QueryFragment<DB> for Bind<Type, Value, Rest>
where
    DB: Backend + HasSqlType<Type>,
    Value: ToSql<Type, DB>,
    Rest: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.text);
        out.push_bind_param::<Type, Value>(&self.value)?;
        self.rest.walk_ast(out)
    }
}

/// The text after the last value.
pub(super) struct End(pub(super) &'static str);

impl<DB: Backend> QueryFragment<DB> for End {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}
