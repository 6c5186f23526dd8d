//! `/register`.

use super::field_errors::FieldErrors;
use super::format::Dollars;
use super::layout::Layout;
use crate::domain::Money;
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
