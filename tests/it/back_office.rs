//! The back office: who may come in, what they can do, and what stays on record of it.

mod access;
mod accounts;
mod accounts_looks;
mod acts;
mod instruments;
mod instruments_browser;
mod record;
mod tables;
mod tables_browser;
