//! The desk: where orders are placed, money comes and goes, and the house puts things right.

mod funding;
mod intervention;
mod refusal;
mod settle;
mod tally;
mod terms;

pub use funding::{Funded, Funding};
pub use intervention::{Intervention, InterventionRefusal, Prospect, Shares, Standing};
pub use refusal::{FundingRefusal, Refusal};
pub use settle::Placed;
pub use tally::Refused;
pub use terms::{Estimate, Terms};

use crate::clock::Clock;
use crate::domain::{AccountId, Money, OrderKey, OrderSize, Side, Symbol};
use crate::market::board::Board;
use crate::store::holdings::Holding;
use crate::store::{Gathered, Store, StoreError, accounts, holdings};
use settle::Asked;
use std::sync::Arc;
use std::time::Duration;
use tally::Tally;
use terms::Means;

/// What the house allows.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How old a quote may be and still be traded at.
    pub quote_age_max: Duration,
    /// The most money that may be added or taken out at a time.
    pub funding_max: Money,
    /// The most money that may be put into one account in all, less what was taken out.
    pub contributed_max: Money,
}

/// A request to trade at the market's price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What the client calls it; the same order under the same key is placed once.
    pub key: OrderKey,
    /// Of what.
    pub symbol: Symbol,
    /// Which way.
    pub side: Side,
    /// How much.
    pub size: OrderSize,
}

/// Where orders are placed and money comes and goes. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    store: Store,
    settling: Gathered<Asked, Placed>,
    board: Arc<Board>,
    clock: Clock,
    rules: Rules,
    tally: Tally,
}

impl Desk {
    /// A desk that keeps its books in `store` and takes its prices from `board`.
    #[must_use]
    pub fn new(store: Store, board: Arc<Board>, clock: Clock, rules: Rules) -> Self {
        let tally = Tally::default();
        // It counts from now on, and not from the first refusal.
        tally.today(clock.now());
        let market = Arc::clone(&board);
        let settling =
            store.gathered(move |conn, asked: &[Asked]| settle::settle(conn, &market, rules, asked, clock.now()));
        Self { store, settling, board, clock, rules, tally }
    }

    /// What the house allows.
    #[must_use]
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// How often it has refused an order today, and why.
    #[must_use]
    pub fn refused_today(&self) -> Refused {
        self.tally.today(self.clock.now())
    }

    /// Trades at the price of the moment of settlement. Once answered, it is durable.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn place(&self, account: AccountId, order: Order) -> Result<Placed, StoreError> {
        let placed = self.settling.write(account, Asked { account, order }).await?;
        if let Placed::Refused(refusal) = &placed {
            self.tally.count(refusal, self.clock.now());
        }
        Ok(placed)
    }

    /// What `order` would come to if it were settled now. Moves nothing and promises nothing. A refusal here is counted
    /// like a refused order, because the ticket goes no further.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn estimate(&self, account: AccountId, order: Order) -> Result<Result<Estimate, Refusal>, StoreError> {
        let estimated = self.estimated(account, order).await?;
        if let Err(refusal) = &estimated {
            self.tally.count(refusal, self.clock.now());
        }
        Ok(estimated)
    }

    async fn estimated(&self, account: AccountId, order: Order) -> Result<Result<Estimate, Refusal>, StoreError> {
        let (instrument, standing) = match terms::fresh_quote(&self.board, self.rules, &order) {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.store
            .read(move |conn| {
                let account = accounts::get(conn, account)?;
                if let Err(refusal) = settle::may_move(&account) {
                    return Ok(Err(refusal));
                }
                let held = holdings::find(conn, account.id, instrument.id)?;
                let position = held.as_ref().map(Holding::position).unwrap_or_default();
                let terms = terms::terms(&order, standing.quote, Means { cash: account.cash, position });
                Ok(terms.map(|terms| Estimate { terms, quote_age: standing.age }))
            })
            .await
    }
}
