//! Autobahn's group 5: messages in fragments.

use super::socket::{BINARY, CONTINUED, LAST, PING, PONG, TEXT, TEXT_BEGUN, frame};
use super::{Closed, hold, is_heard, request};

#[actix_web::test]
async fn a_message_in_fragments_is_one_message_whatever_comes_between() {
    let text = request("FRAGMENT");
    let (head, tail) = text.split_at(20);
    let (middle, end) = tail.split_at(7);
    let ping = || frame(PING, "between");
    for (about, frames) in [
        ("two fragments", vec![frame(TEXT_BEGUN, head), frame(LAST, tail)]),
        ("three", vec![frame(TEXT_BEGUN, head), frame(CONTINUED, middle), frame(LAST, end)]),
        ("a ping between", vec![frame(TEXT_BEGUN, head), ping(), frame(LAST, tail)]),
        ("pings and pongs between", {
            vec![frame(TEXT_BEGUN, head), ping(), frame(CONTINUED, middle), frame(PONG, "x"), ping(), frame(LAST, end)]
        }),
        ("empty ones", {
            let empty = || frame(CONTINUED, "");
            vec![frame(TEXT_BEGUN, ""), empty(), frame(CONTINUED, &text), empty(), frame(LAST, "")]
        }),
        ("a byte in each", {
            let bytes = text.as_bytes().iter().map(|byte| frame(CONTINUED, [*byte]));
            [frame(TEXT_BEGUN, "")].into_iter().chain(bytes).chain([frame(LAST, "")]).collect()
        }),
    ] {
        is_heard(about, &frames, "FRAGMENT").await;
    }
}

#[actix_web::test]
async fn fragments_out_of_order_close_the_socket() {
    hold(vec![
        ("nothing to continue", vec![frame(LAST, "x")], Closed(1002)),
        ("nothing to continue, with more to come", vec![frame(CONTINUED, "x"), frame(LAST, "y")], Closed(1002)),
        ("nothing left to continue", vec![frame(TEXT, "{}"), frame(LAST, "x")], Closed(1002)),
        ("a message within a message", vec![frame(TEXT_BEGUN, "x"), frame(TEXT, "y")], Closed(1002)),
        ("begun twice", vec![frame(TEXT_BEGUN, "x"), frame(TEXT_BEGUN, "y")], Closed(1002)),
        ("binary within a message", vec![frame(TEXT_BEGUN, "x"), frame(BINARY, "y")], Closed(1002)),
        ("after a ping", vec![frame(TEXT_BEGUN, "x"), frame(PING, ""), frame(TEXT, "y")], Closed(1002)),
    ])
    .await;
}
