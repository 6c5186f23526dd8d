//! What has to be done now and then: prices saved, accounts valued, ended sessions and old candles forgotten.

use crate::market::recorder::{self, Retention};
use crate::portfolio::history;
use crate::web::house::House;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

/// How often prices are saved; a market that is not closed in order goes on from prices this old.
const SAVE_EVERY: Duration = Duration::from_secs(15);
/// How often ended sessions and old candles are forgotten, in savings of prices.
const SWEEP_EVERY: u64 = 40;
/// How often accounts are valued, in savings of prices.
const VALUE_EVERY: u64 = 20;

/// Does the chores until `stop`.
pub(super) async fn run(house: House, retention: Retention, stop: CancellationToken) {
    let mut every = interval_at(Instant::now() + SAVE_EVERY, SAVE_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for turn in 1_u64.. {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = every.tick() => {}
        }
        save_prices(&house).await;
        end_acting(&house).await;
        follow_books(&house).await;
        if turn % VALUE_EVERY == 1 {
            value_accounts(&house).await;
        }
        if turn % SWEEP_EVERY == 0 {
            sweep_sessions(&house).await;
            sweep_candles(&house, retention).await;
        }
    }
}

/// Saves where a simulated market stands. A tape brings its own prices every time.
pub(super) async fn save_prices(house: &House) {
    if let Err(error) = house.operations.save_prices().await {
        tracing::warn!(%error, "prices were not saved");
    }
}

/// Takes over what another server on the same books has listed, delisted, halted or renamed.
async fn follow_books(house: &House) {
    if let Err(error) = house.operations.follow().await {
        tracing::warn!(%error, "the market did not follow its books");
    }
}

async fn value_accounts(house: &House) {
    if let Err(error) = history::record(&house.store, house.market.board(), house.clock.now()).await {
        tracing::warn!(%error, "accounts were not valued");
    }
}

/// What was not stopped by hand is put on record as over.
async fn end_acting(house: &House) {
    if let Err(error) = house.accounts.end_overdue_acting().await {
        tracing::warn!(%error, "acting as somebody was not ended");
    }
}

async fn sweep_sessions(house: &House) {
    match house.accounts.sweep(house.site.session_idle).await {
        Ok(0) => {}
        Ok(ended) => tracing::info!(ended, "sessions ended"),
        Err(error) => tracing::warn!(%error, "ended sessions were not forgotten"),
    }
}

async fn sweep_candles(house: &House, retention: Retention) {
    let now = house.clock.now();
    // A market that runs faster than real time is ahead of the clock on the wall.
    let latest = house.market.board().market_time().map_or(now, |market| market.max(now));
    match recorder::sweep(&house.store, retention, latest).await {
        Ok(0) => {}
        Ok(old) => tracing::info!(old, "candles forgotten"),
        Err(error) => tracing::warn!(%error, "old candles were not forgotten"),
    }
}
