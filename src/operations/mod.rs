//! Market operations: what is listed and what is halted, where simulated prices stand, how the market's clock runs.
//!
//! An act is first on the books, with its entry of the record, and then on the board: the books are the truth, and when
//! the process ends in between, the market opens with what they say. Whatever is on the board is set as the books have it,
//! so that doing it again, or late, does no harm.

mod clock;
mod instruments;
mod prices;
mod shock;
mod turn;

pub use instruments::{HIGHEST_PRICE, opening};
pub use prices::{Move, Shocked};
pub use shock::{NotAPrice, NotAShock, Shock, parse_price};

use crate::clock::Clock;
use crate::domain::{At, Instruction, Origin, Subject, Symbol};
use crate::market::{Market, recorder};
use crate::store::audit::{Acted, Written, on_record};
use crate::store::instruments::{InstrumentStanding, Prices, all, save_prices, standing_of};
use crate::store::{Conn, Lock, Store, StoreError};
use std::sync::Arc;
use tokio::sync::Mutex;
use turn::Turn;

/// Why something is not done about the market. Each displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OperationRefusal {
    /// There is no such instrument.
    #[error("There is no instrument with that symbol.")]
    Unknown,
    /// It is so already.
    #[error("That is already the case.")]
    NothingToDo,
    /// A recording has what was recorded.
    #[error("This market replays a recording, so its instruments and prices cannot be changed.")]
    Recording,
    /// The symbol is another instrument's.
    #[error("There is already an instrument with that symbol. If it was delisted, list it again.")]
    SymbolTaken,
    /// The market has as many instruments as it can.
    #[error("The market cannot hold any more instruments.")]
    Full,
    /// Nobody knows at which price it should begin.
    #[error("There is no known price. Enter a first price.")]
    PriceNeeded,
    /// It was never quoted.
    #[error("It has no price yet.")]
    NoPrice,
    /// No instrument is meant.
    #[error("No listed instrument has a price in that sector.")]
    NothingMeant,
    /// The clock is not paused.
    #[error("Only a paused market can be stepped. Pause it first.")]
    NotPaused,
    /// A recording has been played to its end.
    #[error("The recording has ended: there are no steps left.")]
    Over,
    /// The feed is away.
    #[error("The market's feed is not responding, so nothing was done. Try again in a moment.")]
    NotHeard,
}

/// What became of an act about the market.
pub type OperationActed<T> = Acted<T, OperationRefusal>;

type Work<T> = Result<Result<Written<T>, OperationRefusal>, StoreError>;

/// Runs the market. Cheap to clone.
#[derive(Clone)]
pub struct Operations {
    store: Store,
    market: Market,
    clock: Clock,
    turn: Arc<Mutex<Turn>>,
}

impl Operations {
    /// Operations of `market`, whose books are in `store`.
    #[must_use]
    pub fn new(store: Store, market: Market, clock: Clock) -> Self {
        Self { store, market, clock, turn: Arc::default() }
    }

    /// Whether prices are a recording, which nothing can be added to.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.market.is_recording()
    }

    /// Takes over what others have written on the books: another server, or whoever ended before it was on the board.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn follow(&self) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let standings: Vec<InstrumentStanding> = self.store.read(all).await?;
        for standing in &standings {
            self.show(standing).await?;
        }
        Ok(())
    }

    /// Does `work` about the instrument called `symbol`, on record, and brings the board to what is then on the books.
    async fn about<T: Send + 'static>(
        &self,
        symbol: &Symbol,
        instruction: Instruction,
        work: impl Fn(&mut Conn, InstrumentStanding, &Instruction, At) -> Work<T> + Send + 'static,
    ) -> Result<OperationActed<T>, StoreError> {
        self.about_new(symbol, instruction, move |conn, instruction, symbol, now| match standing_of(conn, symbol)? {
            Some(standing) => work(conn, standing, instruction, now),
            None => Ok(Err(OperationRefusal::Unknown)),
        })
        .await
    }

    /// As [`Operations::about`], also where there is no such instrument yet.
    async fn about_new<T: Send + 'static>(
        &self,
        symbol: &Symbol,
        instruction: Instruction,
        work: impl Fn(&mut Conn, &Instruction, &Symbol, At) -> Work<T> + Send + 'static,
    ) -> Result<OperationActed<T>, StoreError> {
        let (operations, symbol) = (self.clone(), symbol.clone());
        to_its_end(async move {
            let _turn = operations.turn.lock().await;
            let now = operations.clock.now();
            let written: Result<_, StoreError> = operations
                .store
                .write(Lock::House, move |conn| {
                    let subject = Subject::instrument(&symbol);
                    let acted =
                        on_record(conn, &instruction, &subject, now, |conn| work(conn, &instruction, &symbol, now))?;
                    Ok((acted, standing_of(conn, &symbol)?))
                })
                .await;
            let (acted, standing) = written?;
            if let Some(standing) = standing {
                operations.show(&standing).await?;
            }
            Ok(acted)
        })
        .await
    }

    /// Saves where a simulated market stands, so that it goes on from there; of a recording there is nothing to save.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn save_prices(&self) -> Result<(), StoreError> {
        if self.is_recording() {
            return Ok(());
        }
        // With the turn, so that a price which is being set is not written over by the one before.
        let _turn = self.turn.lock().await;
        let rates = self.market.board().rates().into_iter();
        let prices: Vec<Prices> = rates
            .filter_map(|rate| {
                let quote = rate.standing?.quote;
                Some(Prices { instrument: rate.instrument.id, last: quote.last, previous_close: quote.previous_close })
            })
            .collect();
        let now = self.clock.now();
        self.store.write(Lock::House, move |conn| save_prices(conn, &prices, now)).await
    }

    /// Brings the board to what the books say of an instrument.
    async fn show(&self, standing: &InstrumentStanding) -> Result<(), StoreError> {
        let InstrumentStanding { instrument, origin, listed, status, .. } = standing;
        if self.market.revise(instrument, status) {
            return Ok(());
        }
        // What a file names is on the board of those markets that it is named to.
        if !listed || *origin != Origin::Office || self.is_recording() {
            return Ok(());
        }
        let begin = self.market.board().market_time().unwrap_or_else(|| self.clock.now());
        let mut listed = opening(standing.clone(), None, begin, self.market.board().calendar());
        let candles = recorder::open_spans(&self.store, self.market.board(), instrument.id).await?;
        listed.volume = candles.volume;
        self.market.list(&listed);
        candles.go_on(self.market.board());
        Ok(())
    }
}

/// Does what changes books and board to its end, also when whoever asked for it hangs up meanwhile.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(work).await.map_err(|_| StoreError::Panicked)?
}
