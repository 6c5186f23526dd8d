//! What stands around every handler: it reads who comes, lets in only changes from our own pages, and gives
//! every failure a page.

use super::error::PageError;
use super::error_page::ErrorPage;
use super::held::held_back;
use super::house::House;
use super::moments::wait_in_words;
use super::visit::Visit;
use super::{cookies, origin};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use askama::Template as _;
use tracing_actix_web::RequestId;

/// Pages hold what is nobody else's business, and money moves between two looks at one.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

/// What is said of a change that may or may not have been made.
const UNCONFIRMED: &str = "We could not confirm this change, so it may or may not have been done. Check before you repeat it. An order or a deposit submitted again from the same form is carried out only once.";

/// What is said to staff who may look and not change.
const LOOK_ONLY: &str =
    "You can view everything in the back office, but only administrators can make changes. Nothing was changed.";

/// What the page of a failure takes over from the answer that said nothing.
const KEPT: [HeaderName; 3] = [header::SET_COOKIE, header::RETRY_AFTER, header::ALLOW];

/// Goes around the handlers of all pages, inside the session middleware.
///
/// # Errors
/// When it was not given a house. All other failures become pages.
pub async fn frame(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(house) = request.app_data::<web::Data<House>>().cloned() else {
        return Err(PageError::internal("the house was not given to the site").into());
    };
    let visit = Visit::of(&request, house.clone());
    request.extensions_mut().insert(visit.clone());
    let refused =
        !request.method().is_safe() && !origin::may_change(request.request(), house.site.public_origin.as_deref());
    let held = visit.signed_in().and_then(|who| held_back(who, request.request()));
    let mut response = if refused {
        request.error_response(PageError::Expired)
    } else if let Some(held) = held {
        request.error_response(held)
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    if let Some(page) = failure(&response, &visit) {
        let kept = KEPT.map(|name| (response.headers().get_all(&name).cloned().collect::<Vec<_>>(), name));
        response = response.into_response(page);
        for (values, name) in kept {
            for value in values {
                response.headers_mut().append(name.clone(), value);
            }
        }
    }
    if is_page(&response) {
        finish(&mut response, &visit, &house);
    }
    Ok(response)
}

/// The page for an answer that is a failure and says nothing for people yet.
fn failure(response: &ServiceResponse<BoxBody>, visit: &Visit) -> Option<HttpResponse<BoxBody>> {
    let status = response.status();
    if !has_failed(response) || is_page(response) {
        return None;
    }
    let request = response.request().extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let error = response.response().error();
    let cause = || error.map(ToString::to_string).unwrap_or_default();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        // Whoever found out why has said so once, for all who are sent away.
        tracing::debug!(cause = cause(), "a visitor was asked to come again later");
    } else if status.is_server_error() {
        tracing::error!(%status, cause = cause(), "a page could not be made");
    }
    let mut page = ErrorPage::new(visit.layout(), status.as_u16(), request);
    match error.and_then(|error| error.as_error::<PageError>()) {
        Some(PageError::Throttled { wait }) => {
            page = page.saying(format!("Too many attempts. Wait {}, then try again.", wait_in_words(*wait)));
        }
        Some(PageError::Unconfirmed) => page = page.saying(UNCONFIRMED),
        Some(PageError::OnlyLooking { name }) => {
            let sentence = format!("Nothing was changed. Stop viewing as {name} to make changes.");
            page = page.titled("View only").saying(sentence);
        }
        Some(PageError::NoStock { symbol }) => {
            let sentence = format!("{symbol} is not listed here.");
            page = page.saying(sentence).offering("/rates", "Find a stock");
        }
        Some(PageError::AdministratorsOnly) => page = page.titled("Administrators only").saying(LOOK_ONLY),
        _ => {}
    }
    Some(answer_with(&page, status))
}

/// Whether an answer is a failure.
pub(super) fn has_failed(response: &ServiceResponse<BoxBody>) -> bool {
    response.status().is_client_error() || response.status().is_server_error()
}

/// An error page as an answer.
pub(super) fn answer_with(page: &ErrorPage, status: StatusCode) -> HttpResponse<BoxBody> {
    let mut answer = HttpResponse::build(status);
    answer.content_type("text/html; charset=utf-8").insert_header((header::CACHE_CONTROL, NOT_KEPT));
    // What is still on its way is not waited for.
    if [StatusCode::REQUEST_TIMEOUT, StatusCode::PAYLOAD_TOO_LARGE].contains(&status) {
        answer.force_close();
    }
    match page.render() {
        Ok(html) => answer.body(html),
        Err(error) => {
            tracing::error!(%error, "an error page could not be rendered");
            answer.content_type("text/plain; charset=utf-8").body("Something went wrong on our side.")
        }
    }
}

fn is_page(response: &ServiceResponse<BoxBody>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Marks new visitors and those who look as somebody else, forgets the notice that this page says, and keeps pages out of caches.
fn finish(response: &mut ServiceResponse<BoxBody>, visit: &Visit, house: &House) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, NOT_KEPT);
    if visit.is_new() {
        cookies::attach(headers, &cookies::set_visitor(&house.site, visit.token()));
    }
    let acting = visit.signed_in().and_then(|who| who.acting.as_ref()).map(|acting| acting.name.as_str());
    match acting {
        Some(name) if visit.looked_as() != Some(name) => {
            cookies::attach(headers, &cookies::set_acting(&house.site, name));
        }
        None if visit.looked_as().is_some() => cookies::attach(headers, &cookies::clear_acting(&house.site)),
        _ => {}
    }
    if visit.notice().is_some() {
        cookies::attach(headers, &cookies::clear_notice(&house.site));
    }
}
