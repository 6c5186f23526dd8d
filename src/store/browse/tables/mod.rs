//! The tables of the back office, each described in a file of its own.

mod accounts;
mod audit;
mod candles;
mod holdings;
mod instruments;
mod ledger;
mod orders;
mod references;
mod sessions;
mod users;

pub use audit::CALLED;

use super::table::Table;

/// Every table, in the order they are offered.
pub static ALL: [&Table; 9] = [
    &users::USERS,
    &accounts::ACCOUNTS,
    &ledger::LEDGER,
    &holdings::HOLDINGS,
    &orders::ORDERS,
    &instruments::INSTRUMENTS,
    &sessions::SESSIONS,
    &candles::CANDLES,
    &audit::AUDIT,
];
