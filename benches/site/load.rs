//! What is asked of a server, over how many connections, and what came of it.

use crate::client::Connection;
use crate::histogram::Histogram;
use anyhow::bail;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The portfolio page.
    Page,
    /// The portfolio page as browsers ask for it.
    CompressedPage,
    /// A market buy under a key of its own.
    Buy,
    /// As good as nothing: what a connection costs.
    Word,
}

/// A load with its name.
#[derive(Debug)]
pub(crate) struct Load {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What is asked.
    pub(crate) kind: Kind,
}

/// Every load, in the order measured.
pub(crate) const ALL: [Load; 4] = [
    Load { name: "portfolio pages, 10 holdings", kind: Kind::Page },
    Load { name: "portfolio pages, 10 holdings, gzip", kind: Kind::CompressedPage },
    Load { name: "durable market buys", kind: Kind::Buy },
    Load { name: "the least: /health/live", kind: Kind::Word },
];

/// One connection's requests: the same bytes each time but for the digits of a key.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    bytes: Vec<u8>,
    key: Option<usize>,
    counter: u64,
    status: u16,
}

impl Script {
    /// What stands where the digits of the key belong.
    pub(crate) const KEY: &'static str = "0000000000000000";

    /// Sends `text` again and again and expects `status`. Where it holds [`Script::KEY`], that becomes a
    /// number that never repeats.
    pub(crate) fn new(text: String, status: u16) -> Self {
        let key = text.find(Self::KEY);
        Self { bytes: text.into_bytes(), key, counter: 0, status }
    }

    fn next(&mut self) -> &[u8] {
        if let Some(key) = self.key
            && let Some(digits) = self.bytes.get_mut(key..key + Self::KEY.len())
        {
            self.counter += 1;
            digits.copy_from_slice(format!("{:016x}", self.counter).as_bytes());
        }
        &self.bytes
    }
}

/// What one round came to.
pub(crate) struct Round {
    /// Answers a second.
    pub(crate) rate: f64,
    /// Half of them waited at most this long.
    pub(crate) median: Duration,
    /// One in a hundred waited longer.
    pub(crate) slow: Duration,
    /// Processor time of the server for each answer.
    pub(crate) processor: Duration,
}

/// Runs every script on a connection of its own for `seconds`; the waiting times, and how long it really took.
pub(crate) async fn run(
    address: SocketAddr,
    scripts: &mut Vec<Script>,
    seconds: Duration,
) -> anyhow::Result<(Histogram, Duration)> {
    let mut connections = Vec::with_capacity(scripts.len());
    for script in scripts.drain(..) {
        connections.push((Connection::open(address).await?, script));
    }
    let mut running = JoinSet::new();
    let begun = Instant::now();
    for (connection, script) in connections {
        running.spawn(drive(connection, script, begun + seconds));
    }
    let mut all = Histogram::new();
    while let Some(finished) = running.join_next().await {
        let (script, histogram) = finished??;
        all.add(&histogram);
        scripts.push(script);
    }
    Ok((all, begun.elapsed()))
}

async fn drive(mut connection: Connection, mut script: Script, end: Instant) -> anyhow::Result<(Script, Histogram)> {
    let mut histogram = Histogram::new();
    let expected = script.status;
    let mut sent = Instant::now();
    while sent < end {
        let answer = connection.exchange(script.next()).await?;
        if answer.status != expected {
            bail!("expected {expected}: {}", answer.complaint());
        }
        let received = Instant::now();
        histogram.record(received - sent);
        sent = received;
    }
    Ok((script, histogram))
}
