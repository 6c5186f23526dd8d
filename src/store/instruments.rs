//! What can be traded, whether it may be, and where its price was left.

use super::Conn;
use super::error::StoreError;
use super::schema::instruments;
use crate::domain::{At, Halt, Instrument, InstrumentId, Listing, Origin, Price, PublicId, Symbol, TradingStatus};
use diesel::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// An instrument as the books have it, and the prices with which its market goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstrumentStanding {
    /// What it is.
    pub instrument: Instrument,
    /// Who answers for its being listed.
    pub origin: Origin,
    /// Whether the market that runs now has it on its list.
    pub listed: bool,
    /// Whether it may be traded.
    pub status: TradingStatus,
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

type Row = (
    (InstrumentId, PublicId, Symbol, String, String),
    (Origin, bool, Option<At>, Option<At>, Option<String>),
    (Option<Price>, Option<Price>, Option<At>),
);

/// Lists what the settings name, and nothing else that they once named: adds what is new, and renames what is known
/// unless the back office has. What that has delisted stays so. With `office`, what it made or took over is listed as
/// well, after everything that is named.
///
/// Returns what the market has to know of: what is listed, and what was delisted and would be otherwise.
///
/// # Errors
/// When the database fails.
pub fn list(conn: &mut Conn, listings: &[Listing], office: bool) -> Result<Vec<InstrumentStanding>, StoreError> {
    diesel::update(instruments::table).set(instruments::listed.eq(false)).execute(conn)?;
    for listing in listings {
        let known = instruments::table.filter(instruments::symbol.eq(&listing.symbol));
        let named = (instruments::name.eq(&listing.name), instruments::sector.eq(&listing.sector));
        let relisted = instruments::listed.eq(instruments::delisted_at.is_null());
        if diesel::update(known).set(relisted).execute(conn)? == 0 {
            insert(conn, listing, Origin::File)?;
        } else {
            diesel::update(known.filter(instruments::edited_at.is_null())).set(named).execute(conn)?;
        }
    }
    if office {
        let answered_for = instruments::table.filter(instruments::origin.eq(Origin::Office));
        let relisted = instruments::listed.eq(instruments::delisted_at.is_null());
        diesel::update(answered_for).set(relisted).execute(conn)?;
    }
    let places: HashMap<&Symbol, usize> = listings.iter().map(|listing| &listing.symbol).zip(0..).collect();
    let mut listed = all(conn)?;
    listed.retain(|one| places.contains_key(&one.instrument.symbol) || (office && one.origin == Origin::Office));
    listed.sort_by_key(|one| places.get(&one.instrument.symbol).copied().unwrap_or(usize::MAX));
    Ok(listed)
}

/// Puts an instrument on the books that the back office answers for, at the price its market begins with. Nothing when
/// its symbol is there already.
///
/// # Errors
/// When the database fails.
pub fn create(conn: &mut Conn, listing: &Listing, at: At) -> Result<Option<InstrumentStanding>, StoreError> {
    if by_symbol(conn, &listing.symbol)?.is_some() {
        return Ok(None);
    }
    insert(conn, listing, Origin::Office)?;
    let priced = (
        instruments::edited_at.eq(at),
        instruments::last_price.eq(listing.starting_price),
        instruments::previous_close.eq(listing.starting_price),
        instruments::priced_at.eq(at),
    );
    diesel::update(instruments::table.filter(instruments::symbol.eq(&listing.symbol))).set(priced).execute(conn)?;
    standing_of(conn, &listing.symbol)
}

fn insert(conn: &mut Conn, listing: &Listing, origin: Origin) -> Result<(), StoreError> {
    diesel::insert_into(instruments::table)
        .values((
            instruments::public_id.eq(PublicId::random()),
            instruments::symbol.eq(&listing.symbol),
            instruments::name.eq(&listing.name),
            instruments::sector.eq(&listing.sector),
            instruments::listed.eq(true),
            instruments::origin.eq(origin),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives an instrument a name and a sector that no file changes any more.
///
/// # Errors
/// When the database fails.
pub fn rename(conn: &mut Conn, id: InstrumentId, name: &str, sector: &str, at: At) -> Result<(), StoreError> {
    let named = (instruments::name.eq(name), instruments::sector.eq(sector), instruments::edited_at.eq(at));
    diesel::update(instruments::table.find(id)).set(named).execute(conn)?;
    Ok(())
}

/// Takes an instrument off the list, until [`relist`].
///
/// # Errors
/// When the database fails.
pub fn delist(conn: &mut Conn, id: InstrumentId, at: At) -> Result<(), StoreError> {
    let off = (instruments::listed.eq(false), instruments::delisted_at.eq(Some(at)));
    diesel::update(instruments::table.find(id)).set(off).execute(conn)?;
    Ok(())
}

/// Puts an instrument on the list of the market that runs now, on the word of `origin`.
///
/// # Errors
/// When the database fails.
pub fn relist(conn: &mut Conn, id: InstrumentId, origin: Origin) -> Result<(), StoreError> {
    let on = (instruments::listed.eq(true), instruments::delisted_at.eq(None::<At>), instruments::origin.eq(origin));
    diesel::update(instruments::table.find(id)).set(on).execute(conn)?;
    Ok(())
}

/// Halts trading in an instrument, or lets it go on.
///
/// # Errors
/// When the database fails.
pub fn set_halt(conn: &mut Conn, id: InstrumentId, halt: Option<&Halt>) -> Result<(), StoreError> {
    let halted = (
        instruments::halted_at.eq(halt.map(|halt| halt.since)),
        instruments::halted_because.eq(halt.map(|halt| halt.because.as_str())),
    );
    diesel::update(instruments::table.find(id)).set(halted).execute(conn)?;
    Ok(())
}

/// Every instrument that was ever listed.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub fn all(conn: &mut Conn) -> Result<Vec<InstrumentStanding>, StoreError> {
    Ok(rows().order(instruments::id).load::<Row>(conn)?.into_iter().map(standing).collect())
}

/// The instrument with this symbol, listed or not.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn by_symbol(conn: &mut Conn, symbol: &Symbol) -> Result<Option<Instrument>, StoreError> {
    Ok(standing_of(conn, symbol)?.map(|standing| standing.instrument))
}

/// The instrument with this symbol as the books have it, listed or not.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub fn standing_of(conn: &mut Conn, symbol: &Symbol) -> Result<Option<InstrumentStanding>, StoreError> {
    let found = rows().filter(instruments::symbol.eq(symbol)).first::<Row>(conn).optional()?;
    Ok(found.map(standing))
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
        (instruments::id, instruments::public_id, instruments::symbol, instruments::name, instruments::sector),
        (
            instruments::origin,
            instruments::listed,
            instruments::delisted_at,
            instruments::halted_at,
            instruments::halted_because,
        ),
        (instruments::last_price, instruments::previous_close, instruments::priced_at),
    ))
}

fn standing((named, may, priced): Row) -> InstrumentStanding {
    let (id, public_id, symbol, name, sector) = named;
    let (origin, listed, delisted_at, halted_at, halted_because) = may;
    let (last_price, previous_close, priced_at) = priced;
    let halt = halted_at.zip(halted_because).map(|(since, because)| Arc::new(Halt { since, because }));
    let status = TradingStatus { delisted: delisted_at.is_some(), halt };
    let instrument = Instrument { id, public_id, symbol, name, sector };
    InstrumentStanding { instrument, origin, listed, status, last_price, previous_close, priced_at }
}
