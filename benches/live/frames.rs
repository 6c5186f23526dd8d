//! What a server pushes, found in the bytes of a connection without looking at more of them than it takes.

/// A frame's head and as much of its text as tells which it is.
const LOOKED_AT: usize = 512;

/// One frame of a server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pushed {
    /// Whether it is a ping.
    pub(crate) ping: bool,
    /// Whether it is a snapshot.
    pub(crate) snapshot: bool,
    /// The `sequence` it shows; zero in what shows none.
    pub(crate) sequence: u64,
    /// The server's clock in milliseconds.
    pub(crate) clock: u64,
}

/// Where one connection stands: in the head and first bytes of a frame, or in the rest of it.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    begun: Vec<u8>,
    left: usize,
}

impl Frames {
    /// Tells `each` of every frame in `bytes` as soon as it is whole.
    pub(crate) fn take(&mut self, mut bytes: &[u8], mut each: impl FnMut(Pushed)) {
        while !bytes.is_empty() {
            if self.left > 0 {
                let skipped = self.left.min(bytes.len());
                // What is skipped but for the beginning is never copied.
                let room = LOOKED_AT.saturating_sub(self.begun.len()).min(skipped);
                self.begun.extend_from_slice(bytes.get(..room).unwrap_or_default());
                bytes = bytes.get(skipped..).unwrap_or_default();
                self.left -= skipped;
            } else if let Some((byte, rest)) = bytes.split_first() {
                self.begun.push(*byte);
                bytes = rest;
                let Some(length) = length(&self.begun) else { continue };
                self.left = length;
            }
            if self.left == 0 {
                each(pushed(&self.begun));
                self.begun.clear();
            }
        }
    }
}

/// The length of the payload, once the head is whole.
fn length(head: &[u8]) -> Option<usize> {
    let (_, rest) = head.split_first()?;
    let (second, rest) = rest.split_first()?;
    let long = match second {
        126 => 2,
        127 => 8,
        short => return Some(usize::from(*short)),
    };
    let bytes = rest.get(..long)?;
    Some(bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)))
}

fn pushed(begun: &[u8]) -> Pushed {
    let number = |name: &[u8]| {
        let at = begun.windows(name.len()).position(|window| window == name)?;
        let digits = begun.get(at + name.len()..)?.iter().take_while(|byte| byte.is_ascii_digit());
        Some(digits.fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0')))
    };
    let says = |word: &[u8]| begun.windows(word.len()).take(40).any(|window| window == word);
    Pushed {
        ping: begun.first() == Some(&0x89),
        snapshot: says(b"\"snapshot\""),
        sequence: if says(b"\"changes\"") || says(b"\"snapshot\"") { number(b"\"sequence\":").unwrap_or(0) } else { 0 },
        clock: number(b"\"clock_ms\":").unwrap_or(0),
    }
}
