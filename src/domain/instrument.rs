//! What can be traded, and whether it may be just now.

use super::order::words;
use super::unseen::is_unseen;
use super::{At, InstrumentId, Price, PublicId, Side, Symbol};
use std::sync::Arc;

/// The most characters of a name or a sector.
pub const LONGEST_NAME: usize = 100;

/// Whether `text` can be a name or, where it is empty as well, a sector.
#[must_use]
pub fn is_a_name(text: &str) -> bool {
    text.chars().count() <= LONGEST_NAME && !text.chars().any(|one| one.is_control() || is_unseen(one))
}

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

words!(
    /// Who answers for an instrument being listed.
    Origin {
        /// The file of instruments or the tape that the settings name: it is listed as long as they name it.
        File = "file",
        /// The back office: it is listed until the back office says otherwise.
        Office = "office",
    }
);

/// Trading in one instrument stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// Since when.
    pub since: At,
    /// Why, in words that traders see.
    pub because: String,
}

/// Whether an instrument may be traded. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TradingStatus {
    /// Whether it has been taken off the list: nobody can buy it any more, and who holds it can sell.
    pub delisted: bool,
    /// Why nobody can trade it for now.
    pub halt: Option<Arc<Halt>>,
}

/// Why an order in an instrument is not taken, whatever it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTraded {
    /// Trading in it is halted.
    Halted(Arc<Halt>),
    /// It has been delisted, and can only be sold.
    Delisted,
}

impl TradingStatus {
    /// Whether an order on `side` may be placed.
    ///
    /// # Errors
    /// Why not.
    pub fn allows(&self, side: Side) -> Result<(), NotTraded> {
        if let Some(halt) = &self.halt {
            return Err(NotTraded::Halted(Arc::clone(halt)));
        }
        if self.delisted && side == Side::Buy { Err(NotTraded::Delisted) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_character_that_nobody_sees() {
        for name in ["Dune & Sons", "Société Générale", "株式会社", ""] {
            assert!(is_a_name(name), "{name}");
        }
        for unseen in ['\u{7}', '\u{ad}', '\u{200b}', '\u{200f}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{e0041}'] {
            assert!(!is_a_name(&format!("Ac{unseen}me")), "{unseen:?}");
        }
    }

    #[test]
    fn what_is_delisted_can_only_be_sold_and_what_is_halted_not_even_that() {
        let halt = Arc::new(Halt { since: At::from_micros(0), because: "News is coming".to_owned() });
        let delisted = TradingStatus { delisted: true, halt: None };
        assert_eq!(TradingStatus::default().allows(Side::Buy), Ok(()));
        assert_eq!(delisted.allows(Side::Buy), Err(NotTraded::Delisted));
        assert_eq!(delisted.allows(Side::Sell), Ok(()));
        let halted = TradingStatus { halt: Some(Arc::clone(&halt)), ..delisted };
        assert_eq!(halted.allows(Side::Sell), Err(NotTraded::Halted(halt)));
    }
}
