//! Candles from before a server opens.

use super::Place;
use tradefloor::domain::{At, Candle, Listing, Price, Recorded, Timeframe};
use tradefloor::store::candles;
use tradefloor::store::{Lock, StoreError, instruments};

/// A place whose books know these candles of `symbol` already.
pub(crate) async fn place_with(symbol: &str, past: &[(Timeframe, Vec<Candle>)]) -> Place {
    let place = Place::new();
    let store = place.store(16);
    let listing = Listing {
        symbol: symbol.parse().expect("a symbol"),
        name: symbol.to_owned(),
        sector: String::new(),
        starting_price: Price::from_units(1_000_000),
    };
    let past = past.to_vec();
    let saved: Result<(), StoreError> = store
        .write(Lock::House, move |conn| {
            let listed = instruments::list(conn, std::slice::from_ref(&listing), false)?;
            let id = listed.first().expect("it is listed").instrument.id;
            let recorded = past.iter().flat_map(|(timeframe, candles)| {
                candles.iter().map(|candle| Recorded { instrument: id, timeframe: *timeframe, candle: *candle })
            });
            candles::save(conn, &recorded.collect::<Vec<_>>())
        })
        .await;
    saved.expect("the candles are saved");
    tokio::task::spawn_blocking(move || store.close()).await.expect("the store closes");
    place
}

/// The `count` candles of spans that follow each other and end before `until`. The one before the last closes a cent
/// higher than the last, and so on back; each reaches two cents above and below its ends.
pub(crate) fn falling(timeframe: Timeframe, until: &str, count: i64, last: i64) -> Vec<Candle> {
    let until: At = until.parse().expect("a moment");
    let spans = (1..=count).rev().map(|back| {
        let span = timeframe.span() * u32::try_from(back).expect("so many spans");
        let close = last + (back - 1) * 100;
        let prices = [close + 100, close + 300, close - 200, close].map(Price::from_units);
        Candle::new(until.minus(span), prices, back).expect("a candle")
    });
    spans.collect()
}
