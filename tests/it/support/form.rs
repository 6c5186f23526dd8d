//! A form as a browser would send it: found in a page, with everything that is already filled in.

use super::answer::{Answer, selector};
use scraper::ElementRef;

/// The action and the fields of one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    /// Where it is posted to.
    pub(crate) action: String,
    /// Names and values, in the order of the page.
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    /// The first `POST` form of a page whose action, without its query, ends with `suffix`.
    ///
    /// # Panics
    /// When the page has none; the message names those it has.
    #[track_caller]
    pub(crate) fn in_page(page: &Answer, suffix: &str) -> Self {
        let html = page.html();
        let every = selector("form[method=post i]");
        let action = |form: &ElementRef<'_>| form.attr("action").unwrap_or_default().to_owned();
        let matches = |form: &ElementRef<'_>| action(form).split('?').next().is_some_and(|path| path.ends_with(suffix));
        let Some(form) = html.select(&every).find(matches) else {
            let others: Vec<_> = html.select(&every).map(|form| action(&form)).collect();
            panic!(
                "{} ({}) has no form that posts to …{suffix}, only {others:?}; it says: {}",
                page.request,
                page.status,
                page.main_text()
            );
        };
        Self {
            action: action(&form),
            fields: form.select(&selector("input, select, textarea")).filter_map(field).collect(),
        }
    }

    /// The value of a field; empty when the form has no such field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Types `value` into `name`, in place of everything the field held.
    pub(crate) fn fill(&mut self, name: &str, value: &str) {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }
}

fn field(control: ElementRef<'_>) -> Option<(String, String)> {
    let name = control.attr("name").filter(|name| !name.is_empty())?;
    if control.attr("disabled").is_some() {
        return None;
    }
    let value = match control.value().name() {
        "textarea" => control.text().collect(),
        "select" => chosen(control)?,
        _ => typed(control)?,
    };
    Some((name.to_owned(), value))
}

fn typed(input: ElementRef<'_>) -> Option<String> {
    let value = input.attr("value");
    match input.attr("type").unwrap_or("text").to_ascii_lowercase().as_str() {
        "submit" | "button" | "image" | "reset" | "file" => None,
        "checkbox" | "radio" => input.attr("checked").map(|_| value.unwrap_or("on").to_owned()),
        _ => Some(value.unwrap_or_default().to_owned()),
    }
}

fn chosen(select: ElementRef<'_>) -> Option<String> {
    let option =
        select.select(&selector("option[selected]")).next().or_else(|| select.select(&selector("option")).next())?;
    Some(option.attr("value").map_or_else(|| option.text().collect(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<main>
        <form action="/search" method="get"><input name="q"></form>
        <form action="/trade" method="POST">
          <input type="hidden" name="_token" value="t1"><input type="hidden" name="key" value="k1">
          <input type="radio" name="side" value="buy" checked><input type="radio" name="side" value="sell">
          <select name="by"><option value="shares">Shares<option value="dollars" selected>Dollars</select>
          <input name="amount"><input name="ignored" disabled value="1"><button name="go" value="1">Buy</button>
        </form></main>"#;

    fn page() -> Answer {
        let (status, headers) = (http::StatusCode::OK, http::HeaderMap::new());
        Answer { request: "GET /trade".to_owned(), status, headers, text: PAGE.to_owned() }
    }

    #[test]
    fn a_form_carries_what_a_browser_would_send() {
        let mut form = Form::in_page(&page(), "/trade");
        form.fill("amount", "10");
        form.fill("side", "sell");
        let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [("_token", "t1"), ("key", "k1"), ("by", "dollars"), ("amount", "10"), ("side", "sell")];
        assert_eq!(fields, expected);
        assert_eq!((form.action.as_str(), form.value("key")), ("/trade", "k1"));
    }

    #[test]
    #[should_panic(expected = r#"no form that posts to …/search, only ["/trade"]"#)]
    fn a_form_that_does_not_post_is_not_taken() {
        Form::in_page(&page(), "/search");
    }
}
