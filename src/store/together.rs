//! Several statements that write, as one: what takes time on a server is the way there and back, and what it does
//! before the first row of each.

use super::error::{StoreError, exactly};
use super::kept::Statement;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};

/// Writes the rows of several statements that are kept: to a file in turn, to a server all at once.
macro_rules! write_together {
    ($conn:expr, $($what:literal: $statement:expr),+ $(,)?) => {
        match $conn {
            $crate::store::conn::Conn::Sqlite(engine) => (|| {
                $($crate::store::kept::Statement::in_turn(&$statement, engine, $what)?;)+
                Ok::<_, $crate::store::error::StoreError>(())
            })(),
            $crate::store::conn::Conn::Postgres(engine) => {
                $crate::store::together::Together($crate::store::together::parts!($($what: $statement;)+)).run(engine)
            }
        }
    };
}
pub(super) use write_together;

/// Statements, each under what it does.
macro_rules! parts {
    () => { $crate::store::together::NoMore };
    ($what:literal: $statement:expr; $($rest:tt)*) => {
        $crate::store::together::Part::new($what, &$statement, $crate::store::together::parts!($($rest)*))
    };
}
pub(super) use parts;

/// A statement, what it does to how many rows, and those that follow.
pub(super) struct Part<Whole, Rest> {
    what: &'static str,
    rows: usize,
    statement: Whole,
    rest: Rest,
}

impl<Whole, Rest> Part<Whole, Rest> {
    pub(super) fn new(what: &'static str, statement: &impl Statement<Whole = Whole>, rest: Rest) -> Self {
        Self { what, rows: statement.rows(), statement: statement.whole(), rest }
    }
}

/// The end of the list.
pub(super) struct NoMore;

/// What a list of statements can do.
pub(super) trait Parts {
    /// The places that the statements are known by.
    type Places: 'static;

    /// Writes each out under the name of what it does.
    fn define<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()>;

    /// Asks of each how many rows it wrote.
    fn count(&self, out: AstPass<'_, '_, Pg>);

    /// How many rows the one that does this is to write.
    fn wanted(&self, what: &str) -> usize;
}

impl<Whole, Rest> Parts for Part<Whole, Rest>
where
    Whole: QueryFragment<Pg> + QueryId<QueryId: 'static>,
    Rest: Parts,
{
    type Places = (Whole::QueryId, Rest::Places);

    fn define<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("\"");
        out.push_sql(self.what);
        out.push_sql("\" AS (");
        self.statement.walk_ast(out.reborrow())?;
        out.push_sql(" RETURNING 1), ");
        self.rest.define(out)
    }

    fn count(&self, mut out: AstPass<'_, '_, Pg>) {
        for piece in ["SELECT '", self.what, "', count(*) FROM \"", self.what, "\" UNION ALL "] {
            out.push_sql(piece);
        }
        self.rest.count(out);
    }

    fn wanted(&self, what: &str) -> usize {
        if self.what == what { self.rows } else { self.rest.wanted(what) }
    }
}

impl Parts for NoMore {
    type Places = ();

    fn define<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("nothing AS (SELECT 1) ");
        Ok(())
    }

    fn count(&self, mut out: AstPass<'_, '_, Pg>) {
        out.push_sql("SELECT '', count(*) FROM nothing");
    }

    fn wanted(&self, _: &str) -> usize {
        1
    }
}

/// All of them as one statement, which is kept as they are.
pub(super) struct Together<List>(pub(super) List);

impl<List: Parts> Together<List> {
    /// Runs it.
    ///
    /// # Errors
    /// When the database fails, or one of them did not write exactly as many rows as it was to.
    pub(super) fn run(self, conn: &mut PgConnection) -> Result<(), StoreError> {
        let counts: Vec<(String, i64)> = RunQueryDsl::load(&self, conn)?;
        counts.iter().try_for_each(|(what, rows)| {
            exactly(self.0.wanted(what), usize::try_from(*rows).unwrap_or(usize::MAX), what)
        })
    }
}

impl<List: Parts> QueryFragment<Pg> for Together<List> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH ");
        self.0.define(out.reborrow())?;
        self.0.count(out);
        Ok(())
    }
}

impl<List: Parts> QueryId for Together<List> {
    type QueryId = List::Places;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<List> Query for Together<List> {
    type SqlType = (Text, BigInt);
}

impl<List> RunQueryDsl<PgConnection> for &Together<List> {}
