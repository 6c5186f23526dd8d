//! A connection that sends any bytes at all, and reads what comes back.

use super::answer::Answer;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client that keeps its connection for as long as the server does.
pub(crate) struct Raw {
    host: String,
    line: Option<BufReader<TcpStream>>,
}

impl Raw {
    /// For the server at an address such as `http://127.0.0.1:PORT`.
    pub(crate) fn at(address: &str) -> Self {
        Self { host: address.trim_start_matches("http://").to_owned(), line: None }
    }

    /// The host and the port.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Sends a request as it is and reads the answer to it. A connection that the server has closed meanwhile is
    /// opened again; an upload that the server does not take is given up.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) fn exchange(&mut self, name: &str, request: &[u8], head_only: bool) -> std::io::Result<Answer> {
        let kept = self.line.is_some();
        match self.attempt(name, request, head_only) {
            Err(_) if kept => {
                self.line = None;
                self.attempt(name, request, head_only)
            }
            answered => answered,
        }
    }

    fn attempt(&mut self, name: &str, request: &[u8], head_only: bool) -> std::io::Result<Answer> {
        let mut line = match self.line.take() {
            Some(line) => line,
            None => BufReader::new(connect(&self.host)?),
        };
        // What was answered before the whole request was taken is still to be read.
        let _given_up = line.get_mut().write_all(request);
        let (status, headers) = head(&mut line)?;
        let empty = head_only || status.is_informational() || [204, 304].contains(&status.as_u16());
        let body = if empty { Vec::new() } else { body(&mut line, &headers)? };
        if headers.get("connection").is_none_or(|value| value != "close") {
            self.line = Some(line);
        }
        let text = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { request: name.to_owned(), status, headers, text })
    }
}

fn connect(host: &str) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn broken(what: &str) -> std::io::Error {
    std::io::Error::other(what.to_owned())
}

fn line_of(line: &mut impl BufRead) -> std::io::Result<String> {
    let mut text = Vec::new();
    line.read_until(b'\n', &mut text)?;
    if text.is_empty() {
        return Err(broken("the connection was closed without an answer"));
    }
    Ok(String::from_utf8_lossy(&text).trim_end().to_owned())
}

fn head(line: &mut impl BufRead) -> std::io::Result<(StatusCode, HeaderMap)> {
    let first = line_of(line)?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status: StatusCode = status.ok_or_else(|| broken(&format!("{first:?} is no answer")))?;
    let mut headers = HeaderMap::new();
    loop {
        let text = line_of(line)?;
        let Some((name, value)) = text.split_once(": ") else { return Ok((status, headers)) };
        let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_bytes())) else {
            return Err(broken(&format!("{text:?} is no header")));
        };
        headers.append(name, value);
    }
}

fn body(line: &mut impl BufRead, headers: &HeaderMap) -> std::io::Result<Vec<u8>> {
    let length = |text: &str, radix| u64::from_str_radix(text, radix).map_err(std::io::Error::other);
    let mut body = Vec::new();
    if let Some(size) = headers.get("content-length").and_then(|size| size.to_str().ok()) {
        line.take(length(size, 10)?).read_to_end(&mut body)?;
    } else if headers.get("transfer-encoding").is_some() {
        loop {
            let size = length(&line_of(line)?, 16)?;
            line.take(size).read_to_end(&mut body)?;
            let mut end = [0; 2];
            line.read_exact(&mut end)?;
            if size == 0 {
                break;
            }
        }
    }
    Ok(body)
}
