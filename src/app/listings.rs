//! What the market trades, and from which prices it goes on.

use super::StartError;
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::Listing;
use crate::market::{FeedPlan, Listed, ReplayPlan, listings, replay};
use crate::operations::opening;
use crate::store::instruments::{self, InstrumentStanding};
use crate::store::{Lock, Store, StoreError};
use std::collections::HashMap;
use std::fs::File;

/// What the settings name.
///
/// # Errors
/// When a file cannot be used.
pub(super) fn read(settings: &Settings) -> Result<Vec<Listing>, StartError> {
    match &settings.feed {
        FeedPlan::Replay(ReplayPlan { tape, .. }) => Ok(replay::survey(tape)?),
        FeedPlan::Simulated(_) => simulated(settings),
    }
}

/// Puts `listings` on the books, and says with which prices the market opens.
///
/// # Errors
/// When the store fails.
pub(super) async fn list(
    listings: Vec<Listing>,
    settings: &Settings,
    store: &Store,
    clock: Clock,
) -> Result<Vec<Listed>, StartError> {
    let simulated = matches!(settings.feed, FeedPlan::Simulated(_));
    let calendar = settings.feed.calendar();
    let starting: HashMap<_, _> =
        listings.iter().map(|listing| (listing.symbol.clone(), listing.starting_price)).collect();
    let standings: Result<Vec<InstrumentStanding>, StoreError> =
        store.write(Lock::House, move |conn| instruments::list(conn, &listings, simulated)).await;
    let now = clock.now();
    Ok(standings?
        .into_iter()
        .map(|standing| {
            if !simulated {
                return Listed { status: standing.status, ..Listed::untraded(standing.instrument) };
            }
            let starting = starting.get(&standing.instrument.symbol).copied();
            opening(standing, starting, now, &calendar)
        })
        .collect())
}

fn simulated(settings: &Settings) -> Result<Vec<Listing>, StartError> {
    let Some(path) = &settings.instruments else { return Ok(listings::starter()) };
    let unusable = |cause: String| StartError::Instruments { path: path.clone(), cause };
    let file = File::open(path).map_err(|error| unusable(error.to_string()))?;
    listings::read(file).map_err(|error| unusable(error.to_string()))
}
