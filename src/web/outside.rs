//! Pages for failures that come from outside the frame: from files, from answers for machines, and from the
//! keeping of sessions.

use super::error::PageError;
use super::error_page::ErrorPage;
use super::frame::{answer_with, has_failed};
use super::headers;
use super::house::House;
use super::layout::{Layout, Theme};
use super::live::Knife;
use super::{cookies, visit};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, web};
use std::time::Duration;
use tracing_actix_web::RequestId;

/// Seconds after which it is worth trying again when a session could not be kept.
const STORE_BUSY_FOR: u64 = 2;

/// How long after its answer a connection lasts on which a body without a length may still be coming.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// What is said then. What a form asked for may have been done before its session was to be kept.
const NO_SESSION: &str = "We could not check your sign-in just now. Try again in a few seconds. If you submitted a form, check first whether it went through.";

/// What is remembered of a request for the page it may need.
struct Asked {
    uri: Uri,
    theme: Theme,
    id: Option<RequestId>,
}

impl Asked {
    fn of(request: &HttpRequest, house: &House) -> Self {
        Self {
            uri: request.uri().clone(),
            theme: cookies::theme(request, &house.site),
            id: request.extensions().get::<RequestId>().copied(),
        }
    }

    /// The page for `status`, as for a visitor of whom nothing is known, with a sentence that knows more.
    fn page(self, house: &House, status: StatusCode, sentence: Option<&str>) -> HttpResponse<BoxBody> {
        let layout = Layout {
            viewer: None,
            acting_until: None,
            path: self.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            token: String::new(),
            theme: self.theme,
            notice: None,
            market: visit::badge(house),
            now: house.clock.now(),
        };
        let id = self.id.map(|id| id.to_string()).unwrap_or_default();
        let page = ErrorPage::new(layout, status.as_u16(), id);
        answer_with(&sentence.into_iter().fold(page, ErrorPage::saying), status)
    }
}

/// Goes around everything, inside the middleware that adds the headers.
///
/// # Errors
/// When a session could not be read or kept; the error carries its page.
pub(super) async fn outside(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // The request itself may not be held on to while it is still being routed.
    let Some(house) = request.app_data::<web::Data<House>>().cloned() else {
        return Err(PageError::internal("the house was not given to the site").into());
    };
    let asked = Asked::of(request.request(), &house);
    // The rest of a body without a length would be waited for as long as it trickles in.
    let endless = request.headers().contains_key(header::TRANSFER_ENCODING).then(|| Knife::of(request.request()));
    let answer = answered(request, next, asked, &house).await;
    if let Some(knife) = endless {
        actix_web::rt::spawn(async move {
            tokio::time::sleep(LAST_WORDS).await;
            knife.sever();
        });
    }
    answer.map(|mut response| {
        if response.request().headers().contains_key(header::TRANSFER_ENCODING) {
            response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    })
}

async fn answered(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    asked: Asked,
    house: &House,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match next.call(request).await.map(ServiceResponse::map_into_boxed_body) {
        Ok(response) if has_failed(&response) && !response.headers().contains_key(header::CONTENT_TYPE) => {
            let allow = response.headers().get(header::ALLOW).cloned();
            let status = response.status();
            let mut response = response.into_response(asked.page(house, status, None));
            if let Some(allow) = allow {
                response.headers_mut().insert(header::ALLOW, allow);
            }
            Ok(response)
        }
        Ok(response) => Ok(response),
        Err(error) => {
            tracing::debug!(%error, "a session could not be read or kept");
            let mut page = asked.page(house, StatusCode::SERVICE_UNAVAILABLE, Some(NO_SESSION));
            let found = page.headers_mut();
            found.insert(header::RETRY_AFTER, HeaderValue::from(STORE_BUSY_FOR));
            // An error passes by the middleware that adds these to every answer.
            for (name, value) in headers::list(&house.site) {
                found.insert(name, value);
            }
            Err(InternalError::from_response(error, page).into())
        }
    }
}
