//! The simulated market: pure arithmetic from a seed, the same on every machine. `docs/market.md` says what it does
//! and how it compares with a real one.
#![expect(clippy::float_arithmetic, reason = "a simulation is made of floats; prices leave it as integers")]

mod chance;
mod character;
pub(super) mod past;
mod prices;
mod process;
mod shape;
mod volatility;

pub(super) use process::{Process, Seat, Tick};

#[cfg(test)]
use crate::domain::Price;
#[cfg(test)]
use prices::dollars;
#[cfg(test)]
#[path = "likeness_tests.rs"]
mod tests;
