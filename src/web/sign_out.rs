//! `/logout` and `/theme`: the two small forms that stand on every page.

use super::cookies;
use super::error::PageError;
use super::form_data::{Form, whatever_session};
use super::house::House;
use super::layout::{NoticeKind, Theme};
use super::visit::{Visit, is_own_path};
use actix_session::Session;
use actix_web::{HttpResponse, web};

/// Ends the session on the server and in the browser. Whoever is signed out already, by the same form or in another tab,
/// needs no form of this session for it: there is nothing that it would protect.
///
/// # Errors
/// When the form cannot be read, or is not from the session that it would end.
pub async fn sign_out(
    visit: Visit,
    session: Session,
    form: Result<Form, PageError>,
) -> Result<HttpResponse, PageError> {
    if visit.signed_in().is_some() {
        form?;
        session.purge();
    } else {
        whatever_session(form)?;
    }
    Ok(visit.go_saying("/", NoticeKind::Good, "You have been signed out."))
}

/// Remembers which colours the visitor wants, and goes back to where they were.
///
/// # Errors
/// None of its own.
pub async fn set_theme(visit: Visit, house: web::Data<House>, Form(form): Form) -> Result<HttpResponse, PageError> {
    let back = Some(form.get("back")).filter(|path| is_own_path(path)).unwrap_or("/");
    let mut response = visit.go(back);
    cookies::attach(response.headers_mut(), &cookies::set_theme(&house.site, Theme::named(form.get("theme"))));
    Ok(response)
}
