//! Whether what was read about a person still holds.
//!
//! Who uses a session is asked with every request, and hardly ever changes. So it may be remembered for a moment, as long
//! as nothing was written that could have changed it. What a write could change is known by its lock: one that holds an
//! account alone changes nobody's name, role, password or sessions. Any other ends all that was remembered, whomever it is
//! about: an act about one person may well change the session of another.

use super::Lock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// For how long what was read of a person may be taken for what is, though another process may have written to the file.
/// Who changes people from another process answers no sooner than that afterwards.
pub const REMEMBERED: Duration = Duration::from_millis(500);

/// How things stand with people: the same for as long as nothing was written that may have changed that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edition(u64);

/// Counts the writes that may have changed something about somebody.
#[derive(Debug, Default)]
pub(super) struct Editions {
    written: AtomicU64,
}

impl Editions {
    /// Notes a write that held `lock`, after it was committed and before anybody is told so.
    pub(super) fn written(&self, lock: Lock) {
        match lock {
            Lock::Account(_) | Lock::Presence(_) | Lock::Nothing => {}
            Lock::User(_) | Lock::Leaver(_) | Lock::House => {
                self.written.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    /// How things stand.
    pub(super) fn now(&self) -> Edition {
        Edition(self.written.load(Ordering::SeqCst))
    }
}
