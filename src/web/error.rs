//! What a visitor cannot put right in a form: an error page.
//!
//! Handlers return a [`PageError`]; the frame around them turns it into `error.html`. What is unknown is a
//! 500 whose cause goes to the log once and never to the page. Mistakes in a form are not errors: the form
//! comes back with a sentence beside the field.

use super::held::WELCOME;
use crate::accounts::AccountsError;
use crate::accounts::password::HashError;
use crate::domain::{Symbol, Username};
use crate::store::StoreError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use std::time::Duration;

/// Seconds after which it is worth trying again when the house is busy.
const BUSY_FOR: u64 = 2;

/// Where whoever sent a form without being signed in is told so.
const LOGIN_AFTER_FORM: &str = "/login?sent=1";

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It is for people who are signed in.
    #[error("nobody is signed in")]
    SignInFirst {
        /// The page that was asked for.
        next: Option<String>,
        /// Whether a form was sent, which comes to nothing.
        sent: bool,
    },
    /// It is for staff who gave their password again lately.
    #[error("the back office is not open")]
    GrantFirst {
        /// The page that was asked for.
        next: Option<String>,
    },
    /// It is for people who have a password of their own.
    #[error("there is no password yet")]
    WelcomeFirst {
        /// The page that was asked for.
        next: Option<String>,
    },
    /// An administrator looks at the site as somebody else, and may change nothing.
    #[error("whoever acts as somebody may only look")]
    OnlyLooking {
        /// As whom.
        name: Username,
    },
    /// What was asked for is to look at the site as somebody, and that is so already.
    #[error("they look as somebody already")]
    AlreadyLooking,
    /// It is for administrators.
    #[error("only administrators may do that")]
    AdministratorsOnly,
    /// There is no such thing, or it is somebody else's.
    #[error("there is no such page")]
    NotFound,
    /// This market trades nothing of the kind.
    #[error("there is no such stock")]
    NoStock {
        /// What was asked for.
        symbol: Symbol,
    },
    /// The form does not carry this session's token, or comes from another site.
    #[error("the form is not from this session")]
    Expired,
    /// The form or the address cannot be read.
    #[error("the request cannot be read")]
    Malformed,
    /// The form did not arrive in time.
    #[error("the request did not arrive in time")]
    TooSlow,
    /// The form is larger than any form here needs.
    #[error("the request is too large")]
    TooLarge,
    /// What was sent is no form.
    #[error("the request is no form")]
    NotAForm,
    /// Tried too often.
    #[error("tried too often")]
    Throttled {
        /// How long to wait.
        wait: Duration,
    },
    /// More is going on than the house takes on.
    #[error("the house is busy: {0}")]
    Busy(String),
    /// The books did not confirm a change; it may or may not have been made.
    #[error("a change was not confirmed")]
    Unconfirmed,
    /// Something only we can put right.
    #[error("{0:#}")]
    Internal(anyhow::Error),
}

impl PageError {
    /// Asks the visitor to sign in, and remembers the page they asked for; a form is not sent again for them.
    #[must_use]
    pub fn sign_in_first(request: &HttpRequest) -> Self {
        let sent = !request.method().is_safe();
        let asked = request.uri().path_and_query().map(ToString::to_string);
        // An address that takes forms leads whoever opens it to the page of its form.
        let next = if sent { Some(request.path().to_owned()) } else { asked };
        Self::SignInFirst { next, sent }
    }

    /// Asks staff for their password, and remembers the page they asked for; a form is not sent again for them.
    #[must_use]
    pub fn grant_first(request: &HttpRequest) -> Self {
        let asked = request.uri().path_and_query().map(ToString::to_string);
        Self::GrantFirst { next: asked.filter(|_| request.method().is_safe()) }
    }

    /// Asks for a first password, and remembers the page that was asked for.
    #[must_use]
    pub fn welcome_first(request: &HttpRequest) -> Self {
        let asked = request.uri().path_and_query().map(ToString::to_string);
        Self::WelcomeFirst { next: asked.filter(|_| request.method().is_safe()) }
    }

    /// Something only we can put right, for which `cause` goes to the log.
    #[must_use]
    pub fn internal(cause: &'static str) -> Self {
        Self::Internal(anyhow::anyhow!(cause))
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignInFirst { .. } | Self::GrantFirst { .. } | Self::WelcomeFirst { .. } | Self::AlreadyLooking => {
                StatusCode::SEE_OTHER
            }
            Self::NotFound | Self::NoStock { .. } => StatusCode::NOT_FOUND,
            Self::Expired | Self::AdministratorsOnly | Self::OnlyLooking { .. } => StatusCode::FORBIDDEN,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy(_) | Self::Unconfirmed => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        let headers = response.headers_mut();
        match self {
            Self::SignInFirst { next, sent } => {
                let form = if *sent { LOGIN_AFTER_FORM } else { "/login" };
                lead(headers, form, next.as_deref().filter(|path| *path != "/"));
            }
            Self::GrantFirst { next } => {
                lead(headers, "/admin/grant", next.as_deref().filter(|path| *path != "/admin"));
            }
            Self::WelcomeFirst { next } => {
                lead(headers, WELCOME, next.as_deref().filter(|path| !["/", "/portfolio"].contains(path)));
            }
            Self::AlreadyLooking => lead(headers, "/portfolio", None),
            Self::Throttled { wait } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)));
            }
            Self::Busy(_) | Self::Unconfirmed => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(BUSY_FOR));
            }
            _ => {}
        }
        response
    }
}

/// Sends to a form that leads on to `next`.
fn lead(headers: &mut HeaderMap, form: &str, next: Option<&str>) {
    let joint = if form.contains('?') { '&' } else { '?' };
    let query = next.map(|next| format!("{joint}next={}", super::format::query_value(next))).unwrap_or_default();
    if let Ok(location) = HeaderValue::from_str(&format!("{form}{query}")) {
        headers.insert(header::LOCATION, location);
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Unavailable => Self::Busy(error.to_string()),
            StoreError::Unconfirmed => Self::Unconfirmed,
            other => Self::Internal(other.into()),
        }
    }
}

impl From<AccountsError> for PageError {
    fn from(error: AccountsError) -> Self {
        match error {
            AccountsError::Store(error) => error.into(),
            // They were signed out while they waited for the answer.
            AccountsError::SessionOver => Self::SignInFirst { next: None, sent: false },
            AccountsError::Throttled { wait } => Self::Throttled { wait },
            AccountsError::Hashing(HashError::Busy) => Self::Busy(error.to_string()),
            other => Self::Internal(other.into()),
        }
    }
}
