//! What is asked of a server, over how many connections, and how long each answer took.

use crate::client::Connection;
use crate::histogram::Histogram;
use anyhow::{Context as _, bail};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tradefloor::clock::Clock;
use tradefloor::domain::OrderKey;

/// One connection's requests: the same bytes each time but for the digits of a key. Several scripts in one are sent
/// in turn.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    requests: Vec<Request>,
    turn: usize,
    status: u16,
}

#[derive(Debug, Clone)]
struct Request {
    bytes: Vec<u8>,
    key: Option<usize>,
}

impl Script {
    /// What stands where the digits of the key belong.
    pub(crate) const KEY: &'static str = "00000000000000000000000000000000";

    /// Sends `text` again and again and expects `status`. Where it holds [`Script::KEY`], that becomes a key as the
    /// site's forms have them, another one each time.
    pub(crate) fn new(text: String, status: u16) -> Self {
        let key = text.find(Self::KEY);
        Self { requests: vec![Request { bytes: text.into_bytes(), key }], turn: 0, status }
    }

    /// Sends what `other` sends too, in turn.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.requests.extend(other.requests);
        self
    }

    fn next(&mut self) -> &[u8] {
        self.turn = (self.turn + 1) % self.requests.len().max(1);
        let Some(request) = self.requests.get_mut(self.turn) else { return &[] };
        if let Some(key) = request.key
            && let Some(digits) = request.bytes.get_mut(key..key + Self::KEY.len())
        {
            digits.copy_from_slice(OrderKey::at(Clock.now()).as_str().as_bytes());
        }
        &request.bytes
    }
}

/// What remembers how long answers took.
pub(crate) trait Notes: Default + Send + 'static {
    /// One request went out and its answer was there.
    fn note(&mut self, sent: Instant, received: Instant);
}

impl Notes for Histogram {
    fn note(&mut self, sent: Instant, received: Instant) {
        self.record(received - sent);
    }
}

impl Notes for Vec<(Instant, Instant)> {
    fn note(&mut self, sent: Instant, received: Instant) {
        self.push((sent, received));
    }
}

/// Runs every script on a connection of its own for `seconds`; each one's notes, and how long it really took.
pub(crate) async fn run<N: Notes>(
    address: SocketAddr,
    scripts: &mut Vec<Script>,
    seconds: Duration,
) -> anyhow::Result<(Vec<N>, Duration)> {
    let mut connections = Vec::with_capacity(scripts.len());
    for script in scripts.drain(..) {
        connections.push((Connection::open(address).await?, script));
    }
    let mut running = JoinSet::new();
    let begun = Instant::now();
    for (connection, script) in connections {
        running.spawn(drive(connection, script, begun + seconds));
    }
    let mut all = Vec::new();
    while let Some(finished) = running.join_next().await {
        let (script, notes) = finished??;
        all.push(notes);
        scripts.push(script);
    }
    Ok((all, begun.elapsed()))
}

/// As [`run`], with all waiting times together.
pub(crate) async fn run_together(
    address: SocketAddr,
    scripts: &mut Vec<Script>,
    seconds: Duration,
) -> anyhow::Result<(Histogram, Duration)> {
    let (each, took) = run::<Histogram>(address, scripts, seconds).await?;
    let together = each.iter().fold(Histogram::new(), |mut all, one| {
        all.add(one);
        all
    });
    Ok((together, took))
}

async fn drive<N: Notes>(mut connection: Connection, mut script: Script, end: Instant) -> anyhow::Result<(Script, N)> {
    let mut notes = N::default();
    let expected = script.status;
    let mut sent = Instant::now();
    while sent < end {
        let answer = connection.exchange(script.next()).await.context("no answer")?;
        if answer.status != expected {
            bail!("expected {expected}: {}", answer.complaint());
        }
        let received = Instant::now();
        notes.note(sent, received);
        sent = received;
    }
    Ok((script, notes))
}
