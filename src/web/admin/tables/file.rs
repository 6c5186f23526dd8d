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
    stream_csv(&format!("{}.csv", table.name), &heads, move |after: Option<Key>| {
        let (house, question, columns, shown) = (house.clone(), question.clone(), columns.clone(), columns.clone());
        async move {
            let piece =
                house.store.read(move |conn| browse::piece(conn, &question, &shown, after.as_ref(), LOOKED_AT)).await?;
            let cell = |(column, cell): (&&Column, _)| cells::in_file(column.kind, cell);
            let rows = piece.rows.iter().map(|row| columns.iter().zip(&row.cells).map(cell).collect());
            Ok((rows.collect(), piece.next))
        }
    })
    .await
}
