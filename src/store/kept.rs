//! Queries that each engine compiles once, and finds again without writing them out.
//!
//! A query that runs on [`Conn`](super::Conn) itself runs on either engine, but is written out as text again and
//! again on every use, only to find the statement that was compiled from it before. Where that would be felt,
//! `on_engine!` runs the same query on the engine's own connection, which knows it by its type.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AsChangeset, AstPass, QueryFragment, QueryId};
use diesel::sql_types::Bool;
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

/// Changes the rows of a table that a condition holds for, by a statement that has the same shape whatever its
/// values are, on either engine; how many those were.
macro_rules! update_kept {
    ($conn:expr, $table:expr, $condition:expr, $changes:expr) => {{
        // By this, which no other place in the code can name, is the statement found again.
        struct Here;
        $crate::store::kept::on_engine!($conn, engine => {
            $crate::store::kept::Update::<Here, _, _, _>::new($table, $condition, $changes).execute(engine)
        })
    }};
}
pub(super) use update_kept;

/// An update of one shape. Diesel's own is compiled anew each time, because its changes may leave out columns and so
/// have any shape; these never do, and the statement is kept under the name of the place it is at.
pub(super) struct Update<Place, Rows, Condition, Changes> {
    table: Rows,
    condition: Condition,
    changes: Changes,
    place: PhantomData<Place>,
}

impl<Place, Rows, Condition, Changes> Update<Place, Rows, Condition, Changes>
where
    Rows: Table,
    Condition: AppearsOnTable<Rows> + Expression<SqlType = Bool>,
{
    pub(super) fn new<C>(table: Rows, condition: Condition, changes: C) -> Self
    where
        C: AsChangeset<Target = Rows, Changeset = Changes>,
    {
        Self { table, condition, changes: changes.as_changeset(), place: PhantomData }
    }
}

impl<Place: 'static, Rows, Condition, Changes> QueryId for Update<Place, Rows, Condition, Changes> {
    type QueryId = Place;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Place, Rows, Condition, Changes, DB> QueryFragment<DB> for Update<Place, Rows, Condition, Changes>
where
    DB: Backend,
    Rows: Table + QueryFragment<DB>,
    Condition: QueryFragment<DB>,
    Changes: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        self.table.walk_ast(out.reborrow())?;
        out.push_sql(" SET ");
        self.changes.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        self.condition.walk_ast(out)
    }
}

impl<Place, Rows, Condition, Changes, C> RunQueryDsl<C> for Update<Place, Rows, Condition, Changes> {}
