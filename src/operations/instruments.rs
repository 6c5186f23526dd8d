//! What is listed, under which name, and what is halted.

use super::{OperationActed, OperationRefusal, Operations};
use crate::domain::{Act, At, Details, Halt, Instruction, Instrument, Listing, Origin, Price, Symbol};
use crate::market::day::Calendar;
use crate::market::{Listed, listings};
use crate::store::StoreError;
use crate::store::audit::Written;
use crate::store::instruments::{self, InstrumentStanding, Prices};

/// The highest price that somebody can set: a million dollars a share.
pub const HIGHEST_PRICE: Price = Price::from_units(10_000_000_000);

impl Operations {
    /// Lists a new instrument, which begins to trade at its starting price at once.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn create(&self, listing: Listing, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        let (market, symbol) = (self.market.clone(), listing.symbol.clone());
        self.about_new(&symbol, instruction, move |conn, _, _, now| {
            if market.is_recording() {
                return Ok(Err(OperationRefusal::Recording));
            }
            if market.board().roster().all().len() >= listings::MOST_INSTRUMENTS {
                return Ok(Err(OperationRefusal::Full));
            }
            let Some(created) = instruments::create(conn, &listing, now)? else {
                return Ok(Err(OperationRefusal::SymbolTaken));
            };
            let became = named(&created.instrument).with("price", &listing.starting_price);
            Ok(Ok(written(Act::CreateInstrument, Details::default(), became)))
        })
        .await
    }

    /// Gives an instrument another name and sector, which a file that names it does not change back.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn edit(
        &self,
        symbol: &Symbol,
        (name, sector): (String, String),
        instruction: Instruction,
    ) -> Result<OperationActed<()>, StoreError> {
        self.about(symbol, instruction, move |conn, standing, _, now| {
            let was = standing.instrument;
            if was.name == name && was.sector == sector {
                return Ok(Err(OperationRefusal::NothingToDo));
            }
            instruments::rename(conn, was.id, &name, &sector, now)?;
            let became = named(&Instrument { name: name.clone(), sector: sector.clone(), ..was.clone() });
            Ok(Ok(written(Act::EditInstrument, named(&was), became)))
        })
        .await
    }

    /// Puts an instrument on the list again. One that this market has not had since it opened begins at its last known
    /// price, or at `price`.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn list(
        &self,
        symbol: &Symbol,
        price: Option<Price>,
        instruction: Instruction,
    ) -> Result<OperationActed<()>, StoreError> {
        let market = self.market.clone();
        self.about(symbol, instruction, move |conn, standing, _, now| {
            let InstrumentStanding { instrument, origin, status, last_price, previous_close, .. } = standing;
            if market.board().roster().place(&instrument.symbol).is_some() {
                if !status.delisted {
                    return Ok(Err(OperationRefusal::NothingToDo));
                }
                instruments::relist(conn, instrument.id, origin)?;
                return Ok(Ok(written(Act::ListInstrument, listed(false), listed(true))));
            }
            if market.is_recording() {
                return Ok(Err(OperationRefusal::Recording));
            }
            let Some(last) = price.or(last_price) else { return Ok(Err(OperationRefusal::PriceNeeded)) };
            if price.is_some() || previous_close.is_none() {
                let prices = Prices { instrument: instrument.id, last, previous_close: last };
                instruments::save_prices(conn, &[prices], now)?;
            }
            instruments::relist(conn, instrument.id, Origin::Office)?;
            Ok(Ok(written(Act::ListInstrument, listed(false), listed(true).with("price", &last))))
        })
        .await
    }

    /// Takes an instrument off the list: nobody can buy it any more, and who holds it can sell.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn delist(&self, symbol: &Symbol, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        self.about(symbol, instruction, |conn, standing, _, now| {
            if standing.status.delisted || !standing.listed {
                return Ok(Err(OperationRefusal::NothingToDo));
            }
            instruments::delist(conn, standing.instrument.id, now)?;
            Ok(Ok(written(Act::DelistInstrument, listed(true), listed(false))))
        })
        .await
    }

    /// Halts trading in an instrument, for the reason of the instruction, which traders are told.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn halt(&self, symbol: &Symbol, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        self.about(symbol, instruction, |conn, standing, instruction, now| {
            if standing.status.halt.is_some() {
                return Ok(Err(OperationRefusal::NothingToDo));
            }
            let halt = Halt { since: now, because: instruction.reason.to_string() };
            instruments::set_halt(conn, standing.instrument.id, Some(&halt))?;
            let became = Details::default().with("trading", "halted");
            Ok(Ok(written(Act::HaltInstrument, Details::default().with("trading", "open"), became)))
        })
        .await
    }

    /// Lets trading in an instrument go on.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn resume_trading(
        &self,
        symbol: &Symbol,
        instruction: Instruction,
    ) -> Result<OperationActed<()>, StoreError> {
        self.about(symbol, instruction, |conn, standing, _, _| {
            let Some(halt) = &standing.status.halt else { return Ok(Err(OperationRefusal::NothingToDo)) };
            instruments::set_halt(conn, standing.instrument.id, None)?;
            let was = Details::default().with("trading", "halted").with("because", &halt.because);
            Ok(Ok(written(Act::ResumeInstrument, was, Details::default().with("trading", "open"))))
        })
        .await
    }
}

/// An instrument as a simulated market begins with it at `begin`: at its last price or else at `starting`, the day's
/// change measured from the close before, unless prices were saved on an earlier day, whose last price is then the close
/// before.
#[must_use]
pub fn opening(standing: InstrumentStanding, starting: Option<Price>, begin: At, calendar: &Calendar) -> Listed {
    let InstrumentStanding { instrument, status, last_price, previous_close, priced_at, .. } = standing;
    let same_day = priced_at.is_some_and(|saved| calendar.day(saved) == calendar.day(begin));
    let previous_close = if same_day { previous_close } else { last_price };
    Listed { instrument, last: last_price.or(starting), previous_close, volume: 0, status }
}

fn named(instrument: &Instrument) -> Details {
    Details::default().with("name", &instrument.name).with("sector", &instrument.sector)
}

fn listed(listed: bool) -> Details {
    Details::default().with("listed", if listed { "yes" } else { "no" })
}

pub(super) fn written(act: Act, was: Details, became: Details) -> Written<()> {
    Written { value: (), act, subject: None, was, became }
}
