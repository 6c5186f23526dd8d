//! From a page struct to an answer.

use super::error::PageError;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use askama::Template;
use std::time::Duration;

/// The page with status 200.
///
/// # Errors
/// When the template fails, which is a mistake of ours.
pub(super) fn show(page: &impl Template) -> Result<HttpResponse, PageError> {
    with_status(StatusCode::OK, page)
}

/// The page of a form that comes back because something in it needs another look: status 422.
///
/// # Errors
/// As [`show`].
pub(super) fn again(page: &impl Template) -> Result<HttpResponse, PageError> {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// The page of a form that was sent too often and may be sent again after `wait`: status 429.
///
/// # Errors
/// As [`show`].
pub(super) fn later(wait: Duration, page: &impl Template) -> Result<HttpResponse, PageError> {
    let mut response = with_status(StatusCode::TOO_MANY_REQUESTS, page)?;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)));
    Ok(response)
}

/// The page with `status`.
///
/// # Errors
/// As [`show`].
pub(super) fn with_status(status: StatusCode, page: &impl Template) -> Result<HttpResponse, PageError> {
    let html = page.render().map_err(|error| PageError::Internal(error.into()))?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}
