//! The terminal that somebody types on, left as it was found.

#[cfg(unix)]
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// How the terminal was when the command began.
#[derive(Debug)]
pub(super) struct Terminal {
    #[cfg(unix)]
    before: Option<Termios>,
}

impl Terminal {
    /// As it is now, where there is one.
    pub(super) fn as_it_is() -> Self {
        Self {
            #[cfg(unix)]
            before: tcgetattr(std::io::stdin()).ok(),
        }
    }

    /// Has it show again what is typed, if a question for a password keeps it from that.
    pub(super) fn show_again(&self) {
        #[cfg(unix)]
        {
            let stdin = std::io::stdin();
            let hides = |now: &Termios| !now.local_modes.contains(LocalModes::ECHO);
            // Not set where nothing is to change: a command in the background would be halted for touching it.
            if let (Some(before), true) = (&self.before, tcgetattr(&stdin).is_ok_and(|now| hides(&now))) {
                let _ = tcsetattr(&stdin, OptionalActions::Now, before);
            }
        }
    }
}
