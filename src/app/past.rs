//! What a simulated market knows of its past: what was recorded, or what it is given when it has none.

use crate::domain::{At, Candle, Origin, Recorded, Timeframe};
use crate::market::day::Calendar;
use crate::market::recorder::{backfill, without_history};
use crate::market::{History, Listed, Past, SimulatedPlan, TradingHours};
use crate::store::instruments::{self, InstrumentStanding};
use crate::store::{Store, StoreError, candles};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Makes a past, from the seed of the market that begins at `begin`, for what is listed without one, and sees to it that
/// the first day's change is measured from its last close.
///
/// # Errors
/// When the store fails; what has a past by then keeps it.
pub(super) async fn make(
    store: &Store,
    plan: &SimulatedPlan,
    listed: &mut [Listed],
    begin: At,
) -> Result<(), StoreError> {
    let ids: Vec<_> = listed.iter().map(|one| one.instrument.id).collect();
    let mut without = without_history(store, &ids).await?;
    // What the back office made begins with its listing.
    let standings: Vec<InstrumentStanding> = store.read(instruments::all).await?;
    let made_here: HashSet<_> =
        standings.iter().filter(|one| one.origin == Origin::Office).map(|one| one.instrument.id).collect();
    without.retain(|id| !made_here.contains(id));
    if without.is_empty() {
        return Ok(());
    }
    let (seed, hours, all) = (plan.seed, plan.hours.clone(), listed.to_vec());
    let calendar = hours.as_ref().map_or(Calendar::Utc, TradingHours::calendar);
    let made = tokio::task::spawn_blocking(move || Arc::new(Past::new(seed, &all, hours.as_ref(), begin)));
    let past = made.await.map_err(|_| StoreError::Panicked)?;
    tracing::info!(instruments = without.len(), "making up the past of instruments that have none");
    let mut saved = 0;
    for instrument in without {
        let (past, calendar) = (Arc::clone(&past), calendar.clone());
        let made = tokio::task::spawn_blocking(move || past.of(instrument).map(|history| all_of(history, &calendar)));
        let Some(history) = made.await.map_err(|_| StoreError::Panicked)? else { continue };
        saved += backfill(store, history).await?;
    }
    tracing::info!(candles = saved, "the past is made up");
    let today = Timeframe::Day.start(begin, calendar.day(begin));
    for one in listed.iter_mut().filter(|one| one.previous_close.is_none()) {
        let id = one.instrument.id;
        one.previous_close = store.read(move |conn| candles::previous_close(conn, id, today)).await?;
    }
    Ok(())
}

/// Has the volume of the day that a market begins in go on from what was recorded of it.
///
/// # Errors
/// When the store fails.
pub(super) async fn resume(
    store: &Store,
    calendar: &Calendar,
    listed: &mut [Listed],
    begin: At,
) -> Result<(), StoreError> {
    let today = Timeframe::Day.start(begin, calendar.day(begin));
    let tomorrow = today.plus(Timeframe::Day.span());
    for some in listed.chunks_mut(candles::MANY) {
        let ids: Vec<_> = some.iter().map(|one| one.instrument.id).collect();
        let most = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        let days: Result<HashMap<_, _>, StoreError> = store
            .read(move |conn| {
                Ok(candles::of_many(conn, &ids, Timeframe::Day, today, tomorrow, most)?.into_iter().collect())
            })
            .await;
        let days = days?;
        for one in some {
            one.volume = days.get(&one.instrument.id).map_or(0, |day: &Candle| day.volume);
        }
    }
    Ok(())
}

/// All that follows from the history of an instrument.
fn all_of(History { instrument, days, minutes }: History, calendar: &Calendar) -> Vec<Recorded> {
    let of = |timeframe: Timeframe| timeframe.fold(minutes.iter().copied(), |at| calendar.day(at));
    let spans = [
        (Timeframe::FiveMinutes, of(Timeframe::FiveMinutes)),
        (Timeframe::Hour, of(Timeframe::Hour)),
        (Timeframe::Minute, minutes.clone()),
        (Timeframe::Day, days),
    ];
    let of_one = |(timeframe, candles): (Timeframe, Vec<Candle>)| {
        candles.into_iter().map(move |candle| Recorded { instrument, timeframe, candle })
    };
    spans.into_iter().flat_map(of_one).collect()
}
