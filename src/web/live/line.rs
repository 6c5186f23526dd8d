//! One client's connection after the upgrade: what it has been shown, and what of it still waits to be taken.
//!
//! Two write to it: the room, which shows everybody each new frame, and the line's own conversation, for all that
//! concerns this client alone. While something waits nothing newer is written, so that memory stays bounded and a
//! slow client skips to the newest state.

use super::limits::LiveLimits;
use super::request::Watching;
use crate::market::message::{frame_text, push_head};
use crate::market::{Frame, Hub};
use actix_web::web::Bytes;
use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// An empty ping.
const PING: &[u8] = &[0x89, 0];
/// The first bytes of frames of control.
const PONG: u8 = 0x8a;
const CLOSE: u8 = 0x88;

/// How a line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// With a close frame.
    Close(u16, String),
    /// The client closed it, with this code.
    Answer(Option<u16>),
    /// Without a word: nobody would read it.
    Cut,
    /// It is already gone.
    Gone,
}

impl Ending {
    /// The server is stopping.
    pub(super) fn going_away() -> Self {
        Self::Close(1001, "The server is stopping; come back in a moment.".to_owned())
    }
}

/// Where messages of a client's own choice are put together: one for a room, or for an answer.
#[derive(Debug, Default)]
pub(super) struct Desk {
    text: String,
    packet: Vec<u8>,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) stream: TcpStream,
    /// Told when something begins to wait, and when the line is to end.
    pub(super) woken: Notify,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    watching: Watching,
    /// The number of the newest frame the client was shown; nothing before the first.
    shown: Option<u64>,
    /// The sequence of the last message it was sent.
    sequence: u64,
    waiting: VecDeque<Bytes>,
    /// Since when nothing of what waits was taken.
    stuck: Option<Instant>,
    told: Instant,
    heard: Instant,
    pinged: Instant,
    ending: Option<Ending>,
}

/// What is written: shared by many, or this client's own.
enum Packet<'a> {
    Shared(&'a Bytes),
    Own(&'a [u8]),
}

impl Packet<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Shared(bytes) => bytes,
            Self::Own(bytes) => bytes,
        }
    }

    /// What is left after `written` bytes.
    fn left(&self, written: usize) -> Bytes {
        match self {
            Self::Shared(bytes) => bytes.slice(written..),
            Self::Own(bytes) => Bytes::copy_from_slice(bytes.get(written..).unwrap_or_default()),
        }
    }
}

impl Line {
    pub(super) fn new(stream: TcpStream, watching: Watching) -> Self {
        let now = Instant::now();
        let state = State {
            watching,
            shown: None,
            sequence: 0,
            waiting: VecDeque::new(),
            stuck: None,
            told: now,
            heard: now,
            pinged: now,
            ending: None,
        };
        Self { stream, woken: Notify::new(), state: Mutex::new(state) }
    }

    /// Shows the room's newest frame, unless the client has not taken what it was sent before, or has seen it. A ping
    /// that is due goes with it.
    pub(super) fn show(&self, frame: &Frame, limits: &LiveLimits, now: Instant, desk: &mut Desk) {
        let mut state = self.lock();
        if state.shown.is_some_and(|shown| shown < frame.number()) && state.may_write() {
            let ping = now.saturating_duration_since(state.pinged) >= limits.ping;
            self.show_newest(&mut state, frame, ping, now, desk);
        }
    }

    /// Shows a snapshot of what the client watches, now that it watches `watching`.
    pub(super) fn begin(&self, watching: Option<Watching>, frame: &Frame, desk: &mut Desk) {
        let mut state = self.lock();
        if let Some(watching) = watching {
            state.watching = watching;
        }
        state.shown = None;
        self.show_newest(&mut state, frame, false, Instant::now(), desk);
    }

    fn show_newest(&self, state: &mut State, frame: &Frame, ping: bool, now: Instant, desk: &mut Desk) {
        // A list that has changed is shown whole, so that nobody keeps what is no longer on it.
        let next = state.shown.is_some_and(|shown| shown + 1 == frame.number()) && !frame.relisted();
        let previous = state.sequence;
        state.shown = Some(frame.number());
        let packet = match &state.watching {
            Watching::Everything if next && previous == frame.previous() => Packet::Shared(frame.changes().bytes()),
            Watching::Everything => Packet::Shared(frame.snapshot().bytes()),
            Watching::Places(places) => {
                desk.text.clear();
                if !next {
                    frame.snapshot_of(places, &mut desk.text);
                } else if !frame.changes_of(places, previous, &mut desk.text) {
                    return;
                }
                desk.packet.clear();
                frame_text(&desk.text, &mut desk.packet);
                Packet::Own(&desk.packet)
            }
        };
        (state.sequence, state.told) = (frame.sequence(), now);
        if ping {
            state.pinged = now;
        }
        self.write(state, &packet, ping, now);
    }

    /// Sends a message that is for this client alone.
    pub(super) fn tell(&self, text: &str) {
        let mut packet = Vec::new();
        frame_text(text, &mut packet);
        let now = Instant::now();
        let mut state = self.lock();
        state.told = now;
        self.write(&mut state, &Packet::Own(&packet), false, now);
    }

    /// Answers a ping.
    pub(super) fn pong(&self, payload: &[u8]) {
        self.control(PONG, payload);
    }

    /// Says goodbye.
    pub(super) fn goodbye(&self, code: Option<u16>, reason: &str) {
        let code = code.map(u16::to_be_bytes);
        let payload: Vec<u8> = code.iter().flatten().copied().chain(reason.bytes()).collect();
        self.control(CLOSE, &payload);
    }

    fn control(&self, first: u8, payload: &[u8]) {
        let mut packet = Vec::new();
        push_head(first, payload.len(), &mut packet);
        packet.extend_from_slice(payload);
        self.write(&mut self.lock(), &Packet::Own(&packet), false, Instant::now());
    }

    /// Does what time asks for: cuts a client that takes nothing, closes one that says nothing, pings, and shows a
    /// quiet market's heart beating. Pings that can go with a frame are left to it for `grace`.
    pub(super) fn look_after(&self, hub: &Hub, limits: &LiveLimits, grace: std::time::Duration, now: Instant) {
        let mut state = self.lock();
        let since = |moment: Instant| now.saturating_duration_since(moment);
        if state.stuck.is_some_and(|stuck| since(stuck) >= limits.unread) {
            self.end_with(&mut state, Ending::Cut);
        } else if since(state.heard) >= limits.silence {
            let reason = format!("No answer to pings for {} seconds.", limits.silence.as_secs());
            self.end_with(&mut state, Ending::Close(1008, reason));
        } else if state.shown.is_some() && state.may_write() {
            if since(state.pinged) >= limits.ping + grace {
                state.pinged = now;
                self.write(&mut state, &Packet::Own(PING), false, now);
            }
            if since(state.told) >= limits.heartbeat {
                state.told = now;
                let mut packet = Vec::new();
                frame_text(&hub.heartbeat(state.sequence), &mut packet);
                self.write(&mut state, &Packet::Own(&packet), false, now);
            }
        }
    }

    /// Writes as much as the connection takes and keeps the rest.
    fn write(&self, state: &mut State, packet: &Packet<'_>, ping: bool, now: Instant) {
        let bytes = packet.bytes();
        let tail = if ping { PING } else { &[] };
        let written = if !state.waiting.is_empty() {
            Ok(0)
        } else if ping {
            self.stream.try_write_vectored(&[IoSlice::new(bytes), IoSlice::new(tail)])
        } else {
            self.stream.try_write(bytes)
        };
        let written = match written {
            Ok(written) => written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            Err(_) => return self.end_with(state, Ending::Gone),
        };
        if written == bytes.len() + tail.len() {
            return;
        }
        if written < bytes.len() {
            state.waiting.push_back(packet.left(written));
        }
        if ping {
            state
                .waiting
                .push_back(Bytes::from_static(PING.get(written.saturating_sub(bytes.len())..).unwrap_or_default()));
        }
        state.stuck.get_or_insert(now);
        self.woken.notify_one();
    }

    /// Whether something waits.
    pub(super) fn is_waiting(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// Writes of what waits as much as the connection takes; whether that is all.
    pub(super) fn flush(&self) -> bool {
        let mut state = self.lock();
        while let Some(front) = state.waiting.front_mut() {
            match self.stream.try_write(front) {
                Ok(written) => {
                    let left = front.split_off(written);
                    *front = left;
                    if front.is_empty() {
                        state.waiting.pop_front();
                    }
                    // Who takes what is sent is there, though what it says is not read meanwhile.
                    let now = Instant::now();
                    (state.stuck, state.heard) = (Some(now), now);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(_) => {
                    state.waiting.clear();
                    self.end_with(&mut state, Ending::Gone);
                }
            }
        }
        state.waiting = VecDeque::new();
        state.stuck = None;
        true
    }

    /// Notes that the client has spoken.
    pub(super) fn heard(&self, now: Instant) {
        self.lock().heard = now;
    }

    /// What the client watches after `change`, which is given what it watches now.
    pub(super) fn watching<T>(&self, change: impl FnOnce(&Watching) -> T) -> T {
        change(&self.lock().watching)
    }

    /// Ends the line; whoever was first says how.
    pub(super) fn end(&self, ending: Ending) {
        self.end_with(&mut self.lock(), ending);
    }

    fn end_with(&self, state: &mut State, ending: Ending) {
        state.ending.get_or_insert(ending);
        self.woken.notify_one();
    }

    /// How the line is to end, when it is.
    pub(super) fn ending(&self) -> Option<Ending> {
        self.lock().ending.clone()
    }

    // What stands is whole even where a write panicked.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether there is room for something new.
    fn may_write(&self) -> bool {
        self.waiting.is_empty() && self.ending.is_none()
    }
}
