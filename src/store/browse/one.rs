//! One row, by what addresses call it.

use super::cells::Cell;
use super::plan::joined;
use super::record::{self, Record};
use super::statement::Statement;
use super::table::{Column, Related, Table};
use crate::store::Conn;
use crate::store::error::StoreError;

/// The row that is called `name` in addresses, with every column.
///
/// # Errors
/// When the database fails.
pub fn find(conn: &mut Conn, table: &'static Table, name: &str) -> Result<Option<Found>, StoreError> {
    let Some(identity) = record::identity_of(table, name) else { return Ok(None) };
    let columns: Vec<&'static Column> = table.columns.iter().collect();
    let mut query = Statement::default();
    query.sql("SELECT ");
    record::write_columns(&mut query, table, &columns, &[]);
    let asked = || table.related.iter().flat_map(|related| related.asked).map(|(_, value)| *value);
    for value in asked() {
        query.sql(", CAST(").sql(value).sql(" AS TEXT) AS t");
    }
    query.sql(" FROM ").sql(table.base);
    let texts = record::texts(table, &columns).into_iter().chain(asked());
    joined(&mut query, table, &texts.collect::<Vec<_>>());
    query.sql(" WHERE ").sql(table.only_or_all());
    for (part, value) in table.identity.iter().zip(&identity) {
        query.sql(" AND ").sql(part.sql).sql(" = ").bind(value);
    }
    query.sql(" LIMIT 1");
    let Some(row) = query.load(conn)?.into_iter().next() else { return Ok(None) };
    let record = Record::of(row, &columns, &[])?;
    let mut values = record.rest.iter().cloned().map(Cell::text);
    let mut related = Vec::new();
    for one in table.related {
        let named = one.asked.iter().map(|(filter, _)| Some((*filter, values.next().flatten()?)));
        // All of them are taken, also where one of them is not there.
        let named: Vec<Option<_>> = named.collect();
        related.push((one, named.into_iter().collect()));
    }
    Ok(Some(Found { record, related }))
}

/// A row, with what its related rows are asked for by.
#[derive(Debug)]
pub struct Found {
    /// The row.
    pub record: Record,
    /// Each of the table's related ones, with what their filters are asked for; nothing where there are none.
    pub related: Vec<(&'static Related, Option<Asked>)>,
}

/// The names of filters, and what each is asked for.
pub type Asked = Vec<(&'static str, String)>;
