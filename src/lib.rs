//! Tradefloor: a self-hosted stock market in one binary.

pub mod domain;
pub mod web;
