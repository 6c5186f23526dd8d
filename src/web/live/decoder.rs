//! What a client sends, taken apart as RFC 6455 has it, in bounded memory.
//!
//! A frame is judged by its head, before any of what it announces is gathered; nothing is held between frames.

use super::head::{Head, Kind, PartOfHead};

/// What a client has said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// A message, whole.
    Text(String),
    /// A ping, to be answered with what it carries.
    Ping(Vec<u8>),
    /// An answer to a ping.
    Pong,
    /// Goodbye, with a code or without.
    Close(Option<u16>),
}

/// What is wrong with what a client has sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// A message over the limit.
    TooLarge,
    /// A message that is not text.
    NotText,
    /// Text that is not UTF-8.
    NotUtf8,
    /// What RFC 6455 forbids, in a sentence.
    Protocol(&'static str),
}

/// One client's bytes so far.
#[derive(Debug)]
pub(super) struct Decoder {
    most: usize,
    head: PartOfHead,
    frame: Option<Payload>,
    text: Option<Text>,
    control: Vec<u8>,
}

/// The payload that a frame's head has announced.
#[derive(Debug)]
struct Payload {
    head: Head,
    taken: usize,
}

/// A message whose last fragment has not come.
#[derive(Debug, Default)]
struct Text {
    bytes: Vec<u8>,
    sound: usize,
}

impl Decoder {
    /// For messages of `most` bytes at the most.
    pub(super) fn new(most: usize) -> Self {
        Self { most, head: PartOfHead::default(), frame: None, text: None, control: Vec::new() }
    }

    /// The next thing said in `input`, which is left with what follows it; nothing once all of it is taken.
    pub(super) fn next(&mut self, input: &mut &[u8]) -> Result<Option<Heard>, Broken> {
        loop {
            let Some(frame) = &mut self.frame else {
                let Some(head) = self.head.take(input)? else { return Ok(None) };
                self.begin(head)?;
                continue;
            };
            let whole = frame.take(input, self.text.as_mut(), &mut self.control);
            let kind = frame.head.kind;
            if let (Kind::Text | Kind::Continuation, Some(text)) = (kind, &mut self.text) {
                text.check()?;
            }
            if !whole {
                return Ok(None);
            }
            let last = frame.head.last;
            self.frame = None;
            if let Some(heard) = self.finish(kind, last)? {
                return Ok(Some(heard));
            }
        }
    }

    fn begin(&mut self, head: Head) -> Result<(), Broken> {
        match (head.kind, &self.text) {
            (Kind::Binary, None) => return Err(Broken::NotText),
            (Kind::Text | Kind::Binary, Some(_)) => {
                return Err(Broken::Protocol("A message began before the one before it was finished."));
            }
            (Kind::Continuation, None) => return Err(Broken::Protocol("There is no message to continue.")),
            (Kind::Text, None) => self.text = Some(Text::default()),
            _ => {}
        }
        let gathered = match &self.text {
            Some(text) if !head.kind.is_control() => text.bytes.len(),
            _ => 0,
        };
        if head.length > self.most.saturating_sub(gathered) && !head.kind.is_control() {
            return Err(Broken::TooLarge);
        }
        self.frame = Some(Payload { head, taken: 0 });
        Ok(())
    }

    fn finish(&mut self, kind: Kind, last: bool) -> Result<Option<Heard>, Broken> {
        match kind {
            Kind::Ping => Ok(Some(Heard::Ping(std::mem::take(&mut self.control)))),
            Kind::Pong => {
                self.control = Vec::new();
                Ok(Some(Heard::Pong))
            }
            Kind::Close => goodbye(&std::mem::take(&mut self.control)).map(|code| Some(Heard::Close(code))),
            Kind::Text | Kind::Continuation | Kind::Binary if last => {
                let text = self.text.take().unwrap_or_default();
                String::from_utf8(text.bytes).map(|text| Some(Heard::Text(text))).map_err(|_| Broken::NotUtf8)
            }
            Kind::Text | Kind::Continuation | Kind::Binary => Ok(None),
        }
    }
}

impl Payload {
    /// Takes what has come of it; whether that is all.
    fn take(&mut self, input: &mut &[u8], text: Option<&mut Text>, control: &mut Vec<u8>) -> bool {
        let count = self.head.length.saturating_sub(self.taken).min(input.len());
        let (masked, rest) = input.split_at(count);
        let mask = self.head.mask.iter().cycle().skip(self.taken % 4);
        let plain = masked.iter().zip(mask).map(|(byte, mask)| byte ^ mask);
        match text {
            Some(text) if !self.head.kind.is_control() => text.bytes.extend(plain),
            _ => control.extend(plain),
        }
        *input = rest;
        self.taken += count;
        self.taken == self.head.length
    }
}

impl Text {
    /// Whether what has come so far can be the beginning of UTF-8.
    fn check(&mut self) -> Result<(), Broken> {
        match std::str::from_utf8(self.bytes.get(self.sound..).unwrap_or_default()) {
            Ok(sound) => self.sound += sound.len(),
            Err(error) if error.error_len().is_none() => self.sound += error.valid_up_to(),
            Err(_) => return Err(Broken::NotUtf8),
        }
        Ok(())
    }
}

/// The code of a close frame.
fn goodbye(payload: &[u8]) -> Result<Option<u16>, Broken> {
    match payload {
        [] => Ok(None),
        [_] => Err(Broken::Protocol("A code for closing has two bytes.")),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            // 1004 to 1006 and 1015 are never sent; what is below 3000 otherwise is the registry's.
            if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                return Err(Broken::Protocol("That is no code for closing."));
            }
            std::str::from_utf8(reason).map(|_| Some(code)).map_err(|_| Broken::NotUtf8)
        }
    }
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
