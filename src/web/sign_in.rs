//! `/login`.

use super::error::PageError;
use super::field_errors::FieldErrors;
use super::form_data::{Form, Query};
use super::house::House;
use super::layout::Layout;
use super::moments::wait_in_words;
use super::page;
use super::sessions::{OWNER, Owner, random_key};
use super::visit::{Visit, is_own_path};
use crate::accounts::AccountsError;
use crate::store::accounts;
use crate::store::users::User;
use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use std::time::Duration;

/// The form that signs in: posts `username`, `password` and `next` to `/login`.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// The frame.
    pub layout: Layout,
    /// The username as typed.
    pub username: String,
    /// Where to go afterwards: a path on this site, or nothing.
    pub next: String,
    /// What was wrong; a wrong name or password is said of the form as a whole.
    pub errors: FieldErrors,
    /// How long to wait before the next attempt, after too many.
    pub wait: Option<Duration>,
    /// Whether they come from a form that was sent after they were signed out.
    pub sent: bool,
}

impl SignInPage {
    /// How long to wait, in words.
    #[must_use]
    pub fn wait_words(&self, wait: &Duration) -> String {
        wait_in_words(*wait)
    }
}

/// The longest name of a browser that is kept.
const LONGEST_AGENT: usize = 256;

/// The empty form.
///
/// # Errors
/// When the page cannot be made.
pub async fn show(visit: Visit, Query(query): Query) -> Result<HttpResponse, PageError> {
    if visit.signed_in().is_some() {
        return Ok(visit.go("/portfolio"));
    }
    let page = form(&visit, String::new(), query.text("next"), FieldErrors::default(), None);
    page::show(&SignInPage { sent: query.get("sent") == "1", ..page })
}

/// Signs in and goes where the visitor was going.
///
/// # Errors
/// When the house is too busy to check a password, or the store fails.
pub async fn submit(
    request: HttpRequest,
    visit: Visit,
    house: web::Data<House>,
    session: Session,
    Form(sent): Form,
) -> Result<HttpResponse, PageError> {
    let (username, next) = (sent.text("username"), sent.text("next"));
    let mut errors = FieldErrors::default();
    match house.accounts.sign_in(&username, sent.text("password"), visit.address()).await {
        Ok(user) => {
            begin(&session, &house, &visit, &request, &user).await?;
            // Whoever came in with a code is led on from there.
            Ok(visit.go(&landing(&next)))
        }
        Err(AccountsError::WrongCredentials) => {
            errors.refuse("The username or the password is wrong. Check both and try again.");
            page::again(&form(&visit, username, next, errors, None))
        }
        Err(AccountsError::Disabled) => {
            errors.refuse("This account is disabled. Contact your administrator.");
            page::again(&form(&visit, username, next, errors, None))
        }
        Err(AccountsError::Throttled { wait }) => page::later(wait, &form(&visit, username, next, errors, Some(wait))),
        Err(error) => Err(error.into()),
    }
}

/// Begins a session of `user` under a new key.
///
/// # Errors
/// When the store fails.
pub(super) async fn begin(
    session: &Session,
    house: &House,
    visit: &Visit,
    request: &HttpRequest,
    user: &User,
) -> Result<(), PageError> {
    let id = user.id;
    let account = house.store.read(move |conn| accounts::of_user(conn, id)).await?;
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let owner = Owner {
        user: id.0,
        password_version: user.password_version,
        account: account.id.0,
        token: random_key(),
        address: visit.address().to_string(),
        agent: agent.chars().take(LONGEST_AGENT).collect(),
    };
    session.renew();
    session.insert(OWNER, owner).map_err(|error| PageError::Internal(error.into()))
}

/// Where to go after signing in: where the visitor was going, if that is on this site.
pub(super) fn landing(next: &str) -> String {
    if is_own_path(next) { next.to_owned() } else { "/portfolio".to_owned() }
}

fn form(visit: &Visit, username: String, next: String, errors: FieldErrors, wait: Option<Duration>) -> SignInPage {
    SignInPage { layout: visit.layout(), username, next, errors, wait, sent: false }
}
