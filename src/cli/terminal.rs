//! The terminal that somebody types on, left as it was found.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a question is being asked whose answer is not shown.
static ASKING: AtomicBool = AtomicBool::new(false);

/// Asks what `ask` asks, which has the terminal hide what is typed.
pub(super) fn hiding<T>(ask: impl FnOnce() -> T) -> T {
    ASKING.store(true, Ordering::SeqCst);
    let answer = ask();
    ASKING.store(false, Ordering::SeqCst);
    answer
}

/// How the terminal was when the command began.
#[derive(Debug)]
pub(super) struct Terminal {
    #[cfg(unix)]
    before: Option<unix::Before>,
}

impl Terminal {
    /// As it is now, where there is one.
    pub(super) fn as_it_is() -> Self {
        Self {
            #[cfg(unix)]
            before: unix::Before::now(),
        }
    }

    /// Has it show again what is typed, if a question keeps it from that or is about to.
    pub(super) fn show_again(&self) {
        #[cfg(unix)]
        if let Some(before) = &self.before {
            before.bring_back();
        }
    }
}

#[cfg(unix)]
mod unix {
    use super::{ASKING, Ordering};
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use std::io::stdin;
    use std::time::Duration;

    /// How long and how often it is looked whether a question that has begun hides what is typed by now.
    const LOOK: Duration = Duration::from_millis(5);
    const LOOKS: usize = 100;

    #[derive(Debug)]
    pub(super) struct Before(Termios);

    impl Before {
        pub(super) fn now() -> Option<Self> {
            tcgetattr(stdin()).ok().map(Self)
        }

        /// Waits for a question to hide what is typed, because nothing keeps it from doing that a moment later.
        pub(super) fn bring_back(&self) {
            let hides = || tcgetattr(stdin()).is_ok_and(|now| !now.local_modes.contains(LocalModes::ECHO));
            let mut brought_back = false;
            for _ in 0..LOOKS {
                // Not set where nothing is to change: a command in the background would be halted for touching it.
                if hides() {
                    let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
                    brought_back = true;
                } else if brought_back || !ASKING.load(Ordering::SeqCst) {
                    return;
                }
                std::thread::sleep(LOOK);
            }
        }
    }
}
