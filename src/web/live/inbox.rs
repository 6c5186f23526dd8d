//! What a client sends, in bounded memory.

use super::limits::LiveLimits;
use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::{self, Bytes};
use actix_ws::ProtocolError;
use futures_util::Stream;
use futures_util::future::FutureExt;
use std::cell::Cell;
use std::io::ErrorKind;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// How much may arrive, beyond the largest message, without completing a frame: what one read brings.
const READ_AHEAD: usize = 160 * 1024;

/// How much has arrived since the last complete message.
#[derive(Clone, Default)]
pub(super) struct Unfinished(Rc<Cell<usize>>);

impl Unfinished {
    /// A message is complete.
    pub(super) fn finished(&self) {
        self.0.set(0);
    }
}

/// The client's bytes, refused once an unfinished frame is larger than any message may be. The decoder looks at
/// a frame's announced length only when the whole frame is there; this keeps it from gathering a gigabyte.
struct Bounded {
    payload: Payload,
    unfinished: Unfinished,
    most: usize,
}

/// Bounds `payload`.
pub(super) fn bounded(
    request: &HttpRequest,
    payload: web::Payload,
    limits: &LiveLimits,
) -> Option<(web::Payload, Unfinished)> {
    let unfinished = Unfinished::default();
    let most = limits.message_bytes.saturating_add(READ_AHEAD);
    let bounded = Bounded { payload: payload.into_inner(), unfinished: unfinished.clone(), most };
    let mut bounded: Payload = Payload::Stream { payload: Box::pin(bounded) };
    // The only way to wrap a payload again; it is ready at once and cannot fail.
    let wrapped = web::Payload::from_request(request, &mut bounded).now_or_never().and_then(Result::ok);
    wrapped.map(|payload| (payload, unfinished))
}

impl Stream for Bounded {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.payload).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            let unfinished = self.unfinished.0.get().saturating_add(bytes.len());
            self.unfinished.0.set(unfinished);
            if unfinished > self.most {
                return Poll::Ready(Some(Err(PayloadError::Overflow)));
            }
        }
        polled
    }
}

/// What is wrong with what a client sent below the level of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// A message over the limit.
    TooLarge,
    /// Text that is not UTF-8.
    NotUtf8,
    /// Frames that are no WebSocket frames.
    Protocol,
    /// Nothing: the connection ended.
    Gone,
}

impl From<ProtocolError> for Broken {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::Overflow => Self::TooLarge,
            ProtocolError::Io(error) => {
                let payload = error.get_ref().and_then(|inner| inner.downcast_ref::<PayloadError>());
                match (error.kind(), payload) {
                    // The aggregation of fragments has no other error of this kind than their size.
                    (_, Some(PayloadError::Overflow)) | (ErrorKind::Other, None) => Self::TooLarge,
                    (_, Some(_)) => Self::Gone,
                    (ErrorKind::InvalidData, None) if error.to_string().contains("utf-8") => Self::NotUtf8,
                    _ => Self::Protocol,
                }
            }
            _ => Self::Protocol,
        }
    }
}
