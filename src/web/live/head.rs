//! The head of a client's frame (RFC 6455, section 5.2).

use super::decoder::Broken;

/// The most that a frame of control carries.
const MOST_OF_CONTROL: usize = 125;
/// The longest head: two bytes, eight of length, four of mask.
const LONGEST: usize = 14;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Kind {
    pub(super) const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// A whole head that may stand.
#[derive(Debug)]
pub(super) struct Head {
    /// Whether the message ends with this frame.
    pub(super) last: bool,
    pub(super) kind: Kind,
    pub(super) length: usize,
    pub(super) mask: [u8; 4],
}

/// As much of a head as has come.
#[derive(Debug, Default)]
pub(super) struct PartOfHead {
    bytes: [u8; LONGEST],
    taken: usize,
}

impl PartOfHead {
    /// Takes what it needs of `input`; the head once that is all of it.
    pub(super) fn take(&mut self, input: &mut &[u8]) -> Result<Option<Head>, Broken> {
        loop {
            if let Some([first, second, rest @ ..]) = self.bytes.get(..self.taken) {
                let (last, kind) = judge(*first, *second)?;
                if let Some((length_bytes, mask)) = rest.split_at_checked(extra(*second))
                    && let Ok(mask) = mask.try_into()
                {
                    let length = length(*second, length_bytes)?;
                    self.taken = 0;
                    return Ok(Some(Head { last, kind, length, mask }));
                }
            }
            let Some((byte, rest)) = input.split_first() else { return Ok(None) };
            if let Some(place) = self.bytes.get_mut(self.taken) {
                *place = *byte;
            }
            *input = rest;
            self.taken += 1;
        }
    }
}

/// How many bytes of length follow the second byte.
const fn extra(second: u8) -> usize {
    match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    }
}

/// What the first two bytes say, if they may.
fn judge(first: u8, second: u8) -> Result<(bool, Kind), Broken> {
    if first & 0x70 != 0 {
        return Err(Broken::Protocol("Reserved bits are set, and no extension was agreed on."));
    }
    let last = first & 0x80 != 0;
    let kind = match first & 0x0f {
        0x0 => Kind::Continuation,
        0x1 => Kind::Text,
        0x2 => Kind::Binary,
        0x8 => Kind::Close,
        0x9 => Kind::Ping,
        0xa => Kind::Pong,
        _ => return Err(Broken::Protocol("There is no such kind of frame.")),
    };
    if second & 0x80 == 0 {
        return Err(Broken::Protocol("A client's frames are masked."));
    }
    if kind.is_control() && (!last || usize::from(second & 0x7f) > MOST_OF_CONTROL) {
        return Err(Broken::Protocol("A frame of control is whole and carries at most 125 bytes."));
    }
    Ok((last, kind))
}

/// The payload's length, from the second byte and those that follow it.
fn length(second: u8, bytes: &[u8]) -> Result<usize, Broken> {
    let short = u64::from(second & 0x7f);
    let announced = bytes.iter().fold(0_u64, |length, byte| (length << 8) | u64::from(*byte));
    let least = match bytes.len() {
        0 => return usize::try_from(short).map_err(|_| Broken::TooLarge),
        2 => 126,
        _ => 65_536,
    };
    if announced < least || announced > u64::MAX / 2 {
        return Err(Broken::Protocol("A length takes as few bytes as hold it, and no more than 63 bits."));
    }
    usize::try_from(announced).map_err(|_| Broken::TooLarge)
}
