//! Autobahn's group 9, for a server that has its limits: what is too large is refused by what it announces.

use super::socket::{CONTINUED, LAST, Said, Socket, TEXT, TEXT_BEGUN, announced, frame};
use super::{Closed, LiveFloor, Stays, hold};

#[actix_web::test]
async fn what_is_over_the_limit_is_refused_before_it_is_sent() {
    let half = "x".repeat(2_048);
    hold(vec![
        ("one byte too many", vec![announced(TEXT, 4_097, b"")], Closed(1009)),
        ("64 KiB", vec![announced(TEXT, 65_536, b"")], Closed(1009)),
        ("16 MiB", vec![announced(TEXT, 16 * 1024 * 1024, b"")], Closed(1009)),
        ("a terabyte", vec![announced(TEXT, 1 << 40, b"")], Closed(1009)),
        (
            "in fragments",
            { vec![frame(TEXT_BEGUN, &half), frame(CONTINUED, &half), announced(LAST, 1, b"")] },
            Closed(1009),
        ),
        ("just not, in fragments", vec![frame(TEXT_BEGUN, &half), frame(CONTINUED, &half), frame(LAST, "")], Stays),
    ])
    .await;
}

#[actix_web::test]
async fn a_client_is_told_the_limit() {
    let floor = LiveFloor::open();
    let mut socket = Socket::open(&floor).await;
    socket.send(&announced(TEXT, 5_000, b""), usize::MAX).await;
    let told = loop {
        match socket.next().await {
            Some(Said::Text(text)) if text.contains("too_large") => break text,
            Some(Said::Text(_) | Said::Ping) => {}
            other => panic!("{other:?}"),
        }
    };
    assert!(told.contains("A message is at most 4096 bytes."), "{told}");
    floor.close().await;
}
