//! Tradefloor: a self-hosted stock market in one binary.
//!
//! # The map of the house
//!
//! ```text
//! domain   <-  store   <-  accounts · trading · market · operations · portfolio · books   <-  web   <-  app   <-  cli · main
//! (values)     (Diesel)    (use cases)                                                        (actix)   (wiring)  (words)
//! ```
//!
//! An arrow points at what a room may know. [`domain`] is pure: no clock, no query, no network. [`store`] is
//! the only room that writes queries, and its two verbs, [`store::Store::read`] and [`store::Store::write`],
//! each with a form for much of the same, are the only way to them; a write is done as a whole or not at all, and its
//! answer means that it is durable. The
//! services hold the use cases: [`accounts`] people, [`trading`] orders and money, [`market`] prices and the candles
//! that its recorder keeps of them, [`operations`] what is listed and halted and how the market runs,
//! [`portfolio`] what it all is worth, [`books`] proving that they agree and keeping them elsewhere. [`web`] reads through the store and writes through a service; it never names Diesel, and the
//! services never name actix. [`app`] decides what the house is made of, starts it and stops it in order. The law is
//! enforced by `tests/it/tidy.rs`.
//!
//! The same noun stands in every room: `domain/order.rs`, `store/orders.rs`, `trading/`, `web/orders.rs`,
//! `templates/orders.html`.
//!
//! # Four promises, in order of rank
//!
//! 1. **Exact.** No float touches money. Every cent is explained by an append-only ledger.
//! 2. **Durable.** What was answered "done" survives a pulled plug, and a double click settles once.
//! 3. **Live.** Prices reach every open screen as they move; the price of a trade is the server's, at the
//!    moment of settlement.
//! 4. **Calm.** Pages work without scripts, on a phone, with a keyboard and a screen reader.
//!
//! To see how a page and a trade travel through the rooms, read `docs/architecture.md`; then
//! [`web::routes`], which is the whole URL table on one screen, and `trading/settle.rs`, which is a trade
//! from top to bottom.

pub mod accounts;
pub mod app;
pub mod books;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod market;
pub mod operations;
pub mod portfolio;
pub mod store;
pub mod telemetry;
pub mod trading;
pub mod web;
