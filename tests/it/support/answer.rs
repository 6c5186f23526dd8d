//! What the server answered, and what a test claims about it.

use http::{HeaderMap, StatusCode};
use scraper::{Html, Selector};

/// The characters of a page that a failure message shows.
const SHOWN: usize = 1_500;

/// A complete answer.
#[must_use = "an answer that nobody looks at may be a refusal"]
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The request it answers, such as `POST /trade`, for messages.
    pub(crate) request: String,
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body, read as UTF-8.
    pub(crate) text: String,
}

impl Answer {
    /// The body as a document.
    pub(crate) fn html(&self) -> Html {
        Html::parse_document(&self.text)
    }

    /// The first value of a header; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where it redirects to; empty when nowhere.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// The text of the first element that matches `css`, with its white space tidied.
    pub(crate) fn select_text(&self, css: &str) -> Option<String> {
        self.select_all(css).into_iter().next()
    }

    /// The texts of all elements that match `css`, in the order of the page.
    pub(crate) fn select_all(&self, css: &str) -> Vec<String> {
        self.html().select(&selector(css)).map(|element| tidy(&element.text().collect::<String>())).collect()
    }

    /// An attribute of the first element that matches `css` and has it.
    pub(crate) fn select_attribute(&self, css: &str, name: &str) -> Option<String> {
        self.html().select(&selector(css)).find_map(|element| element.attr(name)).map(str::to_owned)
    }

    /// What a reader sees in the main part of the page, shortened.
    pub(crate) fn main_text(&self) -> String {
        let main = self.select_text("main").or_else(|| self.select_text("body"));
        let text = main.filter(|text| !text.is_empty()).unwrap_or_else(|| tidy(&self.text));
        text.chars().take(SHOWN).collect()
    }

    /// Claims a status.
    #[track_caller]
    pub(crate) fn assert_is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{} was answered: {}", self.request, self.main_text());
        self
    }

    /// Claims a redirect (303) to a path; a query after it is allowed.
    #[track_caller]
    pub(crate) fn assert_redirects_to(&self, path: &str) -> &Self {
        self.assert_is(303);
        let location = self.location();
        let reached = location.split(['?', '#']).next();
        assert!(location == path || reached == Some(path), "{} leads to {location}, not {path}", self.request);
        self
    }

    /// Claims that a form was accepted: a redirect (303), wherever to.
    #[track_caller]
    pub(crate) fn assert_done(&self) -> &Self {
        self.assert_is(303)
    }

    /// Claims that a reader finds `words` in the main part of the page.
    #[track_caller]
    pub(crate) fn assert_says(&self, words: &str) -> &Self {
        let text = self.select_text("body").unwrap_or_else(|| tidy(&self.text));
        assert!(text.contains(words), "{} does not say {words:?} but: {}", self.request, self.main_text());
        self
    }
}

/// A selector of the test's own making.
pub(crate) fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css:?} is no selector: {error}"))
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], text: &str) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)));
        let status = StatusCode::from_u16(status).unwrap();
        Answer { request: "GET /".to_owned(), status, headers: headers.collect(), text: text.to_owned() }
    }

    #[test]
    fn a_wrong_status_is_reported_with_what_the_page_says() {
        let refused = answer(422, &[], "<body><nav>menu</nav><main>\n <p>Not enough\n cash.</p></main>");
        let message = std::panic::catch_unwind(|| refused.assert_is(303).status).unwrap_err();
        let message = message.downcast::<String>().unwrap();
        assert!(message.contains("GET / was answered: Not enough cash."), "{message}");
    }

    #[test]
    fn a_redirect_is_held_against_the_path_it_leads_to() {
        let done = answer(303, &[("location", "/wallet?page=2")], "");
        done.assert_done().assert_redirects_to("/wallet");
        assert!(std::panic::catch_unwind(|| done.assert_redirects_to("/portfolio").status).is_err());
    }
}
