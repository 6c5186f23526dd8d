//! The loads that pages and single buys are measured with.

use std::time::Duration;

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
