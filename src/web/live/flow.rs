//! Whether what was sent has been taken, so that a newer frame is never queued behind an older one.

use super::seats::Seat;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use tokio::sync::Notify;

/// One socket's outgoing side: at most one batch waits to be taken by the connection.
#[derive(Default)]
pub(super) struct Flow {
    waiting: Cell<bool>,
    gone: Cell<bool>,
    cut: Cell<bool>,
    turned: Notify,
}

impl Flow {
    /// Something was handed over.
    pub(super) fn sent(&self) {
        self.waiting.set(true);
    }

    /// Whether something handed over still waits.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.get() && !self.gone.get()
    }

    /// Whether the connection has ended.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.get()
    }

    /// Ends the response at the next chance.
    pub(super) fn cut(&self) {
        self.cut.set(true);
    }

    /// Returns when something was taken or the connection ended.
    pub(super) async fn turned(&self) {
        self.turned.notified().await;
    }
}

/// The response's body, watched. The seat is taken for as long as the connection holds it.
pub(super) struct Watched {
    body: BoxBody,
    flow: Rc<Flow>,
    _seat: Seat,
}

impl Watched {
    pub(super) const fn new(body: BoxBody, flow: Rc<Flow>, seat: Seat) -> Self {
        Self { body, flow, _seat: seat }
    }
}

impl MessageBody for Watched {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.flow.cut.get() {
            return Poll::Ready(Some(Err("the client stopped reading".into())));
        }
        let polled = Pin::new(&mut self.body).poll_next(context);
        // The body gathers all that was sent into one chunk, so one chunk means that nothing waits.
        if matches!(polled, Poll::Ready(Some(Ok(_)))) {
            self.flow.waiting.set(false);
            self.flow.turned.notify_one();
        }
        polled
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.flow.gone.set(true);
        self.flow.turned.notify_one();
    }
}
