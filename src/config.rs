//! Every setting, once it makes sense.
//!
//! Flags and variables are read in [`crate::cli`]; what reaches this type has been checked whole, so that
//! nothing starts with half of its settings wrong.

use crate::accounts::throttle::Allowance;
use crate::domain::Money;
use crate::market::FeedPlan;
use crate::market::recorder::Retention;
use crate::store::Database;
use crate::trading::Rules;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How one site runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address it listens on.
    pub listen: SocketAddr,
    /// Threads that answer requests.
    pub workers: usize,
    /// Which database.
    pub database: Database,
    /// The file with the secret that signs cookies.
    pub key_file: PathBuf,
    /// Connections that read.
    pub readers: u32,
    /// Database connections that write, to a server.
    pub writers: u32,
    /// Writes that may wait.
    pub waiting_writes: usize,
    /// Writes to a file, and orders to a server, that share one commit at the most.
    pub writes_per_commit: usize,
    /// Where people reach the site, when that is not the address it listens on.
    pub public_origin: Option<String>,
    /// Whether the nearest proxy is trusted to tell the visitor's address.
    pub trusted_proxy: bool,
    /// Where prices come from.
    pub feed: FeedPlan,
    /// What a simulated market trades, when not the starter list.
    pub instruments: Option<PathBuf>,
    /// How often live rates are pushed.
    pub live_cadence: Duration,
    /// Whether a simulated market is given a past when it has none.
    pub past: bool,
    /// How long candles are kept.
    pub retention: Retention,
    /// Live connections in all.
    pub sockets: usize,
    /// Live connections from one address.
    pub sockets_per_address: usize,
    /// What a new account begins with.
    pub opening_balance: Money,
    /// What the desk allows.
    pub rules: Rules,
    /// The bcrypt cost of passwords.
    pub password_cost: u32,
    /// Tries to sign in, by address.
    pub tries_by_address: Allowance,
    /// Tries to sign in, by name.
    pub tries_by_name: Allowance,
    /// How long a session lasts without being used.
    pub session_idle: Duration,
    /// How long a session lasts at the most.
    pub session_absolute: Duration,
}
