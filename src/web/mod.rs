//! What browsers and other clients of HTTP meet.

pub mod live;
