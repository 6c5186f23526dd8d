//! `/register`.

use super::error::PageError;
use super::field_errors::FieldErrors;
use super::form_data::{Fields, Form, Query};
use super::format::Dollars;
use super::house::House;
use super::layout::{Layout, NoticeKind};
use super::moments::wait_in_words;
use super::page;
use super::sign_in::{self, landing};
use super::visit::Visit;
use crate::accounts::AccountsError;
use crate::domain::{Money, NewPassword, Username};
use crate::store::users::User;
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
    page::show(&RegisterPage { username: String::new(), ..form(&visit, &house, &query, FieldErrors::default()) })
}

/// Opens an account and signs its owner in.
///
/// # Errors
/// When the house is too busy to hash a password, or the store fails.
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
        if let Err(AccountsError::Throttled { wait }) = house.accounts.check_address(visit.address()) {
            errors.refuse(&format!("Too many attempts. Wait {}, then try again.", wait_in_words(wait)));
            return page::later(wait, &form(&visit, &house, &sent, errors));
        }
        let registered = match house.accounts.register(username.clone(), password).await {
            Err(AccountsError::NameTaken) => owner(&house, &visit, &sent).await?,
            registered => Some(registered?),
        };
        if let Some(user) = registered {
            // Whatever comes of the session, the account is open and has to be said to be.
            if let Err(error) = sign_in::begin(&session, &house, &visit, &request, &user).await {
                tracing::warn!(%error, "somebody who signed up was not signed in");
                let open = "Your account is open. Sign in to start trading.";
                return Ok(visit.go_saying("/login", NoticeKind::Good, open));
            }
            let cash = house.site.opening_balance.dollars();
            let welcome = format!("Welcome, {username}. You have {cash} to trade with.");
            return Ok(visit.go_saying(&landing(sent.get("next")), NoticeKind::Good, welcome));
        }
        errors.add("username", "That username is taken. Choose another, or sign in if it is yours.");
    }
    page::again(&form(&visit, &house, &sent, errors))
}

/// Whose the name is already, if the password that was typed is theirs: the form was sent twice.
async fn owner(house: &House, visit: &Visit, sent: &Fields) -> Result<Option<User>, PageError> {
    match house.accounts.sign_in(sent.get("username"), sent.text("password"), visit.address()).await {
        Ok(user) => Ok(Some(user)),
        Err(AccountsError::WrongCredentials | AccountsError::Disabled | AccountsError::Throttled { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn form(visit: &Visit, house: &House, typed: &Fields, errors: FieldErrors) -> RegisterPage {
    RegisterPage {
        layout: visit.layout(),
        username: typed.text("username"),
        next: typed.text("next"),
        errors,
        opening_balance: house.site.opening_balance,
    }
}
