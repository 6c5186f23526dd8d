use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame as a client sends it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    crate::market::message::push_head(first, payload.len(), &mut bytes);
    bytes[1] |= 0x80;
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// Everything said in `bytes`, which arrive in pieces of `size`, and how it ends.
fn hear(bytes: &[u8], size: usize) -> (Vec<Heard>, Option<Broken>) {
    let mut decoder = Decoder::new(64);
    let mut heard = Vec::new();
    for mut piece in bytes.chunks(size) {
        loop {
            match decoder.next(&mut piece) {
                Ok(Some(said)) => heard.push(said),
                Ok(None) => break,
                Err(broken) => return (heard, Some(broken)),
            }
        }
        assert!(piece.is_empty(), "all of it is taken");
    }
    (heard, None)
}

#[test]
fn the_same_is_heard_however_the_bytes_arrive() {
    let bytes = [
        frame(0x01, "κόσ".as_bytes()),
        frame(0x89, b"between"),
        frame(0x00, b""),
        frame(0x80, "με".as_bytes()),
        frame(0x8a, b"late"),
        frame(0x81, b""),
        frame(0x88, &[3, 232, b'o', b'k']),
    ]
    .concat();
    for size in 1..=bytes.len() {
        let (heard, broken) = hear(&bytes, size);
        let expected = [
            Heard::Ping(b"between".to_vec()),
            Heard::Text("κόσμε".to_owned()),
            Heard::Pong,
            Heard::Text(String::new()),
            Heard::Close(Some(1000)),
        ];
        assert_eq!((heard.as_slice(), broken), (expected.as_slice(), None), "in pieces of {size}");
    }
}

#[test]
fn a_message_over_the_limit_is_refused_by_its_head() {
    let whole = frame(0x81, &[b'x'; 65]);
    assert_eq!(hear(&whole[..6], 1), (Vec::new(), Some(Broken::TooLarge)));
    let fragments = [frame(0x01, &[b'x'; 64]), frame(0x80, b"x")].concat();
    assert_eq!(hear(&fragments[..fragments.len() - 1], 7), (Vec::new(), Some(Broken::TooLarge)));
    let (heard, broken) = hear(&[frame(0x01, &[b'x'; 63]), frame(0x89, &[0; 125]), frame(0x80, b"x")].concat(), 7);
    assert_eq!((heard.len(), broken), (2, None));
}

#[test]
fn text_that_cannot_become_utf_8_is_refused_before_it_ends() {
    assert_eq!(hear(&frame(0x81, b"\xce\xba\xff and more")[..9], 1), (Vec::new(), Some(Broken::NotUtf8)));
    assert_eq!(hear(&frame(0x81, b"\xce"), 1), (Vec::new(), Some(Broken::NotUtf8)));
    assert_eq!(hear(&frame(0x01, b"\xce"), 1), (Vec::new(), None));
}

proptest! {
    #[test]
    fn any_bytes_are_heard_or_refused_and_what_is_held_is_bounded(bytes in vec(any::<u8>(), 0..2_000), size in 1_usize..50) {
        let mut decoder = Decoder::new(64);
        for mut piece in bytes.chunks(size) {
            loop {
                match decoder.next(&mut piece) {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(_) => return Ok(()),
                }
            }
            prop_assert!(piece.is_empty());
            prop_assert!(decoder.text.as_ref().is_none_or(|text| text.bytes.len() <= 64));
            prop_assert!(decoder.control.len() <= 125);
        }
    }

    #[test]
    fn valid_messages_survive_any_splitting(texts in vec("\\PC{0,16}", 1..8), cuts in vec(0_usize..64, 0..4), size in 1_usize..80) {
        let mut bytes = Vec::new();
        for text in &texts {
            let whole = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (whole.len() + 1)).collect();
            cuts.sort_unstable();
            let edges = [0].into_iter().chain(cuts.iter().copied()).zip(cuts.iter().copied().chain([whole.len()]));
            for (number, (from, to)) in edges.enumerate() {
                let last = if number == cuts.len() { 0x80 } else { 0 };
                bytes.extend(frame(last | u8::from(number == 0), &whole[from..to]));
            }
        }
        let expected: Vec<Heard> = texts.into_iter().map(Heard::Text).collect();
        prop_assert_eq!(hear(&bytes, size), (expected, None));
    }
}
