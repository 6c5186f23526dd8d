//! The promises of the house, tested through its doors: one binary, one file for each promise.
#![cfg(test)]

mod live_rates;
mod page_checks;
#[expect(dead_code, reason = "the pages that most of it visits are still to come")]
mod support;
mod tidy;
