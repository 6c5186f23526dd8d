//! Many people at once: signed up side by side, and sharing connections to trade.

use crate::load::Script;
use crate::trader::Trader;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;

/// How many sign up at the same time.
const DOORS: usize = 32;
/// What everybody trades, and holds a little of from the beginning.
const TRADED: [&str; 1] = ["AAPL"];

/// Signs up `people`; each buys a first share.
pub(crate) async fn gather(address: SocketAddr, people: usize) -> anyhow::Result<Vec<Trader>> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut doors = JoinSet::new();
    for _ in 0..DOORS {
        let next = Arc::clone(&next);
        doors.spawn(async move {
            let mut entered = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= people {
                    return anyhow::Ok(entered);
                }
                let trader = Trader::register(address, &format!("trader-{number}")).await?;
                trader.acquire(address, &TRADED).await?;
                entered.push(trader);
            }
        });
    }
    let mut all = Vec::with_capacity(people);
    while let Some(entered) = doors.join_next().await {
        all.extend(entered??);
    }
    Ok(all)
}

/// The buys of all `traders` at `path`, over so many connections: those who share one take turns.
pub(crate) fn buys(traders: &[Trader], path: &str, connections: usize) -> Vec<Script> {
    let mut scripts: Vec<Script> = traders.iter().take(connections).map(|trader| trader.buy(path)).collect();
    for (place, trader) in traders.iter().enumerate().skip(connections) {
        if let Some(script) = scripts.get_mut(place % connections) {
            *script = script.clone().and(trader.buy(path));
        }
    }
    scripts
}
