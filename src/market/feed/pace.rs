//! A feed's sense of time: market time passes at the speed that is asked for, and a change is felt at once.

use super::Speed;
use super::control::{Commands, Controls, Intervention, Stopping};
use crate::market::board::Board;
use std::collections::VecDeque;
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

/// While it waits, a feed says this often that it is alive.
const BEAT: Duration = Duration::from_secs(1);
/// How often a feed that has something to do more often than that wakes up; what is due meanwhile is done together.
const WAKE: Duration = Duration::from_millis(100);
/// How far market time may fall behind before the rest is given up.
const LAG: Duration = Duration::from_secs(2);
/// The longest wait when time runs faster than on the wall: a night or a weekend of the market is not one on the wall.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How often a feed that never waits lets others run.
const BURST: u32 = 64;

/// Why time has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    /// By itself.
    Time,
    /// The clock is paused, and somebody asked for one step.
    Step,
    /// Not all of it has: something is to be done in between, and then so much is left to wait for.
    Partly { left: Duration },
}

/// Waits for market time to pass.
#[derive(Debug)]
pub(super) struct Pace {
    controls: Arc<Controls>,
    /// Up to when on the wall time has been let pass.
    passed: Option<Instant>,
    woke: Instant,
    unwaited: u32,
}

/// One wait, at one speed.
struct Wait {
    begun: Instant,
    due: Instant,
    wake: Instant,
    /// Whether there was anything to wait for.
    waits: bool,
}

impl Pace {
    pub(super) fn new(controls: Arc<Controls>) -> Self {
        Self { controls, passed: None, woke: Instant::now(), unwaited: 0 }
    }

    /// Lets `span` of market time pass, telling `board` meanwhile that the feed is alive. A step counts as all of it.
    pub(super) fn pass(&mut self, span: Duration, board: &Board) -> Result<Passed, Stopping> {
        if span.is_zero() {
            return self.go_on();
        }
        let controls = Arc::clone(&self.controls);
        let (mut left, mut commands) = (span, controls.commands());
        loop {
            let told = *commands;
            if told.stopping {
                return Err(Stopping);
            }
            if told.intervened {
                return Ok(Passed::Partly { left });
            }
            match told.speed {
                Speed::Max => {
                    drop(commands);
                    self.passed = None;
                    return self.go_on();
                }
                Speed::Paused => {
                    self.passed = None;
                    if told.steps > 0 {
                        commands.steps -= 1;
                        return Ok(Passed::Step);
                    }
                    commands = listen(commands, &controls, BEAT, board);
                }
                Speed::Times(_) => {
                    let wait = self.wait_for(left, told.speed);
                    commands = wait_out(&wait, told.speed, commands, &controls, board);
                    let now = Instant::now();
                    if now >= wait.wake {
                        drop(commands);
                        return self.arrive(&wait, now);
                    }
                    // Told otherwise meanwhile: what is left of the span passes at the new speed.
                    left = rest(left, &wait, now);
                    self.passed = None;
                }
            }
        }
    }

    /// What is to be done in between.
    pub(super) fn interventions(&self) -> VecDeque<Intervention> {
        self.controls.interventions()
    }

    /// Waits for `span` on the wall, whatever the speed.
    pub(super) fn rest(&self, span: Duration) -> Result<(), Stopping> {
        let until = Instant::now() + span;
        let mut commands = self.controls.commands();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if commands.stopping {
                return Err(Stopping);
            }
            if left.is_zero() {
                return Ok(());
            }
            commands = self.controls.wait(commands, left);
        }
    }

    /// Lets others run now and then, and looks whether to go on.
    fn go_on(&mut self) -> Result<Passed, Stopping> {
        self.unwaited = (self.unwaited + 1) % BURST;
        if self.unwaited == 0 {
            std::thread::yield_now();
            if self.controls.commands().stopping {
                return Err(Stopping);
            }
        }
        Ok(Passed::Time)
    }

    fn wait_for(&self, left: Duration, speed: Speed) -> Wait {
        let now = Instant::now();
        let begun = self.passed.filter(|passed| now.saturating_duration_since(*passed) < LAG).unwrap_or(now);
        let wall = speed.wall(left);
        let wall = if speed.is_at_most_real_time() { wall } else { wall.min(LONGEST_WAIT) };
        // Further away than a machine's clock can tell is as good as never.
        let due = begun.checked_add(wall).unwrap_or(now + Duration::from_hours(24 * 365));
        let waits = due > now;
        let wake = if waits { due.max(self.woke + WAKE) } else { due };
        Wait { begun, due, wake, waits }
    }

    fn arrive(&mut self, wait: &Wait, now: Instant) -> Result<Passed, Stopping> {
        self.passed = Some(wait.due);
        if wait.waits {
            self.woke = now;
        }
        self.go_on()
    }
}

/// Waits for a word, and says that the feed is alive when none came for a whole beat.
fn listen<'a>(
    commands: MutexGuard<'a, Commands>,
    controls: &'a Controls,
    longest: Duration,
    board: &Board,
) -> MutexGuard<'a, Commands> {
    let before = *commands;
    let commands = controls.wait(commands, longest);
    if longest < BEAT || *commands != before {
        return commands;
    }
    drop(commands);
    board.beat();
    controls.commands()
}

/// Waits until it is time, or until something is told that changes it.
fn wait_out<'a>(
    wait: &Wait,
    speed: Speed,
    mut commands: MutexGuard<'a, Commands>,
    controls: &'a Controls,
    board: &Board,
) -> MutexGuard<'a, Commands> {
    loop {
        let left = wait.wake.saturating_duration_since(Instant::now());
        if left.is_zero() || commands.stopping || commands.intervened || commands.speed != speed {
            return commands;
        }
        commands = listen(commands, controls, left.min(BEAT), board);
    }
}

/// What is left of `span` of market time in the middle of the wait for it.
fn rest(span: Duration, wait: &Wait, now: Instant) -> Duration {
    let whole = wait.due.saturating_duration_since(wait.begun);
    let left = wait.due.saturating_duration_since(now);
    if whole.is_zero() { Duration::ZERO } else { span.mul_f64(left.div_duration_f64(whole).min(1.0)) }
}
