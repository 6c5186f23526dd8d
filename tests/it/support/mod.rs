//! What the tests stand on: the real server, people who use it with and without scripts, and recorded prices.

pub(crate) mod answer;
pub(crate) mod axe;
pub(crate) mod browser;
pub(crate) mod driver;
pub(crate) mod form;
pub(crate) mod process;
pub(crate) mod raw;
pub(crate) mod recorded;
pub(crate) mod server;
pub(crate) mod trader;
pub(crate) mod visitor;

pub(crate) use self::{
    browser::{Browser, Scheme},
    server::Server,
    visitor::Visitor,
};
