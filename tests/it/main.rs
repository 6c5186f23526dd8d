//! The promises of the house, tested through its doors: one binary, one file for each promise.
#![cfg(test)]

mod garbage;
mod isolation;
mod journey_browser;
mod live_rates;
mod page_checks;
mod pages_browser;
mod people;
mod routes;
#[expect(dead_code, reason = "other promises use the rest")]
mod support;
mod tidy;
