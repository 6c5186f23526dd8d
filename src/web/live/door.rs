//! Where a request for live rates leaves what is to become of its connection, once the connection is handed over.

use super::LiveGate;
use super::conversation::Conversation;
use super::request::{Refusal, Watching};
use super::seats::Seat;
use actix_web::web::Bytes;
use std::cell::RefCell;
use std::net::TcpStream;
use std::rc::Rc;
use std::sync::Arc;

/// A place for one admission. Whoever can hand a connection over puts one into the request's extensions.
#[derive(Debug, Clone, Default)]
pub struct Door(Rc<RefCell<Option<Admission>>>);

/// One client that may come in.
#[derive(Debug)]
pub struct Admission {
    pub(super) gate: Arc<LiveGate>,
    pub(super) seat: Seat,
    pub(super) watching: Watching,
    pub(super) passed_over: Option<Refusal>,
}

impl Door {
    pub(super) fn open(&self, admission: Admission) {
        self.0.replace(Some(admission));
    }

    /// Who was admitted, if anyone was.
    #[must_use]
    pub fn admitted(&self) -> Option<Admission> {
        self.0.take()
    }
}

impl Admission {
    /// Lets the client in, whose connection is `stream` and who has said `early` already.
    pub fn enter(self, stream: TcpStream, early: Bytes) {
        let Self { gate, seat, watching, passed_over } = self;
        let (tracker, runtime) = (gate.conversations.clone(), gate.runtime.clone());
        let conversation = async move {
            let begun = Conversation::new(Arc::clone(&gate.floor), &gate.rooms, stream, early, (watching, seat));
            drop(gate);
            match begun {
                Ok(conversation) => conversation.run(passed_over).await,
                Err(error) => tracing::warn!(%error, "a live connection could not be taken over"),
            }
        };
        tracker.spawn_on(conversation, &runtime);
    }
}
