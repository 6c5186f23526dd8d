//! The page that says what went wrong and where to go from there.

use super::layout::Layout;
use askama::Template;

/// A way onward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onward {
    /// A path on this site.
    pub href: String,
    /// What it leads to.
    pub label: String,
}

/// What went wrong, said to the person it happened to.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub layout: Layout,
    /// The status of the answer.
    pub status: u16,
    /// A few words.
    pub title: String,
    /// What happened and what would work.
    pub sentence: String,
    /// Ways onward, the likeliest first.
    pub onward: Vec<Onward>,
    /// The id of the request, to look it up in the log.
    pub request: String,
}

impl ErrorPage {
    /// The page for `status` in the site's own words, with the usual ways onward.
    #[must_use]
    pub fn new(layout: Layout, status: u16, request: impl Into<String>) -> Self {
        let (title, sentence) = words(status);
        let onward = onward(&layout);
        Self { layout, status, title: title.to_owned(), sentence: sentence.to_owned(), onward, request: request.into() }
    }

    /// The same page under another title.
    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// The same page with a likelier way onward, in place of a less likely one to the same page.
    #[must_use]
    pub fn offering(mut self, href: &str, label: &str) -> Self {
        self.onward.retain(|onward| onward.href != href);
        self.onward.insert(0, Onward { href: href.to_owned(), label: label.to_owned() });
        self
    }

    /// The same page with a sentence that knows more.
    #[must_use]
    pub fn saying(mut self, sentence: impl Into<String>) -> Self {
        self.sentence = sentence.into();
        self
    }
}

fn onward(layout: &Layout) -> Vec<Onward> {
    let links: &[(&str, &str)] = if layout.viewer.is_some() {
        &[("/portfolio", "Your portfolio"), ("/rates", "Live rates")]
    } else if !layout.knows_visitor() {
        &[("/", "Home"), ("/rates", "Live rates")]
    } else {
        &[("/", "Home"), ("/rates", "Live rates"), ("/login", "Sign in")]
    };
    links.iter().map(|(href, label)| Onward { href: (*href).to_owned(), label: (*label).to_owned() }).collect()
}

const fn words(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => (
            "We could not read that request",
            "Something in the address or the form is not valid. Go back and try again.",
        ),
        401 => ("Sign in first", "You need to be signed in to see this page."),
        403 => (
            "That form has expired",
            "It was opened in another session or came from another site. Go back, reload the page and submit it again.",
        ),
        404 => ("Page not found", "Check the address, or use one of the links below."),
        405 => ("This page cannot be opened directly", "Use a link or a button on the site instead."),
        409 => (
            "Something changed in the meantime",
            "What you submitted no longer matches the current state. Check it, then try again.",
        ),
        413 => ("That is too large", "You sent more than this page accepts. Nothing was changed."),
        415 => ("We could not read that form", "Use the forms on this site. Nothing was changed."),
        422 => ("Please check the form", "Something in the form needs to be corrected. Nothing was changed."),
        429 => ("Too many requests", "Wait a minute, then try again. Nothing was changed."),
        503 => ("We are busy right now", "Nothing was changed. Try again in a few seconds."),
        _ => ("Something went wrong", "The problem is on our side and has been logged. Try again in a moment."),
    }
}
