//! The promises of the house, tested through its doors: one binary, one file for each promise.
#![cfg(test)]

mod at_hand;
mod back_office;
mod books_balance;
mod browsing;
mod candles;
mod candles_for_programs;
mod charts;
mod command_line;
mod durability;
mod faults;
mod garbage;
mod gathered_writes;
mod interventions;
mod isolation;
mod journey_browser;
mod live_rates;
mod long_lists;
mod market_clock;
mod mistyped;
mod page_checks;
mod pages_browser;
mod parallel;
mod people;
mod provable_books;
mod rates;
mod routes;
mod sent_twice;
mod store_contract;
#[expect(dead_code, reason = "other promises use the rest")]
mod support;
mod tape;
mod tidy;
mod today_browser;
mod two_servers;
mod wallet;
mod ways_back;
mod websocket_conformance;
