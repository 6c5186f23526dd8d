//! What the market's clock is told: how fast to run, to stand still, to make one step, to stop for good.
//!
//! Whoever runs the market speaks through [`Controls`]; the feed listens through [`super::pace::Pace`], and hears at
//! once, also while it waits.

use super::Speed;
use crate::domain::{InstrumentId, Price};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// The most steps that may wait to be made.
const MOST_STEPS: u32 = 1_000;

/// The most interventions that may wait for a feed to hear of them.
const MOST_INTERVENTIONS: usize = 64;

/// What a simulated market is told besides how its clock runs.
#[derive(Debug)]
pub(in crate::market) enum Intervention {
    /// The roster has changed: look at it again.
    Look,
    /// These instruments stand at these prices from now on. Answered once they do; when nobody waits for the answer any
    /// more, nothing is done.
    Prices { prices: Vec<(InstrumentId, Price)>, done: oneshot::Sender<()> },
}

/// The market is stopping; the feed is to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopping;

/// What a feed is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Commands {
    pub(super) stopping: bool,
    pub(super) speed: Speed,
    /// What to go on with after a pause.
    resumed: Speed,
    /// Steps to be made while paused.
    pub(super) steps: u32,
    /// Whether interventions wait to be heard.
    pub(super) intervened: bool,
}

/// One end of the line to the feed. Share it as an `Arc`.
#[derive(Debug)]
pub(in crate::market) struct Controls {
    commands: Mutex<Commands>,
    /// Locked only while `commands` is.
    interventions: Mutex<VecDeque<Intervention>>,
    changed: Condvar,
}

impl Controls {
    pub(in crate::market) const fn new(speed: Speed) -> Self {
        let resumed = if matches!(speed, Speed::Paused) { Speed::REAL_TIME } else { speed };
        let commands = Commands { stopping: false, speed, resumed, steps: 0, intervened: false };
        Self { commands: Mutex::new(commands), interventions: Mutex::new(VecDeque::new()), changed: Condvar::new() }
    }

    pub(in crate::market) fn speed(&self) -> Speed {
        self.commands().speed
    }

    /// Sets the speed and returns it.
    pub(in crate::market) fn set_speed(&self, speed: Speed) -> Speed {
        self.change(|commands| {
            commands.speed = speed;
            commands.steps = 0;
            if speed != Speed::Paused {
                commands.resumed = speed;
            }
        })
        .speed
    }

    /// How fast it goes on after a pause.
    pub(in crate::market) fn resumed_speed(&self) -> Speed {
        self.commands().resumed
    }

    /// Goes on as before the pause, and returns the speed.
    pub(in crate::market) fn resume(&self) -> Speed {
        self.set_speed(self.resumed_speed())
    }

    /// Asks for one step. Says whether the clock is paused, without which there is none to make.
    pub(in crate::market) fn step(&self) -> bool {
        let after = self.change(|commands| {
            if commands.speed == Speed::Paused {
                commands.steps = (commands.steps + 1).min(MOST_STEPS);
            }
        });
        after.speed == Speed::Paused
    }

    /// Tells the feed to do something in between, at once. Says whether there was room for it.
    pub(in crate::market) fn intervene(&self, intervention: Intervention) -> bool {
        let mut told = false;
        self.change(|commands| {
            let mut waiting = self.interventions.lock().unwrap_or_else(PoisonError::into_inner);
            // Looking once sees everything.
            let seen = matches!(intervention, Intervention::Look)
                && waiting.iter().any(|one| matches!(one, Intervention::Look));
            told = seen || waiting.len() < MOST_INTERVENTIONS;
            if told && !seen {
                waiting.push_back(intervention);
            }
            commands.intervened = !waiting.is_empty();
        });
        told
    }

    /// What the feed was told to do in between, in order.
    pub(super) fn interventions(&self) -> VecDeque<Intervention> {
        let mut commands = self.commands();
        commands.intervened = false;
        std::mem::take(&mut *self.interventions.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(in crate::market) fn stop(&self) {
        self.change(|commands| commands.stopping = true);
    }

    pub(super) fn commands(&self) -> MutexGuard<'_, Commands> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change, `longest` at most.
    pub(super) fn wait<'a>(
        &'a self,
        commands: MutexGuard<'a, Commands>,
        longest: Duration,
    ) -> MutexGuard<'a, Commands> {
        self.changed.wait_timeout(commands, longest).unwrap_or_else(PoisonError::into_inner).0
    }

    fn change(&self, change: impl FnOnce(&mut Commands)) -> Commands {
        let mut commands = self.commands();
        change(&mut commands);
        self.changed.notify_all();
        *commands
    }
}
