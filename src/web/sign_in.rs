//! `/login`.

use super::field_errors::FieldErrors;
use super::layout::Layout;
use super::moments::wait_in_words;
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
}

impl SignInPage {
    /// How long to wait, in words.
    #[must_use]
    pub fn wait_words(&self, wait: &Duration) -> String {
        wait_in_words(*wait)
    }
}
