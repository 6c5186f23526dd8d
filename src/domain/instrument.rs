//! What can be traded.

use super::{InstrumentId, Price, PublicId, Symbol};

/// An instrument as a market introduces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its ticker symbol, unique in the market.
    pub symbol: Symbol,
    /// The company's or fund's name, for people.
    pub name: String,
    /// The part of the economy it moves with; empty where unknown.
    pub sector: String,
    /// Where its price starts when the market has never traded it.
    pub starting_price: Price,
}

/// An instrument as the house knows it, once it is on the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// What the house calls it.
    pub id: InstrumentId,
    /// What the outside calls it.
    pub public_id: PublicId,
    /// Its ticker symbol, unique in the market.
    pub symbol: Symbol,
    /// The company's or fund's name, for people.
    pub name: String,
    /// The part of the economy it moves with; empty where unknown.
    pub sector: String,
}
