//! `/admin/{table}/{id}`: one row, everything about it, and where that leads.

use super::cells;
use super::{Shown, ShownCell, named};
use crate::domain::Symbol;
use crate::store::browse::{self, Table};
use crate::web::admin::{Office, Staff, acts};
use crate::web::error::PageError;
use crate::web::form_data::Fields;
use crate::web::format::query_value;
use crate::web::house::House;
use crate::web::layout::Layout;
use crate::web::page;
use actix_web::{HttpResponse, web};
use askama::Template;

/// One row.
#[derive(Debug, Template)]
#[template(path = "admin/detail.html")]
pub struct DetailPage {
    /// The frame of all pages.
    pub layout: Layout,
    /// The frame of the back office.
    pub office: Office,
    /// Of which table.
    pub table: &'static Table,
    /// What it is called by.
    pub name: String,
    /// Everything about it.
    pub cells: Vec<ShownCell>,
    /// What belongs to it: labels and addresses.
    pub related: Vec<(&'static str, String)>,
    /// What can be done to it now.
    pub acts: Vec<Offer>,
}

/// Something that can be done.
#[derive(Debug)]
pub struct Offer {
    /// Where its form is.
    pub href: String,
    /// What it is called.
    pub label: &'static str,
    /// Whether it takes something away.
    pub serious: bool,
}

/// The row.
///
/// # Errors
/// When there is no such table or row, or the store fails.
pub async fn show(
    staff: Staff,
    house: web::Data<House>,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let (name, identity) = place.into_inner();
    let table = named(&name)?;
    let wanted = identity.clone();
    let Some(found) = house.store.read(move |conn| browse::find(conn, table, &wanted)).await? else {
        // A symbol means the same however it is written, and its page has one address.
        let symbol =
            identity.parse::<Symbol>().ok().filter(|symbol| table.name == "instruments" && symbol.as_str() != identity);
        let symbol = symbol.ok_or(PageError::NotFound)?;
        let meant = symbol.as_str().to_owned();
        let _ = house.store.read(move |conn| browse::find(conn, table, &meant)).await?.ok_or(PageError::NotFound)?;
        return Ok(staff.visit().go(&format!("/admin/instruments/{}", cells::path(symbol.as_str()))));
    };
    let layout = staff.layout();
    let columns: Vec<_> = table.columns.iter().collect();
    let cells = ShownCell::all(&columns, found.record, layout.now, false);
    let related = found.related.into_iter().filter_map(|(related, asked)| {
        let asked = asked?.into_iter().map(|(name, value)| format!("{name}={}", query_value(&value)));
        Some((related.label, format!("/admin/{}?{}", related.table, asked.collect::<Vec<_>>().join("&"))))
    });
    let office = staff.office();
    let mut offers = Vec::new();
    let of_a_row = acts::on(table.name).into_iter().filter(|act| office.may_change && !act.about().makes_new);
    for act in of_a_row {
        let sheet = act.open(&house, &identity, &Fields::default()).await?;
        // What cannot be done now is not offered: a person who is disabled can be enabled, and not the other way round.
        if let Some(sheet) = sheet.filter(|sheet| sheet.refused.is_none()) {
            let href = format!("/admin/{}/{}/{}", table.name, cells::path(&identity), act.about().name);
            offers.push(Offer { href, label: act.about().label, serious: sheet.serious });
        }
    }
    page::show(&DetailPage {
        name: heading(table, &cells),
        related: related.collect(),
        acts: offers,
        cells,
        layout,
        office,
        table,
    })
}

/// What a row is called above everything about it, such as `Buy 5 AAPL of ada`. What is absent is left out.
fn heading(table: &Table, cells: &[ShownCell]) -> String {
    let word = |word: &str| {
        let name = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
        let Some(name) = name else { return Some(word.to_owned()) };
        let place = table.columns.iter().position(|column| column.name == name)?;
        cells.get(place).filter(|cell| cell.shown != Shown::Nothing).map(ShownCell::plain)
    };
    table.heading.split(' ').filter_map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_names_columns_that_there_are() {
        for table in browse::ALL {
            let names = table.heading.split('{').skip(1).filter_map(|rest| rest.split('}').next());
            for name in names {
                assert!(table.column(name).is_some(), "{}: {name}", table.name);
            }
        }
    }
}
