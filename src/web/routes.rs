//! Every address of the site, on one screen.
//!
//! The table says for each address who may come; the guard that enforces it is put on by [`configure`], so
//! that no handler can forget it.

use super::error::PageError;
use super::visit::Visit;
use super::{
    candles, health, history, home, orders, portfolio, rates, register, settings, sign_in, sign_out, statics, stock,
    trade, wallet,
};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, FromRequest as _, Handler, HttpResponse, Responder, Route, web};
use std::collections::BTreeMap;

/// Who may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Anyone,
    /// People who are signed in; others are asked to sign in first.
    SignedIn,
}

/// One address and what answers there.
pub struct Entry {
    /// How it is asked.
    pub method: Method,
    /// Where, with `{…}` for what varies.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
    routes: Vec<Route>,
}

/// The pages.
#[must_use]
pub fn pages() -> Vec<Entry> {
    use Access::{Anyone, SignedIn};
    vec![
        get("/", Anyone, home::show),
        get("/register", Anyone, register::show),
        post("/register", Anyone, register::submit),
        get("/login", Anyone, sign_in::show),
        post("/login", Anyone, sign_in::submit),
        post("/logout", Anyone, sign_out::sign_out),
        post("/theme", Anyone, sign_out::set_theme),
        get("/portfolio", SignedIn, portfolio::show),
        get("/wallet", SignedIn, wallet::show),
        post("/wallet/deposit", SignedIn, wallet::deposit),
        post("/wallet/withdraw", SignedIn, wallet::withdraw),
        get("/wallet.csv", SignedIn, wallet::file),
        get("/rates", Anyone, rates::show),
        post("/rates/watch", SignedIn, rates::watch),
        get("/stocks/{symbol}", Anyone, stock::show),
        get("/trade", SignedIn, trade::show),
        post("/trade/review", SignedIn, trade::review),
        post("/trade", SignedIn, trade::place),
        get("/orders", SignedIn, orders::list),
        get("/orders/{id}", SignedIn, orders::show),
        get("/history", SignedIn, history::list),
        get("/history.csv", SignedIn, history::file),
        get("/settings", SignedIn, settings::show),
        post("/settings/password", SignedIn, settings::change_password),
        post("/settings/sign-out-others", SignedIn, settings::sign_out_others),
        post("/settings/delete", SignedIn, settings::delete),
    ]
}

/// What is served without a session: files, and answers for machines.
#[must_use]
pub fn plain() -> Vec<Entry> {
    use Access::Anyone;
    vec![
        get("/static/{file:.*}", Anyone, statics::file),
        get("/stocks/{symbol}/candles", Anyone, candles::show),
        get("/health/live", Anyone, health::live),
        get("/health/ready", Anyone, health::ready),
    ]
}

/// Puts `entries` into a service, one resource per path, so that other methods are told which ones there are.
pub fn configure(config: &mut web::ServiceConfig, entries: Vec<Entry>) {
    let mut resources = BTreeMap::new();
    for entry in entries {
        let resource = resources.remove(entry.path).unwrap_or_else(|| web::resource(entry.path));
        let guarded = entry.routes.into_iter().fold(resource, |resource, route| match entry.access {
            Access::Anyone => resource.route(route),
            Access::SignedIn => resource.route(route.wrap(from_fn(signed_in))),
        });
        resources.insert(entry.path, guarded);
    }
    for resource in resources.into_values() {
        config.service(resource);
    }
}

/// Answers for every address that is none.
///
/// # Errors
/// [`PageError::NotFound`], always.
pub(super) async fn nowhere() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

/// Lets in those who are signed in.
async fn signed_in(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let visit = Visit::extract(request.request()).await?;
    if visit.signed_in().is_some() {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    let error = PageError::sign_in_first(request.request());
    Ok(request.error_response(error))
}

fn get<F, Args>(path: &'static str, access: Access, handler: F) -> Entry
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let routes = vec![web::get().to(handler.clone()), web::head().to(handler)];
    Entry { method: Method::GET, path, access, routes }
}

fn post<F, Args>(path: &'static str, access: Access, handler: F) -> Entry
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Entry { method: Method::POST, path, access, routes: vec![web::post().to(handler)] }
}
