//! The back office: who may come in, what they can do, and what stays on record of it.

mod access;
mod acts;
mod record;
