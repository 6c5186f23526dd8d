//! Every address of the site, on one screen.
//!
//! The table says for each address who may come; the guard that enforces it is put on by [`configure`], so
//! that no handler can forget it.

use super::error::PageError;
use super::visit::Visit;
use super::{
    acting, admin, candles, health, history, home, orders, portfolio, rates, register, settings, sign_in, sign_out,
    statics, stock, trade, wallet, welcome,
};
use crate::domain::Role;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, FromRequest as _, Handler, HttpRequest, HttpResponse, Responder, Route, web};
use std::collections::BTreeMap;
use std::future::ready;

/// Who may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Anyone,
    /// People who are signed in; others are asked to sign in first.
    SignedIn,
    /// Staff, whether or not the back office is open for them. For traders there is no such page.
    StaffDoor,
    /// Staff who gave their password again lately; others of the staff are asked for it first.
    Staff,
    /// Administrators among those.
    Admin,
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
        lead("/logout", Anyone, "/"),
        post("/logout", Anyone, sign_out::sign_out),
        lead("/theme", Anyone, "/"),
        post("/theme", Anyone, sign_out::set_theme),
        get("/welcome", SignedIn, welcome::show),
        post("/welcome", SignedIn, welcome::submit),
        lead("/stop-acting", SignedIn, "/portfolio"),
        post("/stop-acting", SignedIn, acting::stop),
        get("/portfolio", SignedIn, portfolio::show),
        get("/wallet", SignedIn, wallet::show),
        lead("/wallet/deposit", SignedIn, "/wallet"),
        post("/wallet/deposit", SignedIn, wallet::deposit),
        lead("/wallet/withdraw", SignedIn, "/wallet"),
        post("/wallet/withdraw", SignedIn, wallet::withdraw),
        get("/wallet.csv", SignedIn, wallet::file),
        get("/rates", Anyone, rates::show),
        lead("/rates/watch", SignedIn, "/rates"),
        post("/rates/watch", SignedIn, rates::watch),
        get("/stocks/{symbol}", Anyone, stock::show),
        get("/trade", SignedIn, trade::show),
        get("/trade/review", SignedIn, trade::review),
        post("/trade/review", SignedIn, trade::ask),
        post("/trade", SignedIn, trade::place),
        get("/orders", SignedIn, orders::list),
        get("/orders/{id}", SignedIn, orders::show),
        get("/history", SignedIn, history::list),
        get("/history.csv", SignedIn, history::file),
        get("/settings", SignedIn, settings::show),
        lead("/settings/password", SignedIn, "/settings"),
        post("/settings/password", SignedIn, settings::change_password),
        lead("/settings/sign-out-others", SignedIn, "/settings"),
        post("/settings/sign-out-others", SignedIn, settings::sign_out_others),
        lead("/settings/delete", SignedIn, "/settings"),
        post("/settings/delete", SignedIn, settings::delete),
    ]
}

/// The back office.
#[must_use]
pub fn back_office() -> Vec<Entry> {
    use Access::{Admin, Staff, StaffDoor};
    vec![
        get("/admin", Staff, admin::home::show),
        get("/admin/", StaffDoor, admin::door::slash),
        get("/admin/market", Staff, admin::market::show),
        get("/admin/grant", StaffDoor, admin::door::show),
        post("/admin/grant", StaffDoor, admin::door::submit),
        lead("/admin/close", StaffDoor, "/admin"),
        post("/admin/close", StaffDoor, admin::door::close),
        get("/admin/{table:[a-z]+}", Staff, admin::tables::list::show),
        get("/admin/{table:[a-z]+}.csv", Staff, admin::tables::file::show),
        get("/admin/{table:[a-z]+}/{id}", Staff, admin::tables::detail::show),
        get("/admin/users/roster", Admin, admin::roster::show),
        post("/admin/users/roster", Admin, admin::roster::submit),
        get("/admin/{table:[a-z]+}/bulk", Staff, admin::acts::bulk::show),
        post("/admin/{table:[a-z]+}/bulk", Admin, admin::acts::bulk::submit),
        get("/admin/{table:[a-z]+}/{id}/{act:[a-z-]+}", Admin, admin::acts::page::show),
        post("/admin/{table:[a-z]+}/{id}/{act:[a-z-]+}", Admin, admin::acts::page::submit),
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
    // They are looked through in this order, and to tell whether a path fits a pattern takes longest.
    let place = |path: &'static str| (path.contains('{'), path);
    let mut resources = BTreeMap::new();
    for entry in entries {
        let access = entry.access;
        let (resource, mut methods) =
            resources.remove(&place(entry.path)).unwrap_or_else(|| (web::resource(entry.path), Vec::new()));
        methods.push(entry.method);
        let guarded = entry.routes.into_iter().fold(resource, |resource, route| {
            if access == Access::Anyone {
                return resource.route(route);
            }
            resource.route(route.wrap(from_fn(move |request, next| admit(access, request, next))))
        });
        resources.insert(place(entry.path), (guarded, methods));
    }
    for ((_, path), (resource, methods)) in resources {
        // Another method must not tell a trader that there is such a page.
        let hidden = path.starts_with(BACK_OFFICE).then(|| {
            let route = web::to(move || ready(not_like_that(&methods)));
            route.wrap(from_fn(move |request, next| admit(Access::StaffDoor, request, next)))
        });
        config.service(match hidden {
            Some(route) => resource.route(route),
            None => resource,
        });
    }
}

/// Where the back office is.
const BACK_OFFICE: &str = "/admin";

/// Says which methods there are.
fn not_like_that(methods: &[Method]) -> HttpResponse {
    let mut allowed: Vec<&str> = methods.iter().map(Method::as_str).collect();
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, allowed.join(", "))).finish()
}

/// Answers for every address that is none.
///
/// # Errors
/// [`PageError::NotFound`], always.
pub(super) async fn nowhere() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

/// Lets in those who may come.
async fn admit(
    access: Access,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let visit = Visit::extract(request.request()).await?;
    match keeps_out(access, &visit, request.request()) {
        None => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Some(error) => Ok(request.error_response(error)),
    }
}

/// Why a visitor may not come, if they may not.
fn keeps_out(access: Access, visit: &Visit, request: &HttpRequest) -> Option<PageError> {
    if access == Access::Anyone {
        return None;
    }
    let Some(who) = visit.signed_in() else { return Some(PageError::sign_in_first(request)) };
    match (access, who.role) {
        (Access::Anyone | Access::SignedIn, _) | (Access::StaffDoor, Role::Support | Role::Admin) => None,
        (Access::StaffDoor | Access::Staff | Access::Admin, Role::Trader) => Some(PageError::NotFound),
        (Access::Admin, Role::Support) => Some(PageError::AdministratorsOnly),
        (Access::Staff | Access::Admin, Role::Support | Role::Admin) => {
            (!visit.may_use_back_office()).then(|| PageError::grant_first(request))
        }
    }
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

/// An address that takes forms, and leads whoever opens it to where its form is. A form that is refused leaves its address
/// in the browser's bar, and people open that again.
fn lead(path: &'static str, access: Access, page: &'static str) -> Entry {
    get(path, access, move |visit: Visit| ready(visit.go(page)))
}

fn post<F, Args>(path: &'static str, access: Access, handler: F) -> Entry
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Entry { method: Method::POST, path, access, routes: vec![web::post().to(handler)] }
}
