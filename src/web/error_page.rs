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
        400 => ("That request could not be read", "The address or the form could not be read. Go back and try again."),
        401 => ("Sign in first", "This page is for people who are signed in."),
        403 => (
            "That form has expired",
            "It was opened in another session, or came from somewhere else. Go back, reload the page and send it again.",
        ),
        404 => (
            "Nothing here",
            "There is no page at this address. It may have been mistyped, or it belongs to someone else.",
        ),
        405 => ("Not like that", "This address does not accept that kind of request. Open it from a link instead."),
        409 => (
            "Something else happened first",
            "What you sent no longer fits what is there now. Look at it again, then repeat what you wanted.",
        ),
        413 => ("That is too much", "What was sent is larger than any form here needs. Nothing was changed."),
        415 => ("Not a form we can read", "Forms are sent as this site's own pages send them. Nothing was changed."),
        422 => ("That cannot be done as it is", "Something in the form needs another look. Nothing was changed."),
        429 => ("Too many requests", "Wait a minute, then try again. Nothing was changed."),
        503 => ("Busy just now", "The server is busy. Nothing was changed; try again in a few seconds."),
        _ => ("Our mistake", "Something went wrong on our side and was written to the log. Try again in a moment."),
    }
}
