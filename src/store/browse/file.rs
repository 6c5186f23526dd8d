//! All rows of a table, a stretch at a time.

use super::plan::{Plan, Range};
use super::question::{Key, Question};
use super::record::{self, Record};
use super::references;
use super::statement::Statement;
use super::table::Column;
use super::window::{beginning, beyond};
use crate::store::Conn;
use crate::store::error::StoreError;

/// Rows of a file, and where to go on.
#[derive(Debug)]
pub struct Piece {
    /// Those that pass, of the rows that were looked at.
    pub rows: Vec<Record>,
    /// The first row that was not looked at; nothing at the end.
    pub next: Option<Key>,
}

/// The rows that pass `question` among the first `looked_at` from the one with the key `from` on, in the order of the
/// table, with these columns. By nothing the file begins.
///
/// # Errors
/// When the database fails.
pub fn piece(
    conn: &mut Conn,
    question: &Question,
    columns: &[&'static Column],
    from: Option<&Key>,
    looked_at: usize,
) -> Result<Piece, StoreError> {
    let referred = references::find_all(conn, question)?;
    let plan = Plan::of(question, &referred);
    let from = match from {
        Some(from) => Some(from.clone()),
        None => beginning(conn, &plan)?,
    };
    if from.is_none() {
        return Ok(Piece { rows: Vec::new(), next: None });
    }
    let next = beyond(conn, &plan, from.as_ref(), looked_at)?;
    let range = Range { from: from.as_ref(), ..Range::default() };
    let mut query = Statement::default();
    query.sql("SELECT ");
    record::write_columns(&mut query, plan.table, columns, plan.key);
    plan.from(&mut query, range, looked_at, record::texts(plan.table, columns));
    plan.passing(&mut query, |_| true);
    plan.in_order(&mut query);
    let rows = query.load(conn)?.into_iter().map(|row| Record::of(row, columns, plan.key));
    Ok(Piece { rows: rows.collect::<Result<_, _>>()?, next })
}
