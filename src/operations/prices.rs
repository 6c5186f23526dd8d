//! Where simulated prices stand: set, or moved by a part of themselves.

use super::shock::Shock;
use super::{OperationActed, OperationRefusal, Operations, to_its_end};
use crate::domain::{Act, Details, Instruction, InstrumentId, Price, Subject, SubjectKind, Symbol};
use crate::market::{NotSet, Traded};
use crate::store::audit::{self, Acted, AuditLine, Written, on_record};
use crate::store::instruments::{Prices, by_symbol, save_prices};
use crate::store::{Conn, Lock, StoreError};
use std::fmt;

/// How many instruments are named one by one on the record of a shock.
const NAMED: usize = 60;
/// Under what the record of a shock says whose prices it moved.
const WHICH: &str = "which";

/// Which prices are moved at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shocked {
    /// That of one instrument, listed or not.
    One(Symbol),
    /// Those of everything listed.
    All,
    /// Those of one sector.
    Sector(String),
}

impl fmt::Display for Shocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(symbol) => symbol.fmt(f),
            Self::All => f.write_str("everything"),
            Self::Sector(sector) => f.write_str(sector),
        }
    }
}

impl Shocked {
    fn means(&self, traded: &Traded) -> bool {
        match self {
            Self::One(symbol) => traded.instrument.symbol == *symbol,
            Self::All => !traded.status.delisted,
            Self::Sector(sector) => !traded.status.delisted && traded.instrument.sector == *sector,
        }
    }
}

/// One price, and where it is to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Whose.
    pub symbol: Symbol,
    /// Where it stands.
    pub from: Price,
    /// Where it is to.
    pub to: Price,
    /// Whether it would go further if prices had no bounds.
    pub cut_short: bool,
    instrument: InstrumentId,
    previous_close: Price,
}

/// Prices that are to be set, as it goes on record.
#[derive(Debug, Clone)]
struct Planned {
    subject: Subject,
    act: Act,
    moves: Vec<Move>,
    said: Details,
}

impl Planned {
    /// Where each price is to stand: as the record says where the act had come on it before.
    fn prices(&self, acted: Option<&OperationActed<Vec<Move>>>) -> Vec<(InstrumentId, Price)> {
        let recorded = |one: &Move| match acted {
            Some(Acted::Repeated(line)) => line.became.get(one.symbol.as_str())?.parse::<Price>().ok(),
            _ => None,
        };
        self.moves.iter().map(|one| (one.instrument, recorded(one).unwrap_or(one.to))).collect()
    }
}

impl Operations {
    /// Lets the price of an instrument stand at `price`. Once answered, it does. Says from where it went.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn set_price(
        &self,
        symbol: &Symbol,
        price: Price,
        instruction: Instruction,
    ) -> Result<OperationActed<Vec<Move>>, StoreError> {
        let symbol = symbol.clone();
        let plan = move |operations: &Self| Planned {
            subject: Subject::instrument(&symbol),
            act: Act::SetPrice,
            moves: operations.foresee_price(&symbol, price),
            said: Details::default(),
        };
        self.set(plan, instruction).await
    }

    /// Moves prices by a part of themselves, each by the same. Once answered, they are moved. Says each of the moves.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn shock(
        &self,
        which: &Shocked,
        by: Shock,
        instruction: Instruction,
    ) -> Result<OperationActed<Vec<Move>>, StoreError> {
        let which = which.clone();
        let plan = move |operations: &Self| {
            let (moves, said) = (operations.foresee(&which, by), Details::default().with("by", &by));
            let (subject, said) = match &which {
                Shocked::One(symbol) => (Subject::instrument(symbol), said),
                many => (Subject::market(), said.with(WHICH, many).with("instruments", &moves.len())),
            };
            let said = match moves.iter().filter(|one| one.cut_short).count() {
                0 => said,
                count => said.with("stopped at a bound", &count),
            };
            Planned { subject, act: Act::ShockPrices, moves, said }
        };
        self.set(plan, instruction).await
    }

    /// Where a shock would move prices to from where they stand now. Moves nothing.
    #[must_use]
    pub fn foresee(&self, which: &Shocked, by: Shock) -> Vec<Move> {
        self.moves(which, |price| (by.of(price), by.is_cut_short(price)))
    }

    /// From where the price of an instrument would go to `price` now; nothing when it has none. Moves nothing.
    #[must_use]
    pub fn foresee_price(&self, symbol: &Symbol, price: Price) -> Vec<Move> {
        self.moves(&Shocked::One(symbol.clone()), |_| (price, false))
    }

    fn moves(&self, which: &Shocked, to: impl Fn(Price) -> (Price, bool)) -> Vec<Move> {
        let roster = self.market.board().roster();
        let quoted = roster.all().iter().filter(|traded| which.means(traded)).filter_map(|traded| {
            let instrument = &traded.instrument;
            let quote = self.market.board().quote(instrument.id)?.quote;
            let (to, cut_short) = to(quote.last);
            Some(Move {
                symbol: instrument.symbol.clone(),
                from: quote.last,
                to,
                cut_short,
                instrument: instrument.id,
                previous_close: quote.previous_close,
            })
        });
        quoted.collect()
    }

    /// Sets prices as `plan` has it when it is their turn, on record.
    async fn set(
        &self,
        plan: impl FnOnce(&Self) -> Planned + Send + 'static,
        instruction: Instruction,
    ) -> Result<OperationActed<Vec<Move>>, StoreError> {
        let operations = self.clone();
        to_its_end(async move {
            let mut turn = operations.turn.lock().await;
            let (key, planned) = (instruction.key.clone(), plan(&operations));
            let acted = operations.record_prices(planned.clone(), instruction).await;
            if turn.is_due(&key, &acted) {
                let prices = planned.prices(acted.as_ref().ok());
                if let Err(why) = operations.market.set_prices(prices).await {
                    tracing::error!(%why, "prices that were set are on record and the feed did not take them");
                    turn.remember(key);
                    return Err(StoreError::Unconfirmed);
                }
            }
            acted
        })
        .await
    }

    async fn record_prices(
        &self,
        planned: Planned,
        instruction: Instruction,
    ) -> Result<OperationActed<Vec<Move>>, StoreError> {
        // Nothing is on record that a feed which is away would not do.
        let heard = self.market.set_prices(Vec::new()).await;
        let now = self.clock.now();
        self.store
            .write(Lock::House, move |conn| {
                let Planned { subject, act, moves, said } = &planned;
                let overtaken = overtaken(conn, &instruction, subject)?;
                if !overtaken.is_empty() {
                    return Ok(Acted::Overtaken(overtaken));
                }
                on_record(conn, &instruction, subject, now, |conn| {
                    if let Err(refusal) = refusal(heard, moves, subject) {
                        return Ok(Err(refusal));
                    }
                    let saved = moves.iter().map(|one| Prices {
                        instrument: one.instrument,
                        last: one.to,
                        previous_close: one.previous_close,
                    });
                    let saved: Vec<Prices> = saved.collect();
                    save_prices(conn, &saved, now)?;
                    let (was, became) = details(moves, said.clone());
                    Ok(Ok(Written { value: moves.clone(), act: *act, subject: None, was, became }))
                })
            })
            .await
    }
}

fn refusal(heard: Result<(), NotSet>, moves: &[Move], subject: &Subject) -> Result<(), OperationRefusal> {
    match heard {
        Err(NotSet::Recording) => return Err(OperationRefusal::Recording),
        Err(NotSet::NotHeard) => return Err(OperationRefusal::NotHeard),
        Ok(()) => {}
    }
    match moves {
        [] if *subject == Subject::market() => Err(OperationRefusal::NothingMeant),
        [] => Err(OperationRefusal::NoPrice),
        moves if moves.iter().all(|one| one.from == one.to) => Err(OperationRefusal::NothingToDo),
        _ => Ok(()),
    }
}

/// What others have done since the price of one instrument was looked at, when they have moved it along with many; of
/// that only what concerns it.
fn overtaken(conn: &mut Conn, instruction: &Instruction, subject: &Subject) -> Result<Vec<AuditLine>, StoreError> {
    let Some(seen) = instruction.seen.filter(|_| subject.kind == SubjectKind::Instrument) else {
        return Ok(Vec::new());
    };
    // Held before the key is looked for: a copy of the form that is being done meanwhile is seen then.
    audit::hold(conn)?;
    if audit::done_under(conn, &instruction.key)?.is_some() {
        return Ok(Vec::new());
    }
    let Some(instrument) = subject.id.parse().ok().map(|symbol| by_symbol(conn, &symbol)).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    let everything = Shocked::All.to_string();
    let mut lines = audit::done_since(conn, &Subject::market(), Act::ShockPrices, seen)?;
    lines.retain(|line| line.became.get(WHICH).is_some_and(|which| which == everything || which == instrument.sector));
    if lines.is_empty() {
        return Ok(lines);
    }
    for line in &mut lines {
        line.was = line.was.only(&[&subject.id]);
        line.became = line.became.only(&["by", WHICH, &subject.id]);
    }
    lines.extend(audit::about_since(conn, subject, seen)?);
    lines.sort_by_key(|line| line.number);
    Ok(lines)
}

/// What is said of prices before and after: each of them, as long as those are not too many.
fn details(moves: &[Move], said: Details) -> (Details, Details) {
    let (mut was, mut became) = (Details::default(), said);
    for one in moves.iter().take(NAMED) {
        was = was.with(one.symbol.as_str(), &one.from);
        became = became.with(one.symbol.as_str(), &one.to);
    }
    (was, became)
}
