//! What the market trades, and from which prices it goes on.

use super::StartError;
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::{At, Listing};
use crate::market::day::Calendar;
use crate::market::{FeedPlan, Listed, ReplayPlan, listings, replay};
use crate::store::instruments::{self, Standing};
use crate::store::{Lock, Store, StoreError};
use std::collections::HashMap;
use std::fs::File;

/// The feed that the settings name, and whether its prices are made up.
pub(super) fn feed(settings: &Settings) -> (FeedPlan, bool) {
    (settings.feed.clone(), matches!(settings.feed, FeedPlan::Simulated(_)))
}

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
    let standings: Result<Vec<Standing>, StoreError> =
        store.write(Lock::House, move |conn| instruments::list(conn, &listings, simulated)).await;
    let now = clock.now();
    Ok(standings?
        .into_iter()
        .map(|standing| {
            let status = standing.status.clone();
            if !simulated {
                return Listed { status, ..Listed::untraded(standing.instrument) };
            }
            let last = standing.last_price.or_else(|| starting.get(&standing.instrument.symbol).copied());
            let previous_close = previous_close(&standing, now, &calendar);
            Listed { instrument: standing.instrument, last, previous_close, volume: 0, status }
        })
        .collect())
}

/// What the day's change is measured from: the close before, unless prices were saved on an earlier day,
/// whose last price is then the close before.
fn previous_close(standing: &Standing, now: At, calendar: &Calendar) -> Option<crate::domain::Price> {
    let same_day = standing.priced_at.is_some_and(|saved| calendar.day(saved) == calendar.day(now));
    if same_day { standing.previous_close } else { standing.last_price }
}

fn simulated(settings: &Settings) -> Result<Vec<Listing>, StartError> {
    let Some(path) = &settings.instruments else { return Ok(listings::starter()) };
    let unusable = |cause: String| StartError::Instruments { path: path.clone(), cause };
    let file = File::open(path).map_err(|error| unusable(error.to_string()))?;
    listings::read(file).map_err(|error| unusable(error.to_string()))
}
