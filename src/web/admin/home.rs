//! `/admin`: what runs, and what was done lately.

use super::{Office, Staff, words};
use crate::store::audit::{self, AuditLine};
use crate::web::error::PageError;
use crate::web::house::House;
use crate::web::layout::Layout;
use crate::web::moments::ShowTime;
use crate::web::page;
use actix_web::{HttpResponse, web};
use askama::Template;

/// Acts shown.
const LATEST: i64 = 12;

/// The first page of the back office.
#[derive(Debug, Template)]
#[template(path = "admin/home.html")]
pub struct HomePage {
    /// The frame of all pages.
    pub layout: Layout,
    /// The frame of the back office.
    pub office: Office,
    /// What was done last, newest first.
    pub latest: Vec<AuditLine>,
}

/// What runs, and what was done lately.
///
/// # Errors
/// When the store fails.
pub async fn show(staff: Staff, house: web::Data<House>) -> Result<HttpResponse, PageError> {
    let latest = house.store.read(|conn| audit::latest(conn, LATEST)).await?;
    page::show(&HomePage { layout: staff.layout(), office: staff.office(), latest })
}
