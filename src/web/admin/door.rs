//! `/admin/grant`: the door of the back office, which asks for the password again.

use crate::accounts::{AccountsError, GRANTED_FOR};
use crate::store::users::{self, User};
use crate::web::error::PageError;
use crate::web::field_errors::FieldErrors;
use crate::web::form_data::{Form, Query};
use crate::web::house::House;
use crate::web::layout::{Layout, NoticeKind};
use crate::web::page;
use crate::web::visit::{Member, is_own_path};
use actix_web::{HttpResponse, web};
use askama::Template;

/// The form that opens the back office: posts `password` and `next` to `/admin/grant`.
#[derive(Debug, Template)]
#[template(path = "admin/door.html")]
pub struct DoorPage {
    /// The frame.
    pub layout: Layout,
    /// Where to go afterwards: a path on this site, or nothing.
    pub next: String,
    /// What was wrong, under `password`.
    pub errors: FieldErrors,
    /// Whether it is open already and would stay open for longer.
    pub renews: bool,
}

impl DoorPage {
    /// For how many minutes it opens.
    #[must_use]
    pub fn minutes(&self) -> u64 {
        GRANTED_FOR.as_secs() / 60
    }
}

/// The form.
///
/// # Errors
/// When the page cannot be made.
pub async fn show(member: Member, Query(query): Query) -> Result<HttpResponse, PageError> {
    page::show(&door(&member, query.text("next"), FieldErrors::default()))
}

/// Opens the back office for this session, or keeps it open.
///
/// # Errors
/// When the house is too busy to check a password, or the store fails.
pub async fn submit(member: Member, house: web::Data<House>, Form(form): Form) -> Result<HttpResponse, PageError> {
    let next = form.text("next");
    let user = user(&member, &house).await?;
    let (session, address) = (member.who.session.clone(), member.visit.address());
    match house.accounts.grant(&user, session, form.text("password"), address).await {
        Ok(_) => Ok(member.visit.go(landing(&next))),
        Err(AccountsError::WrongCredentials) => {
            let mut errors = FieldErrors::default();
            errors.add("password", "That is not your password. This attempt was recorded in the audit log.");
            page::again(&door(&member, next, errors))
        }
        Err(error) => Err(error.into()),
    }
}

/// Leads from the address with a slash at its end, which people type, to the one without.
///
/// # Errors
/// None; there may be.
pub async fn slash(member: Member) -> Result<HttpResponse, PageError> {
    Ok(member.visit.go("/admin"))
}

/// Closes the back office for this session.
///
/// # Errors
/// When the store fails.
pub async fn close(member: Member, house: web::Data<House>, _form: Form) -> Result<HttpResponse, PageError> {
    let user = user(&member, &house).await?;
    house.accounts.end_grant(&user, member.who.session.clone()).await?;
    Ok(member.visit.go_saying("/portfolio", NoticeKind::Good, "The back office is closed for this browser."))
}

async fn user(member: &Member, house: &House) -> Result<User, PageError> {
    let id = member.who.user;
    let found: Option<User> = house.store.read(move |conn| users::find(conn, id)).await?;
    found.ok_or(PageError::NotFound)
}

fn landing(next: &str) -> &str {
    if is_own_path(next) && next.starts_with("/admin") { next } else { "/admin" }
}

fn door(member: &Member, next: String, errors: FieldErrors) -> DoorPage {
    DoorPage { layout: member.visit.layout(), next, errors, renews: member.visit.may_use_back_office() }
}
