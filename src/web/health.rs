//! For whoever watches over the process: is it alive, and should it be given visitors?

use super::house::House;
use crate::market::FeedState;
use crate::store::StoreError;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    store: &'static str,
    market: &'static str,
    quote_age_seconds: Option<u64>,
}

/// `/health/live`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).content_type("text/plain").body("alive\n")
}

/// `/health/ready`: the books can be read and prices are moving; 503 otherwise, with what is wrong.
pub async fn ready(house: web::Data<House>) -> HttpResponse {
    let read: Result<(), StoreError> = house.store.read(|_| Ok(())).await;
    let status = house.market.board().status();
    let moving = matches!(status.state, FeedState::Live);
    let readiness = Readiness {
        ready: read.is_ok() && moving,
        store: if read.is_ok() { "open" } else { "unavailable" },
        market: status.state.as_str(),
        quote_age_seconds: status.quote_age.map(|age| age.as_secs()),
    };
    let mut answer = if readiness.ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.insert_header((header::CACHE_CONTROL, "no-store")).json(readiness)
}
