//! A command that is told to stop while it writes a file.

use crate::store::Draft;
use std::process::exit;

/// What a shell shows for a command that was interrupted: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

/// From now on, being told to stop ends the process without leaving half a file behind.
#[expect(clippy::exit, reason = "the thread that works cannot be told to stop in the midst of one statement")]
#[expect(clippy::print_stderr, reason = "a command line speaks on standard error")]
pub(super) fn leaves_nothing_behind() {
    std::thread::spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        if runtime.block_on(told_to_stop()).is_ok() {
            Draft::remove_unfinished();
            eprintln!("Stopped before it was done; nothing was left behind.");
            exit(INTERRUPTED);
        }
    });
}

#[cfg(unix)]
async fn told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (mut terminate, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
