//! How the market's clock runs.

use super::instruments::written;
use super::{OperationActed, OperationRefusal, Operations, to_its_end};
use crate::domain::{Act, At, Details, Instruction, Subject};
use crate::market::{Market, Speed};
use crate::store::audit::on_record;
use crate::store::{Lock, StoreError};
use std::time::Duration;

/// How often it is looked whether a step has been made, and how long between two looks.
const LOOKS: u32 = 40;
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// An act on the market as it goes on record: what it is, and what is so before and since.
type Planned = Result<(Act, Details, Details), OperationRefusal>;

impl Operations {
    /// Stops the market's clock.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn pause(&self, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        let plan = |market: &Market| match market.speed() {
            Speed::Paused => Err(OperationRefusal::NothingToDo),
            was => Ok((Act::PauseMarket, speed(was), speed(Speed::Paused))),
        };
        self.run(instruction, plan, Market::pause).await
    }

    /// Lets the market's clock go on as fast as before the pause.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn resume(&self, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        let plan = |market: &Market| match market.speed() {
            Speed::Paused => Ok((Act::ResumeMarket, speed(Speed::Paused), speed(market.resumed_speed()))),
            _ => Err(OperationRefusal::NothingToDo),
        };
        self.run(instruction, plan, Market::resume).await
    }

    /// Lets the market's clock run at another speed.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn set_speed(&self, to: Speed, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        let plan = move |market: &Market| match market.speed() {
            was if was == to => Err(OperationRefusal::NothingToDo),
            was => Ok((Act::SetSpeed, speed(was), speed(to))),
        };
        self.run(instruction, plan, move |market| market.set_speed(to)).await
    }

    /// Lets a paused market make one step. Once answered, it is made, unless the feed is away.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn step(&self, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        let before = self.market.board().market_time();
        let plan = |market: &Market| {
            if market.speed() != Speed::Paused {
                return Err(OperationRefusal::NotPaused);
            }
            if market.is_over() {
                return Err(OperationRefusal::Over);
            }
            // It is on record before it is made, so that only where it began can be told.
            let begins = market.board().market_time();
            let from = begins.map_or_else(Details::default, |at| Details::default().with("from market time", &at));
            Ok((Act::StepMarket, Details::default(), from))
        };
        let step = |market: &Market| {
            if !market.step() {
                tracing::warn!("the market was not paused any more when it was to make a step");
            }
        };
        let acted = self.run(instruction, plan, step).await?;
        if matches!(acted, OperationActed::Done(())) {
            self.moved_on(before).await;
        }
        Ok(acted)
    }

    /// Waits until the market's clock shows another time than `before`, so that whoever asked for a step finds it made; for a
    /// while, because a feed may be away.
    async fn moved_on(&self, before: Option<At>) {
        for _ in 0..LOOKS {
            if self.market.board().market_time() != before {
                return;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Enters on the record what `plan` makes of the market as it runs, or refuses it, and then does it to the market.
    async fn run(
        &self,
        instruction: Instruction,
        plan: impl FnOnce(&Market) -> Planned + Send + 'static,
        does: impl FnOnce(&Market) + Send + 'static,
    ) -> Result<OperationActed<()>, StoreError> {
        let operations = self.clone();
        to_its_end(async move {
            let mut turn = operations.turn.lock().await;
            let key = instruction.key.clone();
            let acted = operations.record(instruction, plan(&operations.market)).await;
            if turn.is_due(&key, &acted) {
                does(&operations.market);
            }
            acted
        })
        .await
    }

    async fn record(&self, instruction: Instruction, planned: Planned) -> Result<OperationActed<()>, StoreError> {
        let now = self.clock.now();
        self.store
            .write(Lock::House, move |conn| {
                on_record(conn, &instruction, &Subject::market(), now, |_| {
                    Ok(planned.clone().map(|(act, was, became)| written(act, was, became)))
                })
            })
            .await
    }
}

fn speed(speed: Speed) -> Details {
    Details::default().with("speed", &speed)
}
