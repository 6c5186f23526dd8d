//! What the services tell of an operation, in the words of the model.

use super::model::{Filled, Outcome};
use crate::support::Floor;
use tradefloor::domain::{AccountId, PublicId};
use tradefloor::store::{StoreError, orders};
use tradefloor::trading::{Funded, FundingRefusal, Intervention, InterventionRefusal, Placed, Prospect, Refusal};

/// The public id of the order under this key; of none where there is no such order.
pub(super) async fn public_id(floor: &Floor, account: AccountId, key: u8) -> PublicId {
    let key = format!("k{key}").parse().unwrap();
    let found: Result<_, StoreError> = floor.store.read(move |conn| orders::by_key(conn, account, &key)).await;
    found.unwrap().map_or_else(PublicId::random, |line| line.public_id)
}

pub(super) async fn adjust(floor: &Floor, account: AccountId, intervention: Intervention) -> Outcome {
    match floor.intervene(account, intervention).await {
        Ok(Prospect { after, .. }) => Outcome::Stands(after.cash.cents().into(), after.contributed.cents().into()),
        Err(refusal) => Outcome::Refused(match refusal {
            InterventionRefusal::Nothing => "nothing",
            InterventionRefusal::TooLarge => "too large",
            InterventionRefusal::NotEnoughCash { .. } => "not enough cash",
            InterventionRefusal::UnknownSymbol { .. } => "unknown symbol",
            InterventionRefusal::NotEnoughShares { .. } => "not enough shares",
            InterventionRefusal::NotSoMuchCost { .. } => "not so much cost",
            InterventionRefusal::NotTheWholeCost { .. } => "not the whole cost",
            InterventionRefusal::Frozen => "frozen",
            InterventionRefusal::NotFrozen => "not frozen",
            InterventionRefusal::UnknownOrder => "unknown order",
            InterventionRefusal::Reversed { .. } => "reversed",
            InterventionRefusal::Past => "past",
            InterventionRefusal::SharesGone { .. } => "shares gone",
            InterventionRefusal::CashGone { .. } => "cash gone",
        }),
    }
}

pub(super) fn funded(told: Funded) -> Outcome {
    match told {
        Funded::Done { balance } => Outcome::Balance(balance.cents().into()),
        Funded::Refused(refusal) => Outcome::Refused(match refusal {
            FundingRefusal::TooSmall => "too small",
            FundingRefusal::TooMuchAtOnce { .. } => "too much at once",
            FundingRefusal::TooMuchInAll { .. } => "too much in all",
            FundingRefusal::NotEnoughCash { .. } => "not enough cash",
            FundingRefusal::KeyUsed => "key used",
            FundingRefusal::Frozen(_) => "frozen",
        }),
    }
}

pub(super) fn placed(told: Placed) -> Outcome {
    match told {
        Placed::Filled(line) => Outcome::Filled(filled(&line)),
        Placed::Repeated(line) => Outcome::Repeated(filled(&line)),
        Placed::Refused(refusal) => Outcome::Refused(match refusal {
            Refusal::NotEnoughCash { .. } => "not enough cash",
            Refusal::NotEnoughShares { .. } => "not enough shares",
            Refusal::TooSmall => "too small",
            Refusal::TooLarge => "too large",
            Refusal::KeyUsed { .. } => "key used",
            Refusal::Frozen(_) => "frozen",
            Refusal::UnknownSymbol { .. }
            | Refusal::Halted { .. }
            | Refusal::Delisted { .. }
            | Refusal::NoQuote { .. }
            | Refusal::StaleQuote { .. }
            | Refusal::MarketPaused
            | Refusal::MarketClosed { .. }
            | Refusal::MarketEnded => "no price",
        }),
    }
}

pub(super) fn filled(line: &tradefloor::store::orders::OrderLine) -> Filled {
    (line.quantity.units().into(), line.cash.cents().into(), line.gain.map(|gain| gain.cents().into()))
}
