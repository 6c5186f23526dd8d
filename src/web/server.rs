//! The server of requests, which hands a connection over once it has become a WebSocket.
//!
//! actix-web answers the handshake like any other request. Its own server would then keep the connection, with the
//! buffers and the state of one that goes on to ask for pages, and pass on what is sent through it piece by piece.
//! So the parts of that server are put together here with one more, `upgrade`: it is given the bare connection of
//! every request that asks for a WebSocket, has the site answer, and lets the connection go to whoever admitted it.

use super::live::{Door, remember_connection};
use actix_codec::{Encoder as _, Framed, FramedParts};
use actix_http::body::{BodySize, BoxBody, MessageBody, to_bytes_limited};
use actix_http::h1::{Codec, Message};
use actix_http::{ConnectionType, HttpMessage as _, HttpService, Request, Response, StatusCode};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, fn_factory, fn_service};
use actix_web::dev::{AppConfig, Server, ServiceResponse};
use actix_web::rt::net::TcpStream;
use std::future::poll_fn;
use std::io::{Error, ErrorKind, Result};
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

/// The largest answer to a request for a WebSocket, in bytes.
const LARGEST_ANSWER: usize = 1024 * 1024;
/// How long it may take to be sent.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a connection that is closing may take to go.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How requests are served.
#[derive(Debug, Clone, Copy)]
pub struct ServerPlan {
    /// Threads that answer requests.
    pub workers: usize,
    /// How long a visitor may take over the head of a request.
    pub request_head: Duration,
    /// How long an idle connection is kept open.
    pub keep_alive: Duration,
    /// How many seconds answers under way may take once the server is told to stop.
    pub last_answers: u64,
}

/// Serves the application that `application` makes, one for each worker, on `listener`. The server runs once it is
/// polled.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve<F, I, S, B>(listener: TcpListener, plan: ServerPlan, application: F) -> Result<(SocketAddr, Server)>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let ServerPlan { workers, request_head, keep_alive, last_answers } = plan;
    let server = Server::build().workers(workers).shutdown_timeout(last_answers).disable_signals();
    let stopping = server.graceful_shutdown_signal();
    let server = server.listen("tradefloor", listener, move || {
        let (pages, upgrades) = (application.clone(), application.clone());
        let stopping = stopping.clone();
        HttpService::build()
            .keep_alive(keep_alive)
            .client_request_timeout(request_head)
            .client_disconnect_timeout(LAST_WORDS)
            // An answer that leaves in pieces would have its last one wait for the acknowledgement of those before.
            .tcp_nodelay(true)
            .local_addr(address)
            // Connections that are idle end as soon as the server is told to stop.
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .on_connect_ext(|connection: &TcpStream, data: &mut _| remember_connection(connection, data))
            .upgrade(fn_factory(move || {
                let site = upgrades().into_factory().new_service(AppConfig::default());
                async move {
                    let site = Rc::new(site.await?);
                    let take_over = move |(request, connection)| take_over(Rc::clone(&site), request, connection);
                    Ok::<_, S::InitError>(fn_service(take_over))
                }
            }))
            .finish(fn_factory(move || pages().into_factory().new_service(AppConfig::default())))
            .tcp()
    })?;
    Ok((address, server.run()))
}

/// Has the site answer a request for a WebSocket. Whoever it admits is given the connection; on all others it is
/// closed after the answer.
async fn take_over<S, B>(
    application: Rc<S>,
    request: Request,
    connection: Framed<TcpStream, Codec>,
) -> actix_web::Result<()>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody + 'static,
{
    let door = Door::default();
    request.extensions_mut().insert(door.clone());
    let answered = match poll_fn(|context| application.poll_ready(context)).await {
        Ok(()) => application.call(request).await,
        Err(error) => Err(error),
    };
    let answer: Response<BoxBody> = match answered {
        Ok(answer) => Response::from(answer).map_into_boxed_body(),
        Err(error) => Response::from(error),
    };
    let FramedParts { mut io, mut codec, read_buf, mut write_buf, .. } = connection.into_parts();
    let (mut answer, body) = answer.into_parts();
    let admission = door.admitted().filter(|_| answer.status() == StatusCode::SWITCHING_PROTOCOLS);
    if admission.is_some() {
        codec.encode(Message::Item((answer, BodySize::None)), &mut write_buf)?;
    } else {
        answer.head_mut().set_connection_type(ConnectionType::Close);
        let Ok(Ok(body)) = to_bytes_limited(body, LARGEST_ANSWER).await else {
            return Err(Error::other("an answer broke off, or is too large").into());
        };
        let size = BodySize::Sized(u64::try_from(body.len()).map_err(Error::other)?);
        codec.encode(Message::Item((answer, size)), &mut write_buf)?;
        codec.encode(Message::Chunk(Some(body)), &mut write_buf)?;
        codec.encode(Message::Chunk(None), &mut write_buf)?;
    }
    let sent = timeout(ANSWER, io.write_all(&write_buf)).await;
    sent.map_err(|_| Error::from(ErrorKind::TimedOut))??;
    if let Some(admission) = admission {
        admission.enter(io.into_std()?, read_buf.freeze());
        return Ok(());
    }
    let _already_gone = io.shutdown().await;
    Ok(())
}
