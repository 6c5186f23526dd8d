//! Tradefloor: a self-hosted stock market in one binary.

pub mod accounts;
pub mod clock;
pub mod domain;
pub mod market;
pub mod portfolio;
pub mod store;
pub mod trading;
pub mod web;
