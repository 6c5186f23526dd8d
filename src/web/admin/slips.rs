//! Codes on a page that is shown once: cards to print and cut out, and the same as text to copy.

use super::acts::bulk::BulkPage;
use super::{Office, Staff};
use crate::accounts::{CODE_LASTS, Enrolled};
use crate::domain::{SignInCode, Username};
use crate::web::error::PageError;
use crate::web::layout::Layout;
use crate::web::page;
use actix_web::HttpResponse;
use askama::Template;

/// What one person needs to come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Their name.
    pub name: Username,
    /// Their code.
    pub code: SignInCode,
}

impl From<Enrolled> for Slip {
    fn from(enrolled: Enrolled) -> Self {
        Self { name: enrolled.username, code: enrolled.code }
    }
}

/// Cards with names and codes, and what else came of it.
#[derive(Debug, Template)]
#[template(path = "admin/slips.html")]
pub struct SlipsPage {
    /// The frame of all pages.
    pub layout: Layout,
    /// The frame of the back office.
    pub office: Office,
    /// What was done.
    pub say: String,
    /// Where people come in.
    pub site: String,
    /// A card each.
    pub slips: Vec<Slip>,
    /// Those of a selection for whom there is none, each with why.
    pub others: Option<Box<BulkPage>>,
    /// Where to go on.
    pub href: String,
}

impl SlipsPage {
    /// How many days the codes are good for.
    #[must_use]
    pub const fn days(&self) -> u64 {
        CODE_LASTS.as_secs() / 86_400
    }
}

/// Shows codes. There is no way to see them again.
pub(super) fn show(
    staff: &Staff,
    say: String,
    slips: Vec<Slip>,
    others: Option<Box<BulkPage>>,
    href: String,
) -> Result<HttpResponse, PageError> {
    let (layout, office, site) = (staff.layout(), staff.office(), staff.site().to_owned());
    page::show(&SlipsPage { layout, office, say, site, slips, others, href })
}
