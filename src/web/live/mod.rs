//! `/rates/live`: live rates over a WebSocket. `docs/live-rates.md` is its contract.

mod conversation;
mod decoder;
mod door;
mod head;
mod limits;
mod line;
mod request;
mod room;
mod seats;
mod sever;

pub use door::Door;
pub use limits::LiveLimits;
pub(super) use sever::Knife;
pub use sever::remember_connection;

use super::{origin, visit};
use crate::market::{Board, Hub, Market};
use actix_http::ws;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use door::Admission;
use request::Watching;
use room::Rooms;
use seats::{NoSeat, Seats};
use serde::Deserialize;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What `/rates/live` needs. Make one and share it with every worker as `web::Data<LiveGate>`.
#[derive(Debug)]
pub struct LiveGate {
    floor: Arc<Floor>,
    rooms: Rooms,
    /// Where conversations are held: the threads of the market, and not those that answer requests.
    runtime: Handle,
    conversations: TaskTracker,
    public_origin: Option<String>,
    trusted_proxy: bool,
    seats: Seats,
}

/// What every conversation needs.
#[derive(Debug)]
struct Floor {
    board: Arc<Board>,
    hub: Hub,
    limits: LiveLimits,
    stop: CancellationToken,
}

impl LiveGate {
    /// A gate to `market`, whose sockets live on the current runtime. Pages of `public_origin`, such as
    /// `https://floor.example`, may connect beside those of the host that was asked. When `stop` is cancelled
    /// every socket ends at once.
    #[must_use]
    pub fn new(market: &Market, limits: LiveLimits, public_origin: Option<String>, stop: &CancellationToken) -> Self {
        let (board, hub) = (Arc::clone(market.board()), market.hub().clone());
        let floor = Arc::new(Floor { board, hub, limits, stop: stop.child_token() });
        let rooms = Rooms::open(&floor);
        let (runtime, conversations) = (Handle::current(), TaskTracker::new());
        Self { floor, rooms, runtime, conversations, public_origin, trusted_proxy: false, seats: Seats::default() }
    }

    /// The same gate behind a proxy whose word about the visitor's address is taken, when `trusted`.
    #[must_use]
    pub fn behind_proxy(self, trusted: bool) -> Self {
        Self { trusted_proxy: trusted, ..self }
    }

    /// How many sockets are open.
    #[must_use]
    pub fn sockets(&self) -> usize {
        self.seats.taken()
    }

    /// How many may be.
    #[must_use]
    pub fn most_sockets(&self) -> usize {
        self.floor.limits.sockets
    }

    /// Waits, once `stop` is cancelled, until goodbye has been said to everybody.
    pub async fn emptied(&self) {
        self.conversations.close();
        self.conversations.wait().await;
    }
}

#[derive(Deserialize)]
struct Choice {
    symbols: Option<String>,
}

/// `GET /rates/live[?symbols=A,B]`. What cannot be served is refused in a sentence before the upgrade.
pub async fn connect(request: HttpRequest, gate: web::Data<LiveGate>) -> HttpResponse {
    if !origin::is_ours(&request, gate.public_origin.as_deref()) {
        return refuse(StatusCode::FORBIDDEN, "Pages of another site cannot open live rates here.");
    }
    if gate.floor.stop.is_cancelled() {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "The server is stopping; come back in a moment.");
    }
    let Ok(choice) = web::Query::<Choice>::from_query(request.query_string()) else {
        return refuse(StatusCode::BAD_REQUEST, "The address takes symbols once, such as ?symbols=AAPL,SPY.");
    };
    let begun = Watching::begin(choice.symbols.as_deref(), &gate.floor.board, gate.floor.limits.symbols);
    let (watching, passed_over) = match begun {
        (Ok(watching), passed_over) => (watching, passed_over),
        (Err(refusal), _) => return refuse(StatusCode::BAD_REQUEST, refusal.sentence()),
    };
    let address = Some(visit::address(&request, gate.trusted_proxy));
    let LiveLimits { sockets, sockets_per_address, .. } = gate.floor.limits;
    let seat = match gate.seats.take(address, sockets, sockets_per_address) {
        Ok(seat) => seat,
        Err(NoSeat::House) => {
            return refuse(StatusCode::SERVICE_UNAVAILABLE, "Live rates are full; try again in a moment.");
        }
        Err(NoSeat::Address) => {
            return refuse(StatusCode::TOO_MANY_REQUESTS, "Too many live rates are open from this address.");
        }
    };
    let door = request.extensions().get::<Door>().cloned();
    let (Some(door), Ok(mut answer)) = (door, ws::handshake(request.head())) else {
        return refuse(StatusCode::UPGRADE_REQUIRED, "Live rates are a WebSocket (version 13).");
    };
    door.open(Admission { gate: gate.into_inner(), seat, watching, passed_over });
    answer.finish().map_into_boxed_body().into()
}

fn refuse(status: StatusCode, sentence: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.content_type(ContentType::plaintext());
    if status == StatusCode::UPGRADE_REQUIRED {
        response.insert_header((header::UPGRADE, "websocket"));
    }
    if [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&status) {
        response.insert_header((header::RETRY_AFTER, "5"));
    }
    response.body(format!("{sentence}\n"))
}
