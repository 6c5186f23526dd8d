//! The back office: who may come in, what they can do, and what stays on record of it.

mod access;
mod accounts;
mod accounts_looks;
mod acting;
mod acts;
mod at_once;
mod codes;
mod home;
mod instruments;
mod instruments_browser;
mod journey;
mod lists;
mod looks;
mod matrix;
mod meanwhile;
mod persons;
mod prices;
mod record;
mod roster;
mod selections;
mod tables;
mod tables_browser;
