//! What the tests stand on: the real server, people who use it with and without scripts, and recorded prices.

pub(crate) mod answer;
pub(crate) mod axe;
pub(crate) mod books;
pub(crate) mod browser;
pub(crate) mod by_hand;
pub(crate) mod driver;
pub(crate) mod floor;
pub(crate) mod form;
pub(crate) mod live_floor;
pub(crate) mod past;
pub(crate) mod place;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod raw;
pub(crate) mod recorded;
pub(crate) mod server;
pub(crate) mod sound;
pub(crate) mod staff;
pub(crate) mod trader;
pub(crate) mod unseen;
pub(crate) mod visitor;

pub(crate) use self::{
    browser::{Browser, Scheme},
    floor::Floor,
    place::{Engine, Place},
    server::Server,
    visitor::Visitor,
};
