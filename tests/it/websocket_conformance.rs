//! `/rates/live` speaks WebSocket as RFC 6455 has it: the cases that the Autobahn test suite puts to a server, told for
//! a server that answers requests instead of echoing them. Each is tried with its bytes sent at once and one by one.

mod closing;
mod control;
mod fragments;
mod framing;
mod fuzz;
mod limits;
mod socket;
mod text;

use crate::support::live_floor::LiveFloor;
use socket::{Said, Socket};

/// What becomes of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It goes on.
    Stays,
    /// It is closed with this code.
    Closed(u16),
}
use Outcome::{Closed, Stays};

/// One case: what it is about, the frames that a client sends, and what becomes of the socket.
type Case<'a> = (&'a str, Vec<Vec<u8>>, Outcome);

/// Tries every case on a socket of its own, in both ways.
async fn hold(cases: Vec<Case<'_>>) {
    let floor = LiveFloor::open();
    for (about, frames, outcome) in cases {
        for piece in [usize::MAX, 1] {
            let mut socket = Socket::open(&floor).await;
            socket.send(&frames.concat(), piece).await;
            let found = match outcome {
                Stays => socket.is_there().await.then_some(Stays),
                Closed(_) => socket.closed().await.map(|code| Closed(code.unwrap_or(0))),
            };
            let found = found.unwrap_or(Closed(1006));
            assert_eq!(found, outcome, "{about}, in pieces of {piece}");
        }
    }
    floor.close().await;
}

/// Asks for a symbol that is not traded, in these frames; the answer repeats it.
async fn is_heard(about: &str, frames: &[Vec<u8>], symbol: &str) {
    let floor = LiveFloor::open();
    for piece in [usize::MAX, 1] {
        let mut socket = Socket::open(&floor).await;
        socket.send(&frames.concat(), piece).await;
        let answer = loop {
            match socket.next().await {
                Some(Said::Text(text)) if text.contains("\"error\"") => break text,
                Some(_) => {}
                None => panic!("{about}: the socket was closed"),
            }
        };
        assert!(answer.contains(&format!("\u{201c}{symbol}\u{201d} is not traded here.")), "{about}: {answer}");
    }
    floor.close().await;
}

/// A request for `symbol`.
fn request(symbol: &str) -> String {
    format!("{{\"type\":\"subscribe\",\"symbols\":[\"{symbol}\"]}}")
}
