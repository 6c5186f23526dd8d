//! Autobahn's groups 1, 3 and 4: lengths, reserved bits, reserved kinds; and masks, which its own client always sets.

use super::socket::{BINARY, LAST, PING, TEXT, announced, frame};
use super::{Case, Closed, Stays, hold, is_heard, request};

#[actix_web::test]
async fn a_message_of_any_length_up_to_the_limit_is_heard() {
    for length in [0, 125, 126, 127, 128, 300, 4_096] {
        let text = request("NOPE");
        let padded = format!("{text}{}", " ".repeat(usize::saturating_sub(length, text.len())));
        is_heard(&format!("{length} bytes"), &[frame(TEXT, padded)], "NOPE").await;
    }
    hold(vec![("an empty message", vec![frame(TEXT, "")], Stays)]).await;
}

#[actix_web::test]
async fn binary_is_refused_however_long_it_is() {
    let lengths = [0, 125, 126, 65_535, 65_536];
    hold(lengths.map(|length| ("binary", vec![frame(BINARY, vec![0xfe; length])], Closed(1003))).into()).await;
}

#[actix_web::test]
async fn reserved_bits_close_the_socket() {
    let mut cases: Vec<Case> = Vec::new();
    for bits in 1..=7 {
        for kind in [TEXT, PING, 0x88] {
            cases.push(("reserved bits", vec![frame(kind | (bits << 4), "x")], Closed(1002)));
        }
        cases.push(("after a good one", vec![frame(PING, "x"), frame(TEXT | (bits << 4), "x")], Closed(1002)));
    }
    hold(cases).await;
}

#[actix_web::test]
async fn reserved_kinds_of_frames_close_the_socket() {
    let mut cases: Vec<Case> = Vec::new();
    for kind in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        cases.push(("a reserved kind", vec![frame(LAST | kind, "")], Closed(1002)));
        cases.push(("with a payload", vec![frame(LAST | kind, "reserved"), frame(PING, "")], Closed(1002)));
    }
    hold(cases).await;
}

#[actix_web::test]
async fn a_frame_without_a_mask_closes_the_socket() {
    let unmasked = |first: u8, payload: &[u8]| [&[first, u8::try_from(payload.len()).unwrap()], payload].concat();
    hold(vec![
        ("text", vec![unmasked(TEXT, b"{}")], Closed(1002)),
        ("a ping", vec![unmasked(PING, b"")], Closed(1002)),
        ("after a masked one", vec![frame(PING, "x"), unmasked(TEXT, b"{}")], Closed(1002)),
    ])
    .await;
}

#[actix_web::test]
async fn a_length_is_written_in_as_few_bytes_as_hold_it() {
    let head = |length: &[u8]| [&[TEXT], length, &[1, 2, 3, 4]].concat();
    hold(vec![
        ("5 in two bytes", vec![head(&[0x80 | 0x7e, 0, 5]), vec![0; 5]], Closed(1002)),
        ("5 in eight bytes", vec![head(&[0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 5]), vec![0; 5]], Closed(1002)),
        ("64 bits", vec![head(&[0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0])], Closed(1002)),
        ("63 bits", vec![announced(TEXT, u64::MAX / 2, b"")], Closed(1009)),
    ])
    .await;
}
