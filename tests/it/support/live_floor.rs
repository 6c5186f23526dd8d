//! A server with nothing but live rates, on a market that moves by hand.

use super::by_hand::market_by_hand;
use actix_web::{App, web};
use std::net::TcpListener;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tradefloor::domain::{At, Instrument, InstrumentId, Price, PublicId, Quote};
use tradefloor::market::{Listed, Market};
use tradefloor::web::live::{self, LiveGate, LiveLimits};
use tradefloor::web::server::{self, ServerPlan};

/// Longer than anything here takes; only a failure waits for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A server with nothing but live rates, on a market that moves by hand.
pub(crate) struct LiveFloor {
    pub(crate) address: String,
    pub(crate) market: Market,
    pub(crate) gate: web::Data<LiveGate>,
    pub(crate) stop: CancellationToken,
    server: actix_web::dev::ServerHandle,
}

impl LiveFloor {
    pub(crate) fn open() -> Self {
        Self::with(LiveLimits::default(), 3)
    }

    pub(crate) fn with(limits: LiveLimits, instruments: i64) -> Self {
        let listed: Vec<_> = (1..=instruments).map(listed).collect();
        let market = market_by_hand(&listed, Duration::from_millis(5));
        let stop = CancellationToken::new();
        let gate = web::Data::new(LiveGate::new(&market, limits, None, &stop));
        let shared = gate.clone();
        let plan = ServerPlan {
            workers: 1,
            request_head: Duration::from_secs(5),
            keep_alive: Duration::from_secs(5),
            last_answers: 5,
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = move || App::new().app_data(shared.clone()).route("/rates/live", web::get().to(live::connect));
        let (address, server) = server::serve(listener, plan, site).unwrap();
        let (address, handle) = (address.to_string(), server.handle());
        actix_web::rt::spawn(server);
        Self { address, market, gate, stop, server: handle }
    }

    pub(crate) fn post(&self, id: i64, last: i64) {
        let price = Price::from_units;
        let quote = Quote {
            bid: price(last - 100),
            ask: price(last + 100),
            last: price(last),
            previous_close: price(100_000),
            volume: 300,
            at: At::from_micros(1_780_000_000_000_000),
        };
        self.market.board().post(InstrumentId(id), quote).unwrap();
    }

    pub(crate) async fn sockets_are(&self, count: usize) {
        let settled = async {
            while self.gate.sockets() != count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, settled).await.unwrap_or_else(|_| panic!("{} sockets are open", self.gate.sockets()));
    }

    /// A WebSocket by hand, which reads and answers only what a test makes it.
    pub(crate) async fn raw_client(&self, receive_buffer: u32) -> TcpStream {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        if receive_buffer > 0 {
            socket.set_recv_buffer_size(receive_buffer).unwrap();
        }
        let mut stream = socket.connect(self.address.parse().unwrap()).await.unwrap();
        let head = format!(
            "GET /rates/live HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut seen = Vec::new();
        while !seen.ends_with(b"\r\n\r\n") {
            seen.push(stream.read_u8().await.unwrap());
        }
        assert!(seen.starts_with(b"HTTP/1.1 101"));
        stream
    }

    /// Stops the server as the house does.
    pub(crate) async fn stop_in_order(self) {
        self.stop.cancel();
        self.server.stop(true).await;
        self.gate.emptied().await;
    }

    pub(crate) async fn close(self) {
        self.stop.cancel();
        self.market.stop().await;
        self.server.stop(false).await;
    }
}

fn listed(id: i64) -> Listed {
    let symbol = ["ACME", "BOLT", "CRUX"]
        .get(usize::try_from(id - 1).unwrap())
        .map_or_else(|| format!("S{id}"), ToString::to_string);
    let instrument = Instrument {
        id: InstrumentId(id),
        public_id: PublicId::random(),
        symbol: symbol.parse().unwrap(),
        name: symbol,
        sector: String::new(),
    };
    Listed::untraded(instrument)
}
