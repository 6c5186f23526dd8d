//! One socket: a task that sends state and reads requests until either side ends it.
//!
//! While something it sent has not been taken by the connection, it sends nothing more and reads nothing more:
//! the newest frame is chosen when there is room for it, and a client that asks without reading only fills its
//! own end of the line.

use super::flow::Flow;
use super::inbox::{Broken, Unfinished};
use super::limits::LiveLimits;
use super::request::{Code, Refusal, Request, Watching};
use super::sever::Knife;
use crate::market::{Board, Frame, Hub};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, ProtocolError, Session};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// How long a closed socket may take to go.
const GOODBYE: Duration = Duration::from_secs(1);

/// All that one socket's task works with.
pub(super) struct Socket {
    pub(super) session: Session,
    pub(super) inbox: AggregatedMessageStream,
    pub(super) unfinished: Unfinished,
    pub(super) flow: Rc<Flow>,
    pub(super) knife: Knife,
    pub(super) board: Arc<Board>,
    pub(super) hub: Hub,
    pub(super) limits: LiveLimits,
    pub(super) stop: CancellationToken,
    pub(super) watching: Watching,
}

/// How a socket ends.
enum Ending {
    /// With a close frame.
    Close(CloseCode, String),
    /// The client closed it.
    Answer(Option<CloseReason>),
    /// Without a word: nobody would read it.
    Cut,
    /// It is already gone.
    Gone,
}

type Going = Result<(), Ending>;

/// What the client has been told and has said so far.
struct Progress {
    frames: watch::Receiver<Arc<Frame>>,
    number: u64,
    sequence: u64,
    told: Instant,
    heard: Instant,
    pinged: Instant,
    second: Instant,
    messages: u32,
    malformed: u32,
}

impl Socket {
    /// Runs the socket to its end. `passed_over` is told first.
    pub(super) async fn run(mut self, passed_over: Option<Refusal>) {
        let now = Instant::now();
        let mut progress = Progress {
            frames: self.hub.watch(),
            number: 0,
            sequence: 0,
            told: now,
            heard: now,
            pinged: now,
            second: now,
            messages: 0,
            malformed: 0,
        };
        let ending = match self.go(&mut progress, passed_over).await {
            Err(ending) => ending,
            Ok(()) => Ending::Gone,
        };
        self.end(ending).await;
    }

    async fn go(&mut self, progress: &mut Progress, passed_over: Option<Refusal>) -> Going {
        if let Some(refusal) = passed_over {
            self.tell(progress, refusal.text()).await?;
        }
        self.snapshot(progress).await?;
        let stop = self.stop.clone();
        let flow = Rc::clone(&self.flow);
        loop {
            self.taken().await?;
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(going_away()),
                () = flow.turned() => {}
                message = self.inbox.recv() => self.hear(progress, message).await?,
                changed = progress.frames.changed() => {
                    changed.map_err(|_| going_away())?;
                    self.frame(progress).await?;
                }
                () = sleep_until(progress.pinged + self.limits.ping) => self.ping(progress).await?,
                () = sleep_until(progress.told + self.limits.heartbeat) => {
                    let text = self.hub.heartbeat(progress.sequence);
                    self.tell(progress, text).await?;
                }
            }
        }
    }

    /// Waits until the connection has taken what was sent; a client that lets it wait too long is cut.
    async fn taken(&self) -> Going {
        let cut = Instant::now() + self.limits.unread;
        loop {
            if self.flow.is_gone() {
                return Err(Ending::Gone);
            }
            if !self.flow.is_waiting() {
                return Ok(());
            }
            tokio::select! {
                () = self.stop.cancelled() => return Err(going_away()),
                () = self.flow.turned() => {}
                () = sleep_until(cut) => return Err(Ending::Cut),
            }
        }
    }

    async fn tell(&mut self, progress: &mut Progress, text: impl Into<bytestring::ByteString>) -> Going {
        self.taken().await?;
        self.flow.sent();
        progress.told = Instant::now();
        self.session.text(text).await.map_err(|_| Ending::Gone)
    }

    async fn snapshot(&mut self, progress: &mut Progress) -> Going {
        self.taken().await?;
        let frame = Arc::clone(&progress.frames.borrow_and_update());
        (progress.number, progress.sequence) = (frame.number(), frame.sequence());
        match &self.watching {
            Watching::Everything => self.tell(progress, frame.snapshot()).await,
            Watching::Places(places) => {
                let text = frame.snapshot_of(places);
                self.tell(progress, text).await
            }
        }
    }

    /// Sends the newest frame: what changed to whoever has seen the one before, else a snapshot.
    async fn frame(&mut self, progress: &mut Progress) -> Going {
        let frame = Arc::clone(&progress.frames.borrow_and_update());
        if frame.number() != progress.number + 1 {
            return self.snapshot(progress).await;
        }
        progress.number = frame.number();
        let previous = progress.sequence;
        match &self.watching {
            Watching::Everything => {
                progress.sequence = frame.sequence();
                if previous == frame.previous() {
                    self.tell(progress, frame.changes()).await
                } else {
                    self.tell(progress, frame.snapshot()).await
                }
            }
            Watching::Places(places) => {
                let Some(text) = frame.changes_of(places, previous) else { return Ok(()) };
                progress.sequence = frame.sequence();
                self.tell(progress, text).await
            }
        }
    }

    async fn ping(&mut self, progress: &mut Progress) -> Going {
        let now = Instant::now();
        if now.saturating_duration_since(progress.heard) >= self.limits.silence {
            let reason = format!("No answer to pings for {} seconds.", self.limits.silence.as_secs());
            return Err(Ending::Close(CloseCode::Policy, reason));
        }
        progress.pinged = now;
        self.flow.sent();
        self.session.ping(b"").await.map_err(|_| Ending::Gone)
    }

    async fn hear(
        &mut self,
        progress: &mut Progress,
        message: Option<Result<AggregatedMessage, ProtocolError>>,
    ) -> Going {
        let message = match message.ok_or(Ending::Gone)?.map_err(Broken::from) {
            Ok(message) => message,
            Err(broken) => return self.broken(progress, broken).await,
        };
        self.unfinished.finished();
        progress.heard = Instant::now();
        if progress.heard.saturating_duration_since(progress.second) >= Duration::from_secs(1) {
            (progress.second, progress.messages) = (progress.heard, 0);
        }
        progress.messages += 1;
        if progress.messages > self.limits.messages_per_second {
            let sentence = format!("At most {} messages a second.", self.limits.messages_per_second);
            return self.refuse(progress, Code::TooManyMessages, CloseCode::Policy, &sentence).await;
        }
        match message {
            AggregatedMessage::Text(text) if text.len() > self.limits.message_bytes => {
                self.broken(progress, Broken::TooLarge).await
            }
            AggregatedMessage::Text(text) => self.asked(progress, &text).await,
            AggregatedMessage::Binary(_) => {
                self.refuse(progress, Code::NotText, CloseCode::Unsupported, "Messages are text, not binary.").await
            }
            AggregatedMessage::Ping(payload) => {
                self.flow.sent();
                self.session.pong(&payload).await.map_err(|_| Ending::Gone)
            }
            AggregatedMessage::Pong(_) => Ok(()),
            AggregatedMessage::Close(reason) => Err(Ending::Answer(reason)),
        }
    }

    async fn asked(&mut self, progress: &mut Progress, text: &str) -> Going {
        let (watching, passed_over) = match Request::parse(text) {
            Ok(request) => self.watching.after(request, &self.board, self.limits.symbols),
            Err(refusal) => (Err(refusal), None),
        };
        if let Some(refusal) = passed_over {
            self.tell(progress, refusal.text()).await?;
        }
        match watching {
            Ok(watching) => {
                self.watching = watching;
                self.snapshot(progress).await
            }
            Err(refusal) => {
                self.tell(progress, refusal.text()).await?;
                progress.malformed += u32::from(refusal.code != Code::TooManySymbols);
                if progress.malformed < self.limits.malformed_messages {
                    return Ok(());
                }
                let reason = format!("{} messages could not be understood.", progress.malformed);
                Err(Ending::Close(CloseCode::Policy, reason))
            }
        }
    }

    async fn broken(&mut self, progress: &mut Progress, broken: Broken) -> Going {
        match broken {
            Broken::TooLarge => {
                let sentence = format!("A message is at most {} bytes.", self.limits.message_bytes);
                self.refuse(progress, Code::TooLarge, CloseCode::Size, &sentence).await
            }
            Broken::NotUtf8 => {
                self.refuse(progress, Code::NotUtf8, CloseCode::Invalid, "Messages are UTF-8 text.").await
            }
            Broken::Protocol => {
                Err(Ending::Close(CloseCode::Protocol, "That is not the WebSocket protocol.".to_owned()))
            }
            Broken::Gone => Err(Ending::Gone),
        }
    }

    /// Says why, then closes.
    async fn refuse(&mut self, progress: &mut Progress, code: Code, close: CloseCode, sentence: &str) -> Going {
        self.tell(progress, Refusal::new(code, sentence).text()).await?;
        Err(Ending::Close(close, sentence.to_owned()))
    }

    /// Ends the connection: in words where they can still be read, by force where it stays regardless.
    async fn end(self, ending: Ending) {
        let reason = match ending {
            Ending::Close(code, description) => Some(CloseReason { code, description: Some(description) }),
            Ending::Answer(reason) => reason.map(|reason| CloseReason { description: None, ..reason }),
            Ending::Cut => {
                self.flow.cut();
                self.knife.sever();
                return;
            }
            Ending::Gone => return,
        };
        // Dropping the inbox lets the connection throw away what the client still sends.
        drop(self.inbox);
        let flow = Rc::clone(&self.flow);
        let session = self.session;
        let goodbye = async {
            if session.close(reason).await.is_ok() {
                while !flow.is_gone() {
                    flow.turned().await;
                }
            }
        };
        if timeout(GOODBYE, goodbye).await.is_err() {
            self.flow.cut();
            self.knife.sever();
        }
    }
}

fn going_away() -> Ending {
    Ending::Close(CloseCode::Away, "The server is stopping; come back in a moment.".to_owned())
}
