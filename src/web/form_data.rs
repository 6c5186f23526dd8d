//! What was sent with a form or an address, before it becomes values.

use super::error::PageError;
use super::visit::Visit;
use actix_web::dev::{Payload, UrlEncoded};
use actix_web::error::{PayloadError, UrlencodedError};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use std::future::{Ready, ready};
use std::time::Duration;
use subtle::ConstantTimeEq as _;
use tokio::time::timeout;

/// The most bytes that a form may have.
pub const LARGEST_FORM: usize = 16 * 1024;
/// The most bytes that a form with a list may have.
pub const LARGEST_LIST: usize = 256 * 1024;
/// The name of the field that proves a form is from this session.
pub const TOKEN: &str = "_token";
/// How long a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);

/// Fields by name. Absent fields are empty, and of repeated ones the first counts.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// What was sent as `name`, as it was typed.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(sent, _)| sent == name).map_or("", |(_, value)| value.as_str())
    }

    /// Everything that was sent as `name`, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(sent, _)| sent == name).map(|(_, value)| value.as_str())
    }

    /// As [`Fields::get`], owned.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.get(name).to_owned()
    }
}

/// The fields of a form that was sent by POST from a page of this very session.
#[derive(Debug, Clone)]
pub struct Form(pub Fields);

impl FromRequest for Form {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visit = Visit::from_request(request, payload).into_inner();
        let form = web::Form::<Vec<(String, String)>>::from_request(request, payload);
        Box::pin(async move {
            let visit = visit?;
            let form = timeout(PATIENCE, form).await.map_err(|_| PageError::TooSlow)?;
            let fields = Fields(form.map_err(|error| unreadable(error.as_error()))?.into_inner());
            if same(fields.get(TOKEN), visit.token()) { Ok(Self(fields)) } else { Err(PageError::Expired) }
        })
    }
}

/// Lets a form do whose token is of another session, where there is nothing that the token would protect. One that cannot be
/// read is an error there, too.
pub(super) fn whatever_session(form: Result<Form, PageError>) -> Result<(), PageError> {
    match form {
        Ok(_) | Err(PageError::Expired) => Ok(()),
        Err(error) => Err(error),
    }
}

/// As [`Form`], for forms that carry a list: people to be added, or a selection of rows.
#[derive(Debug, Clone)]
pub struct LongForm(pub Fields);

impl FromRequest for LongForm {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visit = Visit::from_request(request, payload).into_inner();
        let form = UrlEncoded::<Vec<(String, String)>>::new(request, payload).limit(LARGEST_LIST);
        Box::pin(async move {
            let visit = visit?;
            let form = timeout(PATIENCE, form).await.map_err(|_| PageError::TooSlow)?;
            let fields = Fields(form.map_err(|error| unreadable(Some(&error)))?);
            if same(fields.get(TOKEN), visit.token()) { Ok(Self(fields)) } else { Err(PageError::Expired) }
        })
    }
}

/// The fields of an address's query.
#[derive(Debug, Clone)]
pub struct Query(pub Fields);

impl FromRequest for Query {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        ready(fields.map(|fields| Self(Fields(fields.into_inner()))).map_err(|_| PageError::Malformed))
    }
}

/// Whether a token is the right one, in a time that does not tell how much of it is.
fn same(sent: &str, expected: &str) -> bool {
    sent.as_bytes().ct_eq(expected.as_bytes()).into()
}

fn unreadable(error: Option<&UrlencodedError>) -> PageError {
    match error {
        Some(UrlencodedError::Overflow { .. } | UrlencodedError::Payload(PayloadError::Overflow)) => {
            PageError::TooLarge
        }
        Some(UrlencodedError::ContentType) => PageError::NotAForm,
        _ => PageError::Malformed,
    }
}
