//! What prices did is kept as it was: by the store, by the recorder as it happens, and out of a file.

mod imported;
mod kept;
mod recorded;

use crate::support::Place;
use crate::support::place::argument;
use crate::support::server::command;
use crate::support::unseen::Unseen;
use std::path::Path;
use tradefloor::domain::{InstrumentId, Listing, Price};
use tradefloor::store::rows::{CandleRow, Stored};
use tradefloor::store::transfer::look;
use tradefloor::store::{Conn, Database, Lock, Store, StoreError, instruments};

/// Every candle there is, in order of instrument, timeframe and time.
fn all(database: &Database) -> Vec<CandleRow> {
    look(database, |conn: &mut Conn| {
        let mut rows: Vec<CandleRow> = Vec::new();
        loop {
            let after = rows.last().map_or_else(CandleRow::before_all, CandleRow::key);
            let more = CandleRow::following(conn, &after, 5_000)?;
            if more.is_empty() {
                return Ok::<_, Unseen>(rows);
            }
            rows.extend(more);
        }
    })
    .unwrap()
}

/// A database in which these symbols are listed, and their ids in the same order.
async fn listing(place: &Place, symbols: &[&str]) -> (Store, Vec<InstrumentId>) {
    let store = place.store(64);
    let listings: Vec<Listing> = symbols
        .iter()
        .map(|symbol| Listing {
            symbol: symbol.parse().unwrap(),
            name: (*symbol).to_owned(),
            sector: String::new(),
            starting_price: Price::from_units(1_000_000),
        })
        .collect();
    let listed: Result<_, StoreError> =
        store.write(Lock::House, move |conn| instruments::list(conn, &listings, false)).await;
    let ids = listed.unwrap().into_iter().map(|standing| standing.instrument.id).collect();
    (store, ids)
}

/// Runs the binary on a database: whether it ended well, and what it said.
fn tradefloor(database: &Database, words: &[&str]) -> (bool, String) {
    let here = tempfile::tempdir().unwrap();
    let mut run = command(here.path());
    let done = run.args(words).args(["--database", &argument(database)]).output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(said).unwrap())
}

fn import(database: &Database, file: &Path) -> (bool, String) {
    tradefloor(database, &["candles", "import", file.to_str().unwrap()])
}
