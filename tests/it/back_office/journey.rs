//! A teacher's day, in a real browser.
