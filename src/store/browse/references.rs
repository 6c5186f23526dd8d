//! Rows that are asked for by what people call them.

use super::cells::Cell;
use super::plan::joined;
use super::question::{Question, Referred, Wanted, spelled};
use super::statement::Statement;
use super::table::{By, Filter, Reference};
use crate::store::Conn;
use crate::store::error::StoreError;

/// Looks up every row that `question` asks for by name.
///
/// # Errors
/// When the database fails.
pub(super) fn find_all(
    conn: &mut Conn,
    question: &Question,
) -> Result<Vec<(&'static Filter, Option<Referred>)>, StoreError> {
    let mut found = Vec::new();
    for (filter, wanted) in &question.filters {
        if let (By::Row(reference), Wanted::Called(name)) = (&filter.by, wanted) {
            found.push((*filter, find(conn, reference, name)?));
        }
    }
    Ok(found)
}

/// The first row that is called `name`.
fn find(conn: &mut Conn, reference: &Reference, name: &str) -> Result<Option<Referred>, StoreError> {
    for exact in reference.asked_by {
        let Some(value) = spelled(name, exact.spelling) else { continue };
        let mut query = Statement::default();
        query.sql("SELECT ").sql(reference.id).sql(" AS n, CAST(").sql(reference.identity).sql(" AS TEXT) AS t, ");
        query.sql(reference.label).sql(" AS t FROM ").sql(reference.from).sql(" WHERE ").sql(exact.sql).sql(" = ");
        query.bind(&value).sql(" ORDER BY 1 LIMIT 1");
        if let Some(row) = query.load(conn)?.into_iter().next() {
            let mut cells = row.0.into_iter();
            let id = cells.next().as_ref().and_then(Cell::number).unwrap_or_default();
            let mut text = || cells.next().and_then(Cell::text).unwrap_or_default();
            return Ok(Some(Referred { id, identity: text(), label: text() }));
        }
    }
    Ok(None)
}

/// The row of the table itself that is called exactly what is searched for.
///
/// # Errors
/// When the database fails.
pub(super) fn exact(conn: &mut Conn, question: &Question) -> Result<Option<Referred>, StoreError> {
    let table = question.table;
    for exact in table.exact.iter().filter(|_| !question.search.is_empty()) {
        let Some(value) = spelled(&question.search, exact.spelling) else { continue };
        let lead = table.columns.iter().find(|column| column.place == super::table::Place::Lead);
        let label = lead.map_or("''", |column| column.value);
        let mut query = Statement::default();
        query.sql("SELECT ").each(" || '.' || ", table.identity, |query, part| {
            query.sql("CAST(").sql(part.sql).sql(" AS TEXT)");
        });
        query.sql(" AS t, CAST(").sql(label).sql(" AS TEXT) AS t FROM ").sql(table.base);
        let texts: Vec<&str> = table.identity.iter().map(|part| part.sql).chain([label, exact.sql]).collect();
        joined(&mut query, table, &texts);
        query.sql(" WHERE ").sql(exact.sql).sql(" = ").bind(&value).sql(" LIMIT 1");
        if let Some(row) = query.load(conn)?.into_iter().next() {
            let mut cells = row.0.into_iter();
            let mut text = || cells.next().and_then(Cell::text).unwrap_or_default();
            return Ok(Some(Referred { id: 0, identity: text(), label: text() }));
        }
    }
    Ok(None)
}
