//! Tradefloor: a self-hosted stock market in one binary.

pub mod accounts;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod market;
pub mod portfolio;
pub mod store;
pub mod telemetry;
pub mod trading;
pub mod web;
