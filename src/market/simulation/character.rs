//! What an instrument is like: how much of the market's and its sector's moves it follows, how wild it is by itself,
//! how much of it is traded, how wide it is quoted. Always the same for one seed.

use super::chance::{Chance, Purpose};
use crate::domain::{At, Symbol};

/// The standard deviation of the market in a day.
pub(super) const MARKET_DEVIATION: f64 = 0.010;

/// The sector of funds that hold the whole market: they follow it and hardly anything else.
const FUNDS: &str = "Funds";

/// What is known of the sectors of the Global Industry Classification Standard, about as US stocks have behaved: how
/// much of the market's moves they follow, the deviation of a day that their members share, and that of each alone.
const SECTORS: [(&str, Sector); 12] = [
    ("Technology", Sector::new(1.20, 0.0080, 0.0135)),
    ("Communication", Sector::new(1.05, 0.0065, 0.0125)),
    ("Consumer Discretionary", Sector::new(1.15, 0.0060, 0.0130)),
    ("Consumer Staples", Sector::new(0.60, 0.0055, 0.0080)),
    ("Financials", Sector::new(1.10, 0.0070, 0.0095)),
    ("Health Care", Sector::new(0.75, 0.0060, 0.0110)),
    ("Energy", Sector::new(0.95, 0.0105, 0.0100)),
    ("Industrials", Sector::new(1.05, 0.0055, 0.0110)),
    ("Materials", Sector::new(1.00, 0.0065, 0.0105)),
    ("Utilities", Sector::new(0.55, 0.0070, 0.0075)),
    ("Real Estate", Sector::new(0.90, 0.0075, 0.0095)),
    (FUNDS, Sector::new(1.05, 0.0008, 0.0012)),
];

/// What a sector is like that nobody knows.
const OTHER: Sector = Sector::new(1.0, 0.0065, 0.0115);

/// The dollars that change hands in a day, in the least and in the most traded instruments.
const TURNOVER: (f64, f64) = (4.0e8, 1.0e10);

/// What the members of a sector have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sector {
    beta: f64,
    /// The deviation of a day that its members share.
    pub(super) deviation: f64,
    own: f64,
}

impl Sector {
    const fn new(beta: f64, deviation: f64, own: f64) -> Self {
        Self { beta, deviation, own }
    }

    /// What the sector of this name is like.
    pub(super) fn named(name: &str) -> Self {
        SECTORS.iter().find(|(known, _)| *known == name).map_or(OTHER, |(_, sector)| *sector)
    }
}

/// What one instrument is like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Character {
    /// How much of the market's moves it follows.
    pub(super) beta: f64,
    /// How much of its sector's moves it follows.
    pub(super) follows: f64,
    /// The standard deviation in a day of what moves it alone.
    pub(super) own: f64,
    /// The dollars that change hands in a day.
    pub(super) turnover: f64,
    /// The width of its spread, in its deviation of a day.
    pub(super) width: f64,
}

impl Character {
    /// What the instrument of this symbol and sector is like in the market of this seed.
    pub(super) fn of(seed: u64, symbol: &Symbol, sector: &str) -> Self {
        let mut chance = Chance::new(seed, At::from_micros(0), Purpose::Character, symbol.as_str());
        let Sector { beta, own, .. } = Sector::named(sector);
        let spread = if sector == FUNDS { 0.1 } else { 0.3 };
        let beta = beta * chance.between(1.0 - spread, 1.0 + spread);
        let own = own * chance.between(0.6, 1.15);
        let follows = chance.between(0.8, 1.2);
        let liquid = chance.uniform();
        let (least, most) = TURNOVER;
        // Few are traded much, and those are quoted narrowly.
        let turnover = least + (most - least) * liquid * liquid * liquid;
        Self { beta, follows, own, turnover, width: 0.022 - 0.014 * liquid }
    }
}
