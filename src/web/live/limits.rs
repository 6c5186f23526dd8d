//! What one client, one address and all together may take.

use std::time::Duration;

/// The bounds of `/rates/live`. The default is what is documented in `docs/live-rates.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveLimits {
    /// Sockets in all.
    pub sockets: usize,
    /// Sockets from one address: one IPv4 address, or one IPv6 network of 64 bits.
    pub sockets_per_address: usize,
    /// Symbols of one client's own choice.
    pub symbols: usize,
    /// Bytes of one message from a client.
    pub message_bytes: usize,
    /// Messages a second from one client, pings and pongs included.
    pub messages_per_second: u32,
    /// Malformed messages before the socket is closed.
    pub malformed_messages: u32,
    /// How long a socket is silent before it is sent a heartbeat.
    pub heartbeat: Duration,
    /// How often a client is pinged.
    pub ping: Duration,
    /// How long a client may say nothing at all, pongs included.
    pub silence: Duration,
    /// How long a client may take nothing of what waits for it.
    pub unread: Duration,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self {
            sockets: 10_000,
            sockets_per_address: 100,
            symbols: 200,
            message_bytes: 4_096,
            messages_per_second: 20,
            malformed_messages: 3,
            heartbeat: Duration::from_secs(5),
            ping: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            unread: Duration::from_secs(10),
        }
    }
}
