//! `/rates/live`: live rates over a WebSocket. `docs/live-rates.md` is its contract.

mod flow;
mod inbox;
mod limits;
mod request;
mod seats;
mod sever;
mod socket;

pub use limits::LiveLimits;
pub(super) use sever::Knife;
pub use sever::remember_connection;

use super::{origin, visit};
use crate::market::{Board, Hub, Market};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, web};
use flow::{Flow, Watched};
use request::Watching;
use seats::{NoSeat, Seats};
use serde::Deserialize;
use socket::Socket;
use std::rc::Rc;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What `/rates/live` needs. Make one and share it with every worker as `web::Data<LiveGate>`.
#[derive(Debug)]
pub struct LiveGate {
    board: Arc<Board>,
    hub: Hub,
    limits: LiveLimits,
    public_origin: Option<String>,
    trusted_proxy: bool,
    stop: CancellationToken,
    seats: Seats,
}

impl LiveGate {
    /// A gate to `market`. Pages of `public_origin`, such as `https://floor.example`, may connect beside those
    /// of the host that was asked. When `stop` is cancelled every socket ends at once.
    #[must_use]
    pub fn new(market: &Market, limits: LiveLimits, public_origin: Option<String>, stop: CancellationToken) -> Self {
        let (board, hub) = (Arc::clone(market.board()), market.hub().clone());
        Self { board, hub, limits, public_origin, trusted_proxy: false, stop, seats: Seats::default() }
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
}

#[derive(Deserialize)]
struct Choice {
    symbols: Option<String>,
}

/// `GET /rates/live[?symbols=A,B]`. What cannot be served is refused in a sentence before the upgrade.
pub async fn connect(request: HttpRequest, payload: web::Payload, gate: web::Data<LiveGate>) -> HttpResponse {
    if !origin::is_ours(&request, gate.public_origin.as_deref()) {
        return refuse(StatusCode::FORBIDDEN, "Pages of another site cannot open live rates here.");
    }
    if gate.stop.is_cancelled() {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "The server is stopping; come back in a moment.");
    }
    let Ok(choice) = web::Query::<Choice>::from_query(request.query_string()) else {
        return refuse(StatusCode::BAD_REQUEST, "The address takes symbols once, such as ?symbols=AAPL,SPY.");
    };
    let begun = Watching::begin(choice.symbols.as_deref(), &gate.board, gate.limits.symbols);
    let (watching, passed_over) = match begun {
        (Ok(watching), passed_over) => (watching, passed_over),
        (Err(refusal), _) => return refuse(StatusCode::BAD_REQUEST, refusal.sentence()),
    };
    let address = Some(visit::address(&request, gate.trusted_proxy));
    let LiveLimits { sockets, sockets_per_address, .. } = gate.limits;
    let seat = match gate.seats.take(address, sockets, sockets_per_address) {
        Ok(seat) => seat,
        Err(NoSeat::House) => {
            return refuse(StatusCode::SERVICE_UNAVAILABLE, "Live rates are full; try again in a moment.");
        }
        Err(NoSeat::Address) => {
            return refuse(StatusCode::TOO_MANY_REQUESTS, "Too many live rates are open from this address.");
        }
    };
    let bounded = inbox::bounded(&request, payload, &gate.limits);
    let handled = bounded.and_then(|(payload, unfinished)| {
        let (response, session, inbox) = actix_ws::handle(&request, payload).ok()?;
        Some((response, session, inbox, unfinished))
    });
    let Some((response, session, inbox, unfinished)) = handled else {
        return refuse(StatusCode::UPGRADE_REQUIRED, "Live rates are a WebSocket (version 13).");
    };
    let flow = Rc::new(Flow::default());
    let bytes = gate.limits.message_bytes;
    let socket = Socket {
        session,
        inbox: inbox.max_frame_size(bytes).aggregate_continuations().max_continuation_size(bytes),
        unfinished,
        flow: Rc::clone(&flow),
        knife: Knife::of(&request),
        board: Arc::clone(&gate.board),
        hub: gate.hub.clone(),
        limits: gate.limits.clone(),
        stop: gate.stop.clone(),
        watching,
    };
    actix_web::rt::spawn(socket.run(passed_over));
    response.map_body(|_, body| actix_web::body::BoxBody::new(Watched::new(body, flow, seat)))
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
