//! The back office: who may come in, what they can do, and what stays on record of it.

mod access;
mod acting;
mod acts;
mod codes;
mod home;
mod journey;
mod looks;
mod persons;
mod record;
mod roster;
