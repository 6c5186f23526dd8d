//! Where simulated prices stand: set, or moved by a part of themselves.

use super::instruments::HIGHEST_PRICE;
use super::{OperationActed, OperationRefusal, Operations};
use crate::domain::amount::parse_units;
use crate::domain::{Act, AmountError, Details, Instruction, InstrumentId, Price, Subject, SubjectKind, Symbol};
use crate::market::{NotSet, Traded};
use crate::store::audit::{self, Acted, AuditLine, Written, on_record};
use crate::store::instruments::{Prices, by_symbol, save_prices};
use crate::store::{Conn, Lock, StoreError};
use std::fmt;
use std::str::FromStr;

/// Ten-thousandths in a dollar, the price from which whole cents are quoted, and in a cent.
const DOLLAR: i64 = 10_000;
const CENT: i64 = 100;
/// How many instruments are named one by one on the record of a shock.
const NAMED: usize = 60;
/// Under what the record of a shock says whose prices it moved.
const WHICH: &str = "which";

/// By how much prices are moved: a part of themselves in hundredths of a percent, from -90 % to +900 %, and not nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shock(i64);

/// The text is no shock. Displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter a percentage from -90 to 900 that is not zero, with up to two decimals, such as -12.5.")]
pub struct NotAShock;

/// A price that nobody can set. Each displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPrice {
    /// No number, or one that is not above zero.
    #[error(transparent)]
    NotANumber(#[from] AmountError),
    /// Below a cent, or above a million dollars.
    #[error("A price is between $0.01 and $1,000,000.00.")]
    OutOfBounds,
    /// Finer than it would be quoted.
    #[error("From a dollar on, prices are whole cents.")]
    NotQuotable,
}

/// Reads a price that an instrument can be set to.
///
/// # Errors
/// The sentence that says what is wrong with the text.
pub fn parse_price(text: &str) -> Result<Price, NotAPrice> {
    let price = Price::parse_positive(text)?;
    if price < Price::LOWEST || price > HIGHEST_PRICE {
        return Err(NotAPrice::OutOfBounds);
    }
    if price.units() >= DOLLAR && price.units() % CENT != 0 { Err(NotAPrice::NotQuotable) } else { Ok(price) }
}

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

impl Shock {
    /// Where a price is moved to: quotable, at least a cent, and not above [`HIGHEST_PRICE`] unless it was before.
    #[must_use]
    pub fn of(self, price: Price) -> Price {
        let highest = highest(price);
        let moved = i64::try_from(self.unbounded(price)).map_or(highest, |moved| moved.min(highest));
        let tick = if moved >= DOLLAR { CENT } else { 1 };
        let quotable = moved.saturating_add(tick / 2) / tick * tick;
        Price::from_units(quotable.max(Price::LOWEST.units()))
    }

    /// Whether a price stops at a bound before it has moved so far.
    #[must_use]
    pub fn is_cut_short(self, price: Price) -> bool {
        !(i128::from(Price::LOWEST.units())..=i128::from(highest(price))).contains(&self.unbounded(price))
    }

    fn unbounded(self, price: Price) -> i128 {
        (i128::from(price.units()) * i128::from(10_000 + self.0) + 5_000).div_euclid(10_000)
    }
}

/// The highest that a price can be moved to, in units: [`HIGHEST_PRICE`], or where it stands if that is above.
fn highest(price: Price) -> i64 {
    HIGHEST_PRICE.units().max(price.units())
}

impl FromStr for Shock {
    type Err = NotAShock;

    fn from_str(text: &str) -> Result<Self, NotAShock> {
        let text = text.trim().trim_end_matches('%').trim_end().replace('\u{2212}', "-");
        match parse_units(&text, 2) {
            Ok(shock) if shock != 0 && (-9_000..=90_000).contains(&shock) => Ok(Self(shock)),
            _ => Err(NotAShock),
        }
    }
}

/// With its sign: `-12.50 %`.
impl fmt::Display for Shock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        write!(f, "{sign}{}.{:02} %", self.0.abs() / 100, self.0.abs() % 100)
    }
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
        let _turn = self.turn.lock().await;
        let moves = self.foresee_price(symbol, price);
        self.set(Subject::instrument(symbol), Act::SetPrice, moves, Details::default(), instruction).await
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
        let _turn = self.turn.lock().await;
        let (moves, said) = (self.foresee(which, by), Details::default().with("by", &by));
        let (subject, said) = match which {
            Shocked::One(symbol) => (Subject::instrument(symbol), said),
            many => (Subject::market(), said.with(WHICH, many).with("instruments", &moves.len())),
        };
        let said = match moves.iter().filter(|one| one.cut_short).count() {
            0 => said,
            count => said.with("stopped at a bound", &count),
        };
        self.set(subject, Act::ShockPrices, moves, said, instruction).await
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

    /// Sets prices, on record, for whoever has the turn.
    async fn set(
        &self,
        subject: Subject,
        act: Act,
        moves: Vec<Move>,
        said: Details,
        instruction: Instruction,
    ) -> Result<OperationActed<Vec<Move>>, StoreError> {
        // Nothing is on record that a feed which is away would not do.
        let heard = self.market.set_prices(Vec::new()).await;
        let now = self.clock.now();
        let prices: Vec<(InstrumentId, Price)> = moves.iter().map(|one| (one.instrument, one.to)).collect();
        let written: Result<_, StoreError> = self
            .store
            .write(Lock::House, move |conn| {
                let overtaken = overtaken(conn, &instruction, &subject)?;
                if !overtaken.is_empty() {
                    return Ok(Acted::Overtaken(overtaken));
                }
                on_record(conn, &instruction, &subject, now, |conn| {
                    if let Err(refusal) = refusal(heard, &moves, &subject) {
                        return Ok(Err(refusal));
                    }
                    let saved = moves.iter().map(|one| Prices {
                        instrument: one.instrument,
                        last: one.to,
                        previous_close: one.previous_close,
                    });
                    let saved: Vec<Prices> = saved.collect();
                    save_prices(conn, &saved, now)?;
                    let (was, became) = details(&moves, said.clone());
                    Ok(Ok(Written { value: moves.clone(), act, subject: None, was, became }))
                })
            })
            .await;
        let acted: OperationActed<Vec<Move>> = written?;
        if matches!(acted, Acted::Done(_))
            && let Err(why) = self.market.set_prices(prices).await
        {
            tracing::error!(%why, "prices that were set are on record and the feed did not take them");
        }
        Ok(acted)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shock_is_a_percentage_within_bounds() {
        for (text, shown) in
            [("-12.5", "-12.50 %"), ("+3", "+3.00 %"), (" 900 % ", "+900.00 %"), ("\u{2212}0.01", "-0.01 %")]
        {
            assert_eq!(text.parse::<Shock>().unwrap().to_string(), shown);
        }
        for text in ["", "0", "-0.00", "-90.01", "900.01", "1e3", "1.234", "--5", "NaN", "99999999999999999999"] {
            assert_eq!(text.parse::<Shock>(), Err(NotAShock), "{text:?}");
        }
    }

    #[test]
    fn a_shocked_price_is_quotable_never_below_a_cent_and_bounded() {
        let after = |by: &str, units: i64| by.parse::<Shock>().unwrap().of(Price::from_units(units)).units();
        assert_eq!(after("-20", 1_000_000), 800_000);
        assert_eq!(after("-12.5", 1_000_100), 875_100);
        assert_eq!(after("-90", 100), 100);
        assert_eq!(after("-50", 15_000), 7_500);
        assert_eq!(after("900", HIGHEST_PRICE.units() / 2), HIGHEST_PRICE.units());
        assert_eq!(after("10", HIGHEST_PRICE.units() * 2), HIGHEST_PRICE.units() * 2);
        assert_eq!(after("-10", i64::MAX), 8_301_034_833_169_298_200);
        let cut_short = |by: &str, units: i64| by.parse::<Shock>().unwrap().is_cut_short(Price::from_units(units));
        assert!(cut_short("900", HIGHEST_PRICE.units() / 2) && cut_short("-90", 100) && cut_short("10", i64::MAX));
        assert!(!cut_short("900", HIGHEST_PRICE.units() / 10) && !cut_short("-90", 1_000));
    }
}
