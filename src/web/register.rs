//! `/register`.

use super::error::PageError;
use super::field_errors::FieldErrors;
use super::form_data::{Form, Query};
use super::format::Dollars;
use super::house::House;
use super::layout::{Layout, NoticeKind};
use super::page;
use super::sign_in::{self, landing};
use super::visit::Visit;
use crate::accounts::AccountsError;
use crate::domain::{Money, NewPassword, Role, Username};
use crate::store::users;
use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// The form that opens an account: posts `username`, `password` and `next` to `/register`.
#[derive(Debug, Template)]
#[template(path = "register.html")]
pub struct RegisterPage {
    /// The frame.
    pub layout: Layout,
    /// The username as typed.
    pub username: String,
    /// Where to go afterwards: a path on this site, or nothing.
    pub next: String,
    /// What was wrong, under `username` and `password`.
    pub errors: FieldErrors,
    /// What an account begins with.
    pub opening_balance: Money,
}

/// The empty form.
///
/// # Errors
/// When the page cannot be made.
pub async fn show(visit: Visit, house: web::Data<House>, Query(query): Query) -> Result<HttpResponse, PageError> {
    if visit.signed_in().is_some() {
        return Ok(visit.go("/portfolio"));
    }
    page::show(&form(&visit, &house, String::new(), query.text("next"), FieldErrors::default()))
}

/// Opens an account and signs its owner in.
///
/// # Errors
/// When too many were opened from one address, or the store fails.
pub async fn submit(
    request: HttpRequest,
    visit: Visit,
    house: web::Data<House>,
    session: Session,
    Form(sent): Form,
) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    let username = sent.get("username").parse::<Username>();
    if let Err(wrong) = &username {
        errors.add("username", wrong);
    }
    // Both are told at once, so that nobody mends one only to be sent back for the other.
    let password = match username.as_ref().ok() {
        Some(username) => NewPassword::parse(sent.get("password"), username).map(Some),
        None => NewPassword::weighed(sent.get("password"), None).map(|()| None),
    };
    if let Err(weak) = &password {
        errors.add("password", weak);
    }
    if let (Ok(username), Ok(Some(password))) = (username, password) {
        house.accounts.check_address(visit.address())?;
        match house.accounts.register(username.clone(), password, Role::Trader).await {
            Ok(id) => {
                let user = house.store.read(move |conn| users::find(conn, id)).await?;
                let user = user.ok_or_else(|| PageError::internal("a new user was not there"))?;
                sign_in::begin(&session, &house, &visit, &request, &user).await?;
                let cash = house.site.opening_balance.dollars();
                let welcome = format!("Welcome, {username}. You have {cash} to trade with.");
                return Ok(visit.go_saying(&landing(sent.get("next")), NoticeKind::Good, welcome));
            }
            Err(AccountsError::NameTaken) => {
                errors.add("username", "That name is taken. Choose another, or sign in if it is yours.");
            }
            Err(error) => return Err(error.into()),
        }
    }
    page::again(&form(&visit, &house, sent.text("username"), sent.text("next"), errors))
}

fn form(visit: &Visit, house: &House, username: String, next: String, errors: FieldErrors) -> RegisterPage {
    RegisterPage { layout: visit.layout(), username, next, errors, opening_balance: house.site.opening_balance }
}
