//! The least that pushing one message to many sockets takes.

use crate::process::announce;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use actix_ws::Message;
use bytestring::ByteString;
use futures_util::StreamExt as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often each pushes.
pub(crate) const CADENCE: Duration = Duration::from_millis(250);
/// What both answer to a handshake; the client does not look at the key.
const ANSWER: &str = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";

/// Writes the frame in `message` to every connection, in a loop.
pub(crate) fn raw(message: &Path) -> anyhow::Result<()> {
    let frame = std::fs::read(message)?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    announce(listener.local_addr().ok());
    let (tell, newcomers) = channel();
    std::thread::spawn(move || push(&frame, &newcomers));
    for stream in listener.incoming() {
        let mut stream = stream?;
        let mut head = [0; 1_024];
        let mut read = 0;
        while let Some(room) = head.get_mut(read..).filter(|room| !room.is_empty()) {
            read += stream.read(room)?;
            if head.get(..read).is_some_and(|head| head.ends_with(b"\r\n\r\n")) {
                break;
            }
        }
        stream.write_all(ANSWER.as_bytes())?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        tell.send(stream)?;
    }
    Ok(())
}

fn push(frame: &[u8], newcomers: &Receiver<TcpStream>) {
    let mut streams: Vec<TcpStream> = Vec::new();
    let mut due = Instant::now();
    loop {
        due += CADENCE;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        streams.extend(newcomers.try_iter());
        // Whoever is gone or does not read is let go of.
        streams.retain_mut(|stream| stream.write(frame).is_ok_and(|written| written == frame.len()));
    }
}

/// The broadcast that actix-ws has examples of: a session for each socket, told of each message by a watch channel.
pub(crate) async fn plain(message: &Path) -> anyhow::Result<()> {
    let frame = std::fs::read(message)?;
    // Two bytes, and two more of length: the message is longer than 125 bytes and shorter than 64 KiB.
    let text = ByteString::try_from(Bytes::copy_from_slice(frame.get(4..).unwrap_or_default()))?;
    let (publish, messages) = watch::channel(text.clone());
    let server =
        HttpServer::new(move || App::new().app_data(web::Data::new(messages.clone())).default_service(web::to(open)))
            .workers(1)
            .tcp_nodelay(true)
            .bind("127.0.0.1:0")?;
    announce(server.addrs().first().copied());
    actix_web::rt::spawn(server.run());
    let mut ticks = tokio::time::interval(CADENCE);
    loop {
        ticks.tick().await;
        publish.send_replace(text.clone());
    }
}

async fn open(
    request: HttpRequest,
    payload: web::Payload,
    messages: web::Data<watch::Receiver<ByteString>>,
) -> actix_web::Result<HttpResponse> {
    let (response, mut session, mut inbox) = actix_ws::handle(&request, payload)?;
    let mut messages = messages.get_ref().clone();
    actix_web::rt::spawn(async move {
        loop {
            tokio::select! {
                changed = messages.changed() => {
                    let text = messages.borrow_and_update().clone();
                    if changed.is_err() || session.text(text).await.is_err() {
                        return;
                    }
                }
                heard = inbox.next() => match heard {
                    Some(Ok(Message::Ping(payload))) => {
                        if session.pong(&payload).await.is_err() {
                            return;
                        }
                    }
                    Some(Ok(_)) => {}
                    _ => return,
                },
            }
        }
    });
    Ok(response)
}
