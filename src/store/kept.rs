//! Updates whose statements are compiled once.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;

/// An update of one shape. Diesel compiles every update anew, because a changeset may leave out fields and so
/// have any shape; one that never does is as safe to keep as a query.
pub(super) struct Kept<T>(pub(super) T);

impl<T: QueryId> QueryId for Kept<T> {
    type QueryId = T::QueryId;
    // Kept under its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB> QueryFragment<DB> for Kept<T>
where
    DB: Backend,
    T: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<T, C> RunQueryDsl<C> for Kept<T> {}
