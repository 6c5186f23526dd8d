//! For whoever watches over the process: is it alive, and should it be given visitors?

use super::house::House;
use crate::store::{Lock, Store, StoreError};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::time::Duration;
use tokio::time::timeout;

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    store: &'static str,
    market: &'static str,
    quote_age_seconds: Option<u64>,
    /// What made the feed fail, while it has not quoted again since.
    market_problem: Option<String>,
    /// How often the feed has failed since the market opened.
    market_failures: u32,
}

/// `/health/live`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).content_type("text/plain").body("alive\n")
}

/// How long the books may take to answer and still count as open.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the books can be read and written. Writing nothing costs no trip to the disk.
async fn works(store: &Store) -> bool {
    let tried = async {
        store.read(|_| Ok::<_, StoreError>(())).await?;
        store.write(Lock::Nothing, |_| Ok::<_, StoreError>(())).await
    };
    timeout(PATIENCE, tried).await.is_ok_and(|done| done.is_ok())
}

/// `/health/ready`: the books can be read and written and prices are moving, or stand still because the market is paused
/// or closed; 503 otherwise, with what is wrong.
pub async fn ready(house: web::Data<House>) -> HttpResponse {
    let open = works(&house.store).await;
    let board = house.market.board();
    let (status, trouble) = (board.status(), board.trouble());
    let moving = status.state.is_well();
    let readiness = Readiness {
        ready: open && moving,
        store: if open { "open" } else { "unavailable" },
        market: status.state.as_str(),
        quote_age_seconds: status.quote_age.map(|age| age.as_secs()),
        market_failures: trouble.as_ref().map_or(0, |trouble| trouble.failures),
        market_problem: trouble.filter(|trouble| !trouble.recovered).map(|trouble| trouble.problem.to_string()),
    };
    let mut answer = if readiness.ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.insert_header((header::CACHE_CONTROL, "no-store")).json(readiness)
}
