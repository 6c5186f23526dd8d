//! A live message as it travels: the head of one WebSocket frame (RFC 6455), then its text.
//!
//! Framing happens here and not at the socket, so that what many watch is framed once and its bytes are shared.

use bytes::Bytes;

/// The first byte of a text message that is whole.
const WHOLE_TEXT: u8 = 0x81;
/// The longest length that stands in the head's second byte.
const SHORT: u8 = 125;
/// What stands there when two bytes, or eight, hold the length.
const IN_TWO: u8 = 126;
const IN_EIGHT: u8 = 127;

/// One message, ready to be written to any number of sockets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Message(Bytes);

impl Message {
    /// Frames `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut bytes = Vec::with_capacity(text.len().saturating_add(10));
        frame_text(text, &mut bytes);
        Self(bytes.into())
    }

    /// What is written to a socket.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.0
    }
}

/// Appends `text` to `bytes` as one message.
pub fn frame_text(text: &str, bytes: &mut Vec<u8>) {
    push_head(WHOLE_TEXT, text.len(), bytes);
    bytes.extend_from_slice(text.as_bytes());
}

/// Appends the head of a frame that a server sends: `first` holds its kind, and `length` bytes follow it.
pub fn push_head(first: u8, length: usize, bytes: &mut Vec<u8>) {
    bytes.push(first);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short <= SHORT => bytes.push(short),
        (_, Ok(length)) => {
            bytes.push(IN_TWO);
            bytes.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            bytes.push(IN_EIGHT);
            bytes.extend_from_slice(&u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_takes_as_few_bytes_as_hold_it() {
        let head = |length: usize| {
            let bytes = Message::of(&"x".repeat(length)).bytes().to_vec();
            bytes[..bytes.len() - length].to_vec()
        };
        assert_eq!(head(0), [0x81, 0]);
        assert_eq!(head(125), [0x81, 125]);
        assert_eq!(head(126), [0x81, 126, 0, 126]);
        assert_eq!(head(65_535), [0x81, 126, 255, 255]);
        assert_eq!(head(65_536), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }
}
