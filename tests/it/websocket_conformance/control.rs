//! Autobahn's group 2: pings and pongs.

use super::socket::{PING, PONG, Said, Socket, TEXT, announced, frame};
use super::{Closed, LiveFloor, Stays, hold};

#[actix_web::test]
async fn a_ping_is_answered_with_what_it_carries() {
    let floor = LiveFloor::open();
    for payload in [Vec::new(), b"Hello, world!".to_vec(), vec![0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb], vec![0xfe; 125]] {
        for piece in [usize::MAX, 1] {
            let mut socket = Socket::open(&floor).await;
            socket.send(&frame(PING, &payload), piece).await;
            let answer = loop {
                match socket.next().await {
                    Some(Said::Pong(answer)) => break answer,
                    Some(_) => {}
                    None => panic!("the socket was closed"),
                }
            };
            assert_eq!(answer, payload);
        }
    }
    floor.close().await;
}

#[actix_web::test]
async fn ten_pings_are_answered_in_order() {
    let floor = LiveFloor::open();
    for piece in [usize::MAX, 1] {
        let mut socket = Socket::open(&floor).await;
        let pings: Vec<Vec<u8>> = (0..10).map(|number| frame(PING, [number])).collect();
        socket.send(&pings.concat(), piece).await;
        let mut answered = Vec::new();
        while answered.len() < 10 {
            match socket.next().await {
                Some(Said::Pong(answer)) => answered.extend(answer),
                Some(_) => {}
                None => panic!("the socket was closed"),
            }
        }
        assert_eq!(answered, (0..10).collect::<Vec<_>>());
    }
    floor.close().await;
}

#[actix_web::test]
async fn frames_of_control_are_whole_and_short_and_pongs_may_come_unasked() {
    hold(vec![
        ("a pong that nobody asked for", vec![frame(PONG, "")], Stays),
        ("one that carries something", vec![frame(PONG, "unsolicited")], Stays),
        ("pong, ping, pong", vec![frame(PONG, "a"), frame(PING, "b"), frame(PONG, "c")], Stays),
        ("a ping of 126 bytes", vec![frame(PING, [0xfe; 126])], Closed(1002)),
        ("a pong of 126 bytes", vec![frame(PONG, [0xfe; 126])], Closed(1002)),
        ("a close of 126 bytes", vec![frame(0x88, [0x03; 126])], Closed(1002)),
        ("a ping that announces 65,536 bytes", vec![announced(PING, 65_536, b"")], Closed(1002)),
        ("a ping in fragments", vec![frame(0x09, "frag"), frame(0x80, "ment")], Closed(1002)),
        ("a pong in fragments", vec![frame(0x0a, "frag"), frame(0x80, "ment")], Closed(1002)),
        ("a close in fragments", vec![frame(0x08, [3]), frame(0x80, [232])], Closed(1002)),
        ("text after a long ping", vec![frame(PING, [1; 126]), frame(TEXT, "{}")], Closed(1002)),
    ])
    .await;
}
