//! What can be traded, and where its price was left.

use super::Conn;
use super::error::StoreError;
use super::schema::instruments;
use crate::domain::{At, Instrument, InstrumentId, Listing, Price, PublicId, Symbol};
use diesel::prelude::*;
use std::collections::HashMap;

/// An instrument and the prices with which its market goes on.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What it is.
    pub instrument: Instrument,
    /// Its latest saved price.
    pub last_price: Option<Price>,
    /// The last price of the market day before.
    pub previous_close: Option<Price>,
    /// When they were saved.
    pub priced_at: Option<At>,
}

/// The prices of one instrument, to be saved.
#[derive(Debug, Clone, Copy)]
pub struct Prices {
    /// Whose.
    pub instrument: InstrumentId,
    /// Its latest price.
    pub last: Price,
    /// The last price of the market day before.
    pub previous_close: Price,
}

type Row = (InstrumentId, PublicId, Symbol, String, String, Option<Price>, Option<Price>, Option<At>);

/// Lists exactly `listings`: adds what is new, renames what is known, and delists the rest.
///
/// # Errors
/// When the database fails.
pub fn list(conn: &mut Conn, listings: &[Listing]) -> Result<Vec<Standing>, StoreError> {
    diesel::update(instruments::table).set(instruments::listed.eq(false)).execute(conn)?;
    for listing in listings {
        let named = (
            instruments::name.eq(&listing.name),
            instruments::sector.eq(&listing.sector),
            instruments::listed.eq(true),
        );
        let known = instruments::table.filter(instruments::symbol.eq(&listing.symbol));
        if diesel::update(known).set(named).execute(conn)? == 0 {
            diesel::insert_into(instruments::table)
                .values((instruments::public_id.eq(PublicId::random()), instruments::symbol.eq(&listing.symbol), named))
                .execute(conn)?;
        }
    }
    let places: HashMap<&Symbol, usize> = listings.iter().map(|listing| &listing.symbol).zip(0..).collect();
    let mut listed: Vec<Standing> =
        rows().filter(instruments::listed.eq(true)).load::<Row>(conn)?.into_iter().map(standing).collect();
    listed.sort_by_key(|standing| places.get(&standing.instrument.symbol).copied());
    Ok(listed)
}

/// Every instrument that was ever listed.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn all(conn: &mut Conn) -> Result<Vec<Standing>, StoreError> {
    Ok(rows().order(instruments::id).load::<Row>(conn)?.into_iter().map(standing).collect())
}

/// The instrument with this symbol, listed or not.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn by_symbol(conn: &mut Conn, symbol: &Symbol) -> Result<Option<Instrument>, StoreError> {
    let found = rows().filter(instruments::symbol.eq(symbol)).first::<Row>(conn).optional()?;
    Ok(found.map(|row| standing(row).instrument))
}

/// Remembers where prices stand, so that the market goes on from there after a restart.
///
/// # Errors
/// When the database fails.
pub fn save_prices(conn: &mut Conn, prices: &[Prices], at: At) -> Result<(), StoreError> {
    for one in prices {
        diesel::update(instruments::table.find(one.instrument))
            .set((
                instruments::last_price.eq(one.last),
                instruments::previous_close.eq(one.previous_close),
                instruments::priced_at.eq(at),
            ))
            .execute(conn)?;
    }
    Ok(())
}

#[diesel::dsl::auto_type]
fn rows() -> _ {
    instruments::table.select((
        instruments::id,
        instruments::public_id,
        instruments::symbol,
        instruments::name,
        instruments::sector,
        instruments::last_price,
        instruments::previous_close,
        instruments::priced_at,
    ))
}

fn standing((id, public_id, symbol, name, sector, last_price, previous_close, priced_at): Row) -> Standing {
    let instrument = Instrument { id, public_id, symbol, name, sector };
    Standing { instrument, last_price, previous_close, priced_at }
}
