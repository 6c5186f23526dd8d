//! Autobahn's group 7: goodbyes.

use super::socket::{CLOSE, PING, Socket, TEXT, TEXT_BEGUN, frame, goodbye};
use super::{Case, Closed, LiveFloor, hold};
use crate::support::live_floor::PATIENCE;
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

#[actix_web::test]
async fn a_goodbye_is_answered_with_its_own_code() {
    let mut cases: Vec<Case> = Vec::new();
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999] {
        cases.push(("a code", vec![goodbye(code, "")], Closed(code)));
    }
    cases.push(("a reason", vec![goodbye(1000, "Hello World!")], Closed(1000)));
    cases.push(("the longest reason", vec![goodbye(1000, [b'*'; 123])], Closed(1000)));
    cases.push(("a reason in Greek", vec![goodbye(1000, "κόσμε")], Closed(1000)));
    // Closed(0) is a goodbye without a code.
    cases.push(("no code", vec![frame(CLOSE, "")], Closed(0)));
    cases.push(("in the middle of a message", vec![frame(TEXT_BEGUN, "half"), goodbye(1000, "")], Closed(1000)));
    hold(cases).await;
}

#[actix_web::test]
async fn a_goodbye_that_says_what_it_may_not_is_an_error() {
    let mut cases: Vec<Case> = Vec::new();
    for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        cases.push(("a code that may not be sent", vec![goodbye(code, "")], Closed(1002)));
    }
    cases.push(("half a code", vec![frame(CLOSE, [3])], Closed(1002)));
    cases.push(("a reason that is not UTF-8", vec![goodbye(1000, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80")], Closed(1007)));
    cases.push(("one that is not finished", vec![goodbye(1000, b"\xce")], Closed(1007)));
    cases.push(("a reason of 124 bytes", vec![goodbye(1000, [b'*'; 124])], Closed(1002)));
    hold(cases).await;
}

#[actix_web::test]
async fn nothing_is_answered_after_goodbye() {
    let after = [vec![goodbye(1000, "")], vec![frame(PING, "anyone?")], vec![frame(TEXT, "{}")]].concat();
    hold(vec![
        ("a ping and a message", after, Closed(1000)),
        ("another goodbye", vec![goodbye(1000, ""), goodbye(1001, "")], Closed(1000)),
    ])
    .await;
}

#[actix_web::test]
async fn a_client_that_is_told_goodbye_and_goes_on_speaking_is_cut() {
    let floor = LiveFloor::open();
    let mut socket = Socket::open(&floor).await;
    socket.send(&[0xff; 10], usize::MAX).await;
    assert_eq!(socket.closed().await, Some(Some(1002)));
    // It neither answers nor goes; its seat is free all the same, and its connection down.
    floor.sockets_are(0).await;
    let mut rest = Vec::new();
    let gone = timeout(PATIENCE, socket.stream.read_to_end(&mut rest)).await.expect("the connection ends");
    assert!(gone.is_err() || rest.is_empty());
    floor.close().await;
}
