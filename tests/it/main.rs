//! The promises of the house, tested through its doors: one binary, one file for each promise.
#![cfg(test)]

mod live_rates;
