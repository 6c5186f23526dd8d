//! Instruments for the tests of the market.

use super::board::Listed;
use crate::domain::{Instrument, InstrumentId, Listing, PublicId};

/// Instruments with these symbols, numbered from 1, that were never traded.
pub(super) fn untraded(symbols: &[&str]) -> Vec<Listed> {
    let listed = (1..).zip(symbols).map(|(id, symbol)| {
        Listed::untraded(Instrument {
            id: InstrumentId(id),
            public_id: PublicId::random(),
            symbol: symbol.parse().unwrap(),
            name: (*symbol).to_owned(),
            sector: String::new(),
        })
    });
    listed.collect()
}

/// Instruments as these listings say, numbered from 1, at the prices they start with.
pub(super) fn starting(listings: &[Listing]) -> Vec<Listed> {
    let listed = (1..).zip(listings).map(|(id, listing)| {
        let instrument = Instrument {
            id: InstrumentId(id),
            public_id: PublicId::random(),
            symbol: listing.symbol.clone(),
            name: listing.name.clone(),
            sector: listing.sector.clone(),
        };
        Listed { last: Some(listing.starting_price), ..Listed::untraded(instrument) }
    });
    listed.collect()
}
