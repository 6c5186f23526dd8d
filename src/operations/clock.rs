//! How the market's clock runs.

use super::instruments::written;
use super::{OperationActed, OperationRefusal, Operations};
use crate::domain::{Act, At, Details, Instruction, Subject};
use crate::market::Speed;
use crate::store::audit::on_record;
use crate::store::{Lock, StoreError};
use std::time::Duration;

/// How often it is looked whether a step has been made, and how long between two looks.
const LOOKS: u32 = 40;
const LOOK_AGAIN: Duration = Duration::from_millis(25);

impl Operations {
    /// Stops the market's clock.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn pause(&self, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        let _turn = self.turn.lock().await;
        let was = self.market.speed();
        if was == Speed::Paused {
            return self.record(instruction, Err(OperationRefusal::NothingToDo)).await;
        }
        let acted = self.record(instruction, Ok((Act::PauseMarket, speed(was), speed(Speed::Paused)))).await?;
        if matches!(acted, OperationActed::Done(())) {
            self.market.pause();
        }
        Ok(acted)
    }

    /// Lets the market's clock go on as fast as before the pause.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn resume(&self, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        let _turn = self.turn.lock().await;
        if self.market.speed() != Speed::Paused {
            return self.record(instruction, Err(OperationRefusal::NothingToDo)).await;
        }
        let resumed = self.market.resumed_speed();
        let acted = self.record(instruction, Ok((Act::ResumeMarket, speed(Speed::Paused), speed(resumed)))).await?;
        if matches!(acted, OperationActed::Done(())) {
            self.market.resume();
        }
        Ok(acted)
    }

    /// Lets a paused market make one step.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn step(&self, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        let _turn = self.turn.lock().await;
        if self.market.speed() != Speed::Paused {
            return self.record(instruction, Err(OperationRefusal::NotPaused)).await;
        }
        if self.market.is_over() {
            return self.record(instruction, Err(OperationRefusal::Over)).await;
        }
        let before = self.market.board().market_time();
        // It is on record before it is made, so that only where it began can be told.
        let from = before.map_or_else(Details::default, |at| Details::default().with("from market time", &at));
        let acted = self.record(instruction, Ok((Act::StepMarket, Details::default(), from))).await?;
        if matches!(acted, OperationActed::Done(())) {
            if self.market.step() {
                self.moved_on(before).await;
            } else {
                tracing::warn!("the market was not paused any more when it was to make a step");
            }
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

    /// Lets the market's clock run at another speed.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn set_speed(&self, to: Speed, instruction: Instruction) -> Result<OperationActed<()>, StoreError> {
        let _turn = self.turn.lock().await;
        let was = self.market.speed();
        if was == to {
            return self.record(instruction, Err(OperationRefusal::NothingToDo)).await;
        }
        let acted = self.record(instruction, Ok((Act::SetSpeed, speed(was), speed(to)))).await?;
        if matches!(acted, OperationActed::Done(())) {
            self.market.set_speed(to);
        }
        Ok(acted)
    }

    /// Enters an act about the market as a whole on the record, or refuses it, whichever `what` says.
    pub(super) async fn record(
        &self,
        instruction: Instruction,
        what: Result<(Act, Details, Details), OperationRefusal>,
    ) -> Result<OperationActed<()>, StoreError> {
        let now = self.clock.now();
        self.store
            .write(Lock::House, move |conn| {
                on_record(conn, &instruction, &Subject::market(), now, |_| {
                    Ok(what.clone().map(|(act, was, became)| written(act, was, became)))
                })
            })
            .await
    }
}

fn speed(speed: Speed) -> Details {
    Details::default().with("speed", &speed)
}
