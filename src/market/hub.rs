//! The hub: looks at the board a few times a second and publishes what changed as one frame for everybody.
//!
//! Live rates are state, not messages. Only the newest frame exists; whoever missed one takes a snapshot.
//! What all watch is encoded and framed once and its bytes are shared; a choice of symbols costs joining ready pieces.

use super::board::{Board, Changes, Roster, Traded};
use super::message::Message;
use super::wire;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

/// The state of the market at one moment, ready to be sent.
#[derive(Debug)]
pub struct Frame {
    number: u64,
    sequence: u64,
    previous: u64,
    state: &'static str,
    turned: bool,
    relisted: bool,
    board: Arc<Board>,
    roster: Arc<Roster>,
    stamp: String,
    pieces: Vec<Piece>,
    changed: Vec<usize>,
    changes: OnceLock<Message>,
    snapshot: OnceLock<Message>,
}

/// One instrument's rate as text, and the number of the frame in which it last changed.
#[derive(Debug, Clone)]
struct Piece {
    text: Arc<str>,
    frame: u64,
}

impl Frame {
    /// Its place among the frames: one more than the frame before.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The board's sequence that it shows.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The sequence of the frame before.
    #[must_use]
    pub const fn previous(&self) -> u64 {
        self.previous
    }

    /// Whether the feed changed its state since the frame before.
    #[must_use]
    pub const fn turned(&self) -> bool {
        self.turned
    }

    /// Whether something was listed or delisted since the frame before. Then what changed does not tell it all, and
    /// everybody is shown a snapshot.
    #[must_use]
    pub const fn relisted(&self) -> bool {
        self.relisted
    }

    /// What changed since the frame before, for those who watch everything. Made once.
    #[must_use]
    pub fn changes(&self) -> &Message {
        self.changes.get_or_init(|| {
            let mut text = String::new();
            let listed = self.changed.iter().filter(|place| self.lists(**place)).copied().collect::<Vec<_>>();
            wire::changes(&mut text, self.sequence, self.previous, &self.stamp, self.pieces_at(&listed));
            Message::of(&text)
        })
    }

    /// Everything that is listed, for those who watch everything. Made once.
    #[must_use]
    pub fn snapshot(&self) -> &Message {
        self.snapshot.get_or_init(|| {
            let mut text = String::new();
            let listed = self.pieces.iter().enumerate().filter(|(place, _)| self.lists(*place));
            let rates = listed.map(|(_, piece)| piece.text.as_ref());
            wire::snapshot(&mut text, self.sequence, &self.stamp, "\"everything\"", rates);
            Message::of(&text)
        })
    }

    /// Writes what changed among the instruments at `places` (ascending) since the frame before to `text`, for a
    /// client whose latest message showed `previous`. False, and nothing written, when nothing of it changed, unless
    /// the feed turned.
    pub fn changes_of(&self, places: &[usize], previous: u64, text: &mut String) -> bool {
        let pieces = places.iter().filter_map(|place| self.pieces.get(*place));
        let mut changed = pieces.filter(|piece| piece.frame == self.number).map(|piece| piece.text.as_ref()).peekable();
        if changed.peek().is_none() && !self.turned {
            return false;
        }
        wire::changes(text, self.sequence, previous, &self.stamp, changed);
        true
    }

    /// Writes the instruments at `places` to `text`.
    pub fn snapshot_of(&self, places: &[usize], text: &mut String) {
        let watched = places.iter().filter(|place| **place < self.pieces.len());
        let watching = wire::list(watched.filter_map(|place| Some(&self.roster.at(*place)?.instrument.symbol)));
        wire::snapshot(text, self.sequence, &self.stamp, &watching, self.pieces_at(places));
    }

    fn pieces_at<'a>(&'a self, places: &'a [usize]) -> impl Iterator<Item = &'a str> {
        places.iter().filter_map(|place| Some(self.pieces.get(*place)?.text.as_ref()))
    }

    fn lists(&self, place: usize) -> bool {
        self.roster.at(place).is_some_and(|traded| !traded.status.delisted)
    }

    /// The frame after this one; nothing when nothing happened.
    fn next(&self) -> Option<Self> {
        let status = self.board.status();
        let state = status.state.as_str();
        let turned = state != self.state;
        let Changes { sequence, lines, roster } = self.board.changes_since(self.sequence);
        if sequence == self.sequence && !turned {
            return None;
        }
        let number = self.number + 1;
        let mut pieces = self.pieces.clone();
        let added = roster.all().iter().skip(pieces.len());
        pieces.extend(added.map(|traded| Piece { text: wire::rate(traded, None).into(), frame: number }));
        let mut changed = Vec::with_capacity(lines.len());
        for (place, quoted) in lines {
            if let (Some(piece), Some(traded)) = (pieces.get_mut(place), roster.at(place)) {
                *piece = Piece { text: wire::rate(traded, quoted).into(), frame: number };
                changed.push(place);
            }
        }
        let stamp = wire::stamp(&self.board, &status);
        Some(Self {
            number,
            sequence,
            previous: self.sequence,
            state,
            turned,
            relisted: roster.edition() != self.roster.edition(),
            board: Arc::clone(&self.board),
            roster,
            stamp,
            pieces,
            changed,
            changes: OnceLock::new(),
            snapshot: OnceLock::new(),
        })
    }

    /// The market before anything happened, or as it stands now.
    fn first(board: Arc<Board>) -> Self {
        let roster = board.roster();
        let unquoted = |traded: &Traded| Piece { text: wire::rate(traded, None).into(), frame: 0 };
        let pieces = roster.all().iter().map(unquoted).collect();
        let status = board.status();
        let (stamp, state) = (wire::stamp(&board, &status), status.state.as_str());
        let before = Self {
            number: 0,
            sequence: 0,
            previous: 0,
            state,
            turned: false,
            relisted: false,
            board,
            roster,
            stamp,
            pieces,
            changed: Vec::new(),
            changes: OnceLock::new(),
            snapshot: OnceLock::new(),
        };
        before.next().unwrap_or(before)
    }
}

/// Publishes frames. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Hub {
    board: Arc<Board>,
    frames: watch::Receiver<Arc<Frame>>,
}

impl Hub {
    /// Starts to look at `board` every `cadence` on the current runtime, until `stop`.
    pub(super) fn start(board: Arc<Board>, cadence: Duration, stop: CancellationToken) -> Self {
        let (publish, frames) = watch::channel(Arc::new(Frame::first(Arc::clone(&board))));
        tokio::spawn(async move {
            let cadence = cadence.max(Duration::from_millis(1));
            let mut ticks = interval_at(Instant::now() + cadence, cadence);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = ticks.tick() => {}
                    () = stop.cancelled() => return,
                }
                let next = publish.borrow().next();
                if let Some(frame) = next {
                    publish.send_replace(Arc::new(frame));
                }
            }
        });
        Self { board, frames }
    }

    /// The newest frame, and every newer one as it comes; those in between are skipped.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<Frame>> {
        self.frames.clone()
    }

    /// The newest frame.
    #[must_use]
    pub fn newest(&self) -> Arc<Frame> {
        Arc::clone(&self.frames.borrow())
    }

    /// A sign of life for a client whose latest message showed `sequence`.
    #[must_use]
    pub fn heartbeat(&self, sequence: u64) -> String {
        wire::heartbeat(sequence, &wire::stamp(&self.board, &self.board.status()))
    }
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
