//! One keep-alive connection that costs as little as possible: one request under way, and of the answer no more
//! is read than it takes to find its end.

use anyhow::{Context as _, bail};
use std::net::SocketAddr;
use std::ops::Range;
use tokio::net::TcpStream;

/// Room for any answer that is measured.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// What came back.
pub(crate) struct Answer<'a> {
    /// The status.
    pub(crate) status: u16,
    /// Everything before the empty line.
    pub(crate) head: &'a [u8],
    /// What followed it, chunk sizes included where it came in chunks.
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// The values of a header, which is given in lower case.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let head = String::from_utf8_lossy(self.head);
        let fields = head.lines().filter_map(|line| line.split_once(": "));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }

    /// The status and what a page says about it, as the reason why a load cannot go on.
    pub(crate) fn complaint(&self) -> String {
        let text = self.text();
        let (_, alert) = text.split_once(r#"role="alert""#).unwrap_or(("", &text));
        format!("{} {}", self.status, alert.chars().take(300).collect::<String>())
    }
}

/// A connection to a server.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to `address`.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024] })
    }

    /// Sends a whole request and reads the whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.send(request).await?;
        let mut read = 0;
        let (head, body) = loop {
            if read == self.buffer.len() {
                if read >= LARGEST_ANSWER {
                    bail!("an answer does not end");
                }
                self.buffer.resize(read * 2, 0);
            }
            let room = self.buffer.get_mut(read..).unwrap_or_default();
            match self.stream.try_read(room) {
                Ok(0) => bail!("the server closed the connection"),
                Ok(more) => read += more,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    self.stream.readable().await?;
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            if let Some(found) = complete(self.buffer.get(..read).unwrap_or_default()) {
                break found;
            }
        };
        let head = self.buffer.get(head).unwrap_or_default();
        let body = self.buffer.get(body).unwrap_or_default();
        let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
        let status = status.and_then(|digits| digits.parse().ok()).context("an answer without a status")?;
        Ok(Answer { status, head, body })
    }

    async fn send(&self, mut request: &[u8]) -> anyhow::Result<()> {
        while !request.is_empty() {
            match self.stream.try_write(request) {
                Ok(written) => request = request.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// Where the head and the body of an answer lie once all of it has come.
fn complete(received: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let head = find(received, b"\r\n\r\n")?;
    let body = head + 4;
    let lines = received.get(..head)?;
    let end = match find(lines, b"content-length: ") {
        Some(at) => {
            let digits = lines.get(at + 16..)?.iter().take_while(|byte| byte.is_ascii_digit());
            body + digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))
        }
        None if find(lines, b"transfer-encoding: chunked").is_some() => {
            received.ends_with(b"\r\n0\r\n\r\n").then_some(received.len())?
        }
        None => body,
    };
    (received.len() >= end).then_some((0..head, body..end))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
