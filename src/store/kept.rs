//! Queries that each engine compiles once, and finds again without writing them out.
//!
//! A query that runs on [`Conn`](super::Conn) itself runs on either engine, but is written out as text again and
//! again on every use, only to find the statement that was compiled from it before. Where that would be felt,
//! `on_engine!` runs the same query on the engine's own connection, which knows it by its type.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
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

/// Executes an update that has the same shape whatever its values are, on either engine.
macro_rules! execute_kept {
    ($conn:expr, $update:expr) => {{
        // By this, which no other place in the code can name, is the statement found again.
        struct Here;
        $crate::store::kept::on_engine!($conn, engine => {
            $crate::store::kept::Kept::<Here, _>::new($update).execute(engine)
        })
    }};
}
pub(super) use execute_kept;

/// An update of one shape. Diesel compiles every update anew, because a changeset may leave out fields and so
/// have any shape; one that never does is as safe to keep as a query, under the name of the place it is at.
pub(super) struct Kept<Place, T> {
    update: T,
    place: PhantomData<Place>,
}

impl<Place, T> Kept<Place, T> {
    pub(super) const fn new(update: T) -> Self {
        Self { update, place: PhantomData }
    }
}

impl<Place: 'static, T> QueryId for Kept<Place, T> {
    type QueryId = Place;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Place, T, DB> QueryFragment<DB> for Kept<Place, T>
where
    DB: Backend,
    T: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.update.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Place, T, C> RunQueryDsl<C> for Kept<Place, T> {}
