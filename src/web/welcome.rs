//! `/welcome`: whoever came in with a code chooses a password of their own.

use super::error::PageError;
use super::field_errors::FieldErrors;
use super::form_data::{Form, Query};
use super::house::House;
use super::layout::{Layout, NoticeKind};
use super::page;
use super::sessions::{go_on_under, renewal};
use super::sign_in::landing;
use super::visit::Member;
use crate::accounts::AccountsError;
use crate::domain::NewPassword;
use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

/// The form that asks for a first password: posts `new_password` and `next` to `/welcome`.
#[derive(Debug, Template)]
#[template(path = "welcome.html")]
pub struct WelcomePage {
    /// The frame.
    pub layout: Layout,
    /// Where to go afterwards: a path on this site, or nothing.
    pub next: String,
    /// What was wrong, under `new_password`.
    pub errors: FieldErrors,
}

/// The form.
///
/// # Errors
/// When the page cannot be made.
pub async fn show(member: Member, Query(query): Query) -> Result<HttpResponse, PageError> {
    if member.who.has_password {
        return Ok(member.visit.go("/portfolio"));
    }
    page::show(&form(&member, query.text("next"), FieldErrors::default()))
}

/// Sets the password and goes where the visitor was going.
///
/// # Errors
/// When the house is too busy to hash a password, or the store fails.
pub async fn submit(
    member: Member,
    house: web::Data<House>,
    session: Session,
    Form(sent): Form,
) -> Result<HttpResponse, PageError> {
    if member.who.has_password {
        return Ok(member.visit.go("/portfolio"));
    }
    let mut errors = FieldErrors::default();
    match NewPassword::parse(sent.get("new_password"), &member.who.username) {
        Ok(new) => {
            let (key, renewal) = renewal(&member.who);
            let address = member.visit.address();
            match house.accounts.choose_password(member.who.user, new, address, renewal).await {
                Ok(version) => {
                    go_on_under(&session, key, version)?;
                    let done = format!("Welcome, {}. From now on, sign in with this password.", member.who.username);
                    return Ok(member.visit.go_saying(&landing(sent.get("next")), NoticeKind::Good, done));
                }
                Err(AccountsError::PasswordIsCode) => {
                    errors.add("new_password", "That is the code you were given. Choose a password only you know.");
                }
                // Nothing is purged: the session that goes on may be this browser's already.
                Err(AccountsError::AlreadyChosen) => {
                    let chosen = "Your password is set. Sign in with it from now on.";
                    return Ok(member.visit.go_saying("/login", NoticeKind::Good, chosen));
                }
                Err(AccountsError::CodeIsOver) => {
                    session.purge();
                    let over = "The code you signed in with is no longer valid. Ask your administrator for a new one.";
                    return Ok(member.visit.go_saying("/login", NoticeKind::Bad, over));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(weak) => errors.add("new_password", &weak),
    }
    page::again(&form(&member, sent.text("next"), errors))
}

fn form(member: &Member, next: String, errors: FieldErrors) -> WelcomePage {
    WelcomePage { layout: member.visit.layout(), next, errors }
}
