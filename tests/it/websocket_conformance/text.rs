//! Autobahn's group 6: UTF-8.

use super::socket::{CONTINUED, LAST, PING, TEXT, TEXT_BEGUN, frame};
use super::{Case, Closed, Stays, hold, is_heard, request};

#[actix_web::test]
async fn text_may_be_cut_in_the_middle_of_a_character() {
    for symbol in ["κόσμε", "\u{10ffff}", "\u{10000}\u{fffd}\u{ffff}", "ﬀ\u{800}", "日本語"] {
        let text = request(symbol);
        is_heard("whole", &[frame(TEXT, &text)], symbol).await;
        let from = text.find(symbol).unwrap();
        for cut in from + 1..from + symbol.len() {
            let (head, tail) = text.as_bytes().split_at(cut);
            let frames = [frame(TEXT_BEGUN, head), frame(PING, "between"), frame(LAST, tail)];
            is_heard("cut", &frames, symbol).await;
        }
    }
}

#[actix_web::test]
async fn what_is_not_utf_8_closes_the_socket() {
    let mut cases: Vec<Case> = Vec::new();
    for bad in [
        // Surrogates, beyond Unicode, a byte that begins nothing, one that is never there, five and six bytes.
        b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited".as_slice(),
        b"\xed\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\x80",
        b"\xbf",
        b"\xfe",
        b"\xff",
        b"\xf8\x88\x80\x80\x80",
        b"\xfc\x84\x80\x80\x80\x80",
        // Longer than needed.
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xf0\x80\x80\xaf",
        b"\xc1\xbf",
        // Not finished.
        b"\xce\xba\xe1\xbd",
        b"\xf0\x90\x80",
    ] {
        cases.push(("whole", vec![frame(TEXT, bad)], Closed(1007)));
        let bytes = bad.iter().map(|byte| frame(CONTINUED, [*byte]));
        let in_fragments = [frame(TEXT_BEGUN, "")].into_iter().chain(bytes).chain([frame(LAST, "")]).collect();
        cases.push(("a byte in each fragment", in_fragments, Closed(1007)));
    }
    // It is told before the message ends.
    cases.push(("in the first fragment", vec![frame(TEXT_BEGUN, b"\xce\xba\xff")], Closed(1007)));
    cases.push(("in the middle of a frame", vec![frame(TEXT, b"\xff and more")[..7].to_vec()], Closed(1007)));
    cases.push((
        "between two good ones",
        { vec![frame(TEXT_BEGUN, "good"), frame(CONTINUED, b"\xed\xa0\x80"), frame(LAST, "good")] },
        Closed(1007),
    ));
    // A character that is begun may still be finished, and a ping may carry anything.
    cases.push(("begun", vec![frame(TEXT_BEGUN, b"\xf0\x90")], Stays));
    cases.push(("in a ping", vec![frame(PING, b"\xff\xfe")], Stays));
    hold(cases).await;
}
