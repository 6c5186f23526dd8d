//! Ending a connection whose client has stopped reading. Nothing that is written to it arrives any more, so
//! neither does a goodbye; only shutting the connection itself frees what it holds.

use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Weak};

/// A second handle on a connection. The connection owns it, so that it never outlives it.
struct Line(TcpStream);

/// Remembers how each connection can be severed. Register it with `HttpServer::on_connect`, before `bind`.
pub fn remember_connection(connection: &dyn Any, data: &mut Extensions) {
    #[cfg(unix)]
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
        use std::os::fd::AsFd;
        if let Ok(handle) = stream.as_fd().try_clone_to_owned() {
            data.insert(Arc::new(Line(TcpStream::from(handle))));
        }
    }
    #[cfg(not(unix))]
    let _ = (connection, data);
}

/// Tells the other end of `stream` that nothing more follows; it may go on speaking.
pub(super) fn end_writing(stream: &actix_web::rt::net::TcpStream) {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        if let Ok(handle) = stream.as_fd().try_clone_to_owned() {
            // An error means that it is already down.
            let _ = TcpStream::from(handle).shutdown(Shutdown::Write);
        }
    }
    #[cfg(not(unix))]
    let _ = stream;
}

/// The means to sever the connection of one request, where it is known.
pub(in crate::web) struct Knife(Weak<Line>);

impl Knife {
    pub(in crate::web) fn of(request: &HttpRequest) -> Self {
        Self(request.conn_data::<Arc<Line>>().map(Arc::downgrade).unwrap_or_default())
    }

    pub(in crate::web) fn sever(&self) {
        if let Some(line) = self.0.upgrade() {
            // An error means that it is already down.
            let _ = line.0.shutdown(Shutdown::Both);
        }
    }
}
