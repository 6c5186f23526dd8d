//! Tradefloor: a self-hosted stock market in one binary.

pub mod domain;
pub mod market;
pub mod web;
