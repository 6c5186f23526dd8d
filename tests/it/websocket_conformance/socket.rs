//! A WebSocket by hand: frames as bytes.

use crate::support::live_floor::{LiveFloor, PATIENCE};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(super) const TEXT: u8 = 0x81;
pub(super) const TEXT_BEGUN: u8 = 0x01;
pub(super) const BINARY: u8 = 0x82;
pub(super) const CONTINUED: u8 = 0x00;
pub(super) const LAST: u8 = 0x80;
pub(super) const CLOSE: u8 = 0x88;
pub(super) const PING: u8 = 0x89;
pub(super) const PONG: u8 = 0x8a;

/// A client's mask.
const MASK: [u8; 4] = [0x9d, 0x02, 0xe1, 0x55];

/// A masked frame.
pub(super) fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    announced(first, u64::try_from(payload.len()).unwrap(), payload)
}

/// A masked frame whose head announces `length` bytes, and carries `payload`.
pub(super) fn announced(first: u8, length: u64, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..=125), _) => bytes.push(0x80 | length),
        (_, Ok(length)) => {
            bytes.push(0xfe);
            bytes.extend(length.to_be_bytes());
        }
        _ => {
            bytes.push(0xff);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// A close frame with a code and a reason.
pub(super) fn goodbye(code: u16, reason: impl AsRef<[u8]>) -> Vec<u8> {
    frame(CLOSE, [&code.to_be_bytes(), reason.as_ref()].concat())
}

/// What the server said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Text(String),
    Ping,
    Pong(Vec<u8>),
    Close(Option<u16>),
}

/// A client that watches nothing but what the test asks for.
pub(super) struct Socket {
    pub(super) stream: TcpStream,
}

impl Socket {
    pub(super) async fn open(floor: &LiveFloor) -> Self {
        let stream = floor.raw_client(0).await;
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    /// Sends `bytes` in pieces. The server may close before it has taken them all.
    pub(super) async fn send(&mut self, bytes: &[u8], piece: usize) {
        for piece in bytes.chunks(piece) {
            if self.stream.write_all(piece).await.is_err() {
                return;
            }
        }
    }

    /// The next thing the server says; nothing once it has gone.
    pub(super) async fn next(&mut self) -> Option<Said> {
        timeout(PATIENCE, self.read()).await.expect("the server said nothing").ok()
    }

    async fn read(&mut self) -> std::io::Result<Said> {
        let first = self.stream.read_u8().await?;
        let length = match self.stream.read_u8().await? {
            126 => u64::from(self.stream.read_u16().await?),
            127 => self.stream.read_u64().await?,
            short => u64::from(short),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload).await?;
        Ok(match first {
            TEXT => Said::Text(String::from_utf8(payload).unwrap()),
            PING => Said::Ping,
            PONG => Said::Pong(payload),
            CLOSE => {
                let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                std::str::from_utf8(payload.get(2..).unwrap_or_default()).expect("a reason is UTF-8");
                assert!(payload.len() <= 125, "a frame of control is short");
                Said::Close(code)
            }
            other => panic!("the server sent {other:#04x}"),
        })
    }

    /// Whether the server still answers.
    pub(super) async fn is_there(&mut self) -> bool {
        self.send(&frame(PING, "still there?"), usize::MAX).await;
        loop {
            match self.next().await {
                Some(Said::Pong(payload)) if payload == b"still there?" => return true,
                Some(Said::Close(_)) | None => return false,
                Some(_) => {}
            }
        }
    }

    /// How the server closes it, which is the last that it says; nothing when it goes without a word.
    pub(super) async fn closed(&mut self) -> Option<Option<u16>> {
        loop {
            match self.next().await? {
                Said::Close(code) => {
                    assert_eq!(self.next().await, None, "something after goodbye");
                    return Some(code);
                }
                Said::Text(_) | Said::Ping | Said::Pong(_) => {}
            }
        }
    }
}
