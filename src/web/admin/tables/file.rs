//! `/admin/{table}.csv`: every row that passes, in the order of the table.

use super::{Address, cells, named};
use crate::store::browse::{self, Column, Key, Place};
use crate::web::admin::Staff;
use crate::web::csv_file::stream_csv;
use crate::web::error::PageError;
use crate::web::form_data::Query;
use crate::web::house::House;
use actix_web::{HttpResponse, web};

/// Rows looked at at a time.
const LOOKED_AT: usize = 2_000;

/// The file. Asking for what does not exist gives a file without rows.
///
/// # Errors
/// When there is no such table, or the store fails.
pub async fn show(
    _staff: Staff,
    house: web::Data<House>,
    name: web::Path<String>,
    Query(query): Query,
) -> Result<HttpResponse, PageError> {
    let table = named(&name)?;
    let question = Address::of(table, &query).question;
    let columns: Vec<&'static Column> = table.columns.iter().filter(|column| column.place != Place::Sought).collect();
    let heads: Vec<&str> = columns.iter().map(|column| column.name).collect();
    stream_csv(&format!("{}.csv", table.name), &heads, move |mut after: Option<Key>| {
        let (house, question, columns) = (house.clone(), question.clone(), columns.clone());
        async move {
            // An empty piece would end the file, and one that passes may be far away.
            loop {
                let (question, shown, before) = (question.clone(), columns.clone(), after.take());
                let piece = house
                    .store
                    .read(move |conn| browse::piece(conn, &question, &shown, before.as_ref(), LOOKED_AT))
                    .await?;
                if !piece.rows.is_empty() || piece.next.is_none() {
                    let cell = |(column, cell): (&&Column, _)| cells::in_file(column.kind, cell);
                    let rows = piece.rows.iter().map(|row| columns.iter().zip(&row.cells).map(cell).collect());
                    return Ok((rows.collect(), piece.next));
                }
                after = piece.next;
            }
        }
    })
    .await
}
