//! Everything the pages are made from: the services, the market, and how the site is reached.

use super::sparklines::Sparklines;
use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::domain::Money;
use crate::market::Market;
use crate::operations::Operations;
use crate::store::Store;
use crate::trading::Desk;
use actix_web::cookie::Key;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What handlers are given. Cheap to clone.
#[derive(Clone)]
pub struct House {
    /// For reading. Writing goes through a service.
    pub store: Store,
    /// Signing up, signing in, leaving.
    pub accounts: Accounts,
    /// Orders and money.
    pub desk: Desk,
    /// Prices.
    pub market: Market,
    /// What is listed and halted, where prices stand, how the market's clock runs.
    pub operations: Operations,
    /// What the day of every price looked like.
    pub sparklines: Sparklines,
    /// The time of day.
    pub clock: Clock,
    /// Since when the house is open, by the clock that never jumps.
    pub opened: Instant,
    /// How the site is reached and what it promises.
    pub site: Arc<Site>,
}

/// How the site is reached and what it promises.
pub struct Site {
    /// Where people reach it, such as `https://market.example`, when that is not the address it listens on.
    pub public_origin: Option<String>,
    /// Whether it is reached over TLS, so that cookies are for TLS alone.
    pub secure: bool,
    /// Whether the nearest proxy is trusted to tell the visitor's address.
    pub trusted_proxy: bool,
    /// Signs what is kept in visitors' cookies.
    pub key: Key,
    /// How long a session lasts without being used.
    pub session_idle: Duration,
    /// How long a session lasts at the most.
    pub session_absolute: Duration,
    /// What a new account begins with.
    pub opening_balance: Money,
}
