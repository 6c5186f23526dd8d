//! The roster: what the market trades, in market order, and whether it may be traded.
//!
//! A place is for ever: an instrument that is delisted keeps its own, so that whatever counts by places never has to
//! count again.

use super::board::{Board, Listed};
use crate::domain::{Instrument, InstrumentId, Price, Symbol, TradingStatus};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

/// One instrument of the market. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Traded {
    /// What it is.
    pub instrument: Arc<Instrument>,
    /// Whether it may be traded.
    pub status: TradingStatus,
    /// What was known of its price when it took its place.
    pub(super) opening: Opening,
}

/// What was known of a price before it was first quoted here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    pub(super) last: Option<Price>,
    pub(super) previous_close: Option<Price>,
    pub(super) volume: i64,
}

impl Board {
    /// What the market trades, as of now.
    #[must_use]
    pub fn roster(&self) -> Arc<Roster> {
        Arc::clone(&self.roster.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where the instrument with this id has its place.
    pub(super) fn place_of(&self, id: InstrumentId) -> Option<usize> {
        self.roster.read().unwrap_or_else(PoisonError::into_inner).place_of(id)
    }

    /// Lets the market trade one more instrument, behind all others. One that it knows already is revised, as
    /// [`Board::revise`] does.
    pub fn list(&self, listed: &Listed) {
        let Listed { instrument, status, .. } = listed;
        self.change(|roster| {
            if roster.place_of(instrument.id).is_some() {
                self.revise_in(roster, instrument, status);
            } else if roster.place(&instrument.symbol).is_none() {
                // First its line and its candles: whoever finds its place is to find them.
                self.append_line(instrument.id);
                Arc::make_mut(roster).append(listed);
            }
        });
    }

    /// Names an instrument as `instrument` says, whose symbol is for ever, and lets it be traded as `status` says. Says
    /// whether the market has it.
    pub fn revise(&self, instrument: &Instrument, status: &TradingStatus) -> bool {
        self.change(|roster| self.revise_in(roster, instrument, status))
    }

    fn revise_in(&self, roster: &mut Arc<Roster>, instrument: &Instrument, status: &TradingStatus) -> bool {
        let Some(place) = roster.place_of(instrument.id) else { return false };
        let same = |one: &Traded| one.instrument.as_ref() == instrument && one.status == *status;
        if !roster.at(place).is_some_and(same) {
            Arc::make_mut(roster).revise(place, instrument, status);
            // Whoever shows the line is to show it again.
            self.touch(place);
        }
        true
    }

    fn change<T>(&self, change: impl FnOnce(&mut Arc<Roster>) -> T) -> T {
        change(&mut self.roster.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Everything a market trades or has traded since it opened.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    places: Vec<Traded>,
    by_symbol: HashMap<Symbol, usize>,
    by_id: HashMap<InstrumentId, usize>,
    edition: u64,
}

impl Roster {
    /// A roster in this order. A symbol or id listed twice is found at its first place.
    pub(super) fn of(listed: &[Listed]) -> Self {
        let mut roster = Self::default();
        for one in listed {
            roster.append(one);
        }
        roster.edition = 0;
        roster
    }

    /// Everything, delisted or not, in order of place.
    #[must_use]
    pub fn all(&self) -> &[Traded] {
        &self.places
    }

    /// Whoever is at this place.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<&Traded> {
        self.places.get(place)
    }

    /// Where the instrument with this symbol has its place.
    #[must_use]
    pub fn place(&self, symbol: &Symbol) -> Option<usize> {
        self.by_symbol.get(symbol).copied()
    }

    /// Where the instrument with this id has its place.
    #[must_use]
    pub fn place_of(&self, id: InstrumentId) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The instrument with this symbol.
    #[must_use]
    pub fn find(&self, symbol: &Symbol) -> Option<&Traded> {
        self.at(self.place(symbol)?)
    }

    /// The instrument with this id.
    #[must_use]
    pub fn get(&self, id: InstrumentId) -> Option<&Traded> {
        self.at(self.place_of(id)?)
    }

    /// Which edition of the list this is: another whenever something was listed or delisted.
    pub(super) const fn edition(&self) -> u64 {
        self.edition
    }

    /// Gives `listed` the next place.
    pub(super) fn append(&mut self, listed: &Listed) -> usize {
        let Listed { instrument, last, previous_close, volume, status } = listed.clone();
        let place = self.places.len();
        self.by_symbol.entry(instrument.symbol.clone()).or_insert(place);
        self.by_id.entry(instrument.id).or_insert(place);
        let opening = Opening { last, previous_close, volume };
        self.places.push(Traded { instrument: Arc::new(instrument), status, opening });
        self.edition += 1;
        place
    }

    /// Names whoever is at `place` as `instrument` says and lets it be traded as `status` says.
    pub(super) fn revise(&mut self, place: usize, instrument: &Instrument, status: &TradingStatus) {
        let Some(traded) = self.places.get_mut(place) else { return };
        if traded.instrument.as_ref() != instrument {
            traded.instrument = Arc::new(instrument.clone());
        }
        self.edition += u64::from(traded.status.delisted != status.delisted);
        traded.status = status.clone();
    }
}
