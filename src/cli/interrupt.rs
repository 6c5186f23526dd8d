//! A command that is told to stop while it writes a file.

use super::terminal::Terminal;
use super::voice::tell;
use crate::store::Draft;
use std::convert::Infallible;
use std::io;
use std::process::exit;

/// What a shell shows for a command that was interrupted: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

/// From now on, being told to stop ends the process without leaving half a file behind, or a terminal that hides what is
/// typed.
///
/// # Errors
/// When the system takes no more threads or does not tell of signals.
pub(super) fn leaves_nothing_behind() -> io::Result<()> {
    let terminal = Terminal::as_it_is();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // It listens before anything is written, however late the thread gets its turn.
    let told = {
        let _here = runtime.enter();
        told_to_stop()?
    };
    let wait = move || {
        runtime.block_on(told);
        match stop(&terminal) {}
    };
    std::thread::Builder::new().name("interrupt".to_owned()).spawn(wait).map(drop)
}

/// Ends the process, which was told to stop, says what it leaves, and leaves `terminal` as it was.
#[expect(clippy::exit, reason = "the thread that works cannot be told to stop in the midst of one statement")]
pub(super) fn stop(terminal: &Terminal) -> Infallible {
    Draft::stop(|lasting| {
        let mut kept: Vec<_> = lasting.files().iter().map(|file| format!("{} was written", file.display())).collect();
        if lasting.has_changed_a_database() {
            kept.push("the database was changed".to_owned());
        }
        if kept.is_empty() {
            tell("Stopped before it was done; nothing was left behind.");
        } else {
            tell(format_args!("Stopped; {} before.", kept.join(" and ")));
        }
        // Last, for a question that is only now being asked.
        terminal.show_again();
        exit(INTERRUPTED)
    })
}

/// Listens from now on; the future waits for Ctrl-C, a polite request to end and the end of the terminal, but for those
/// that whoever started the command has it ignore, as `nohup` does.
#[cfg(unix)]
fn told_to_stop() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let ignored = ignored();
    let mut heard = Vec::new();
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        if ignored & (1 << (kind.as_raw_value() - 1)) == 0 {
            heard.push(signal(kind)?);
        }
    }
    Ok(std::future::poll_fn(move |context| {
        if heard.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    }))
}

/// The signals that the process was started to ignore, a bit for each, the first lowest. Where the system does not
/// show them as Linux does (proc(5), `SigIgn`), none.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(not(unix))]
fn told_to_stop() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
