//! How many connections and files the system lets the house open.

/// What the house opens beside live connections: pages, databases, files, and connections on their way in.
const OTHERS: u64 = 8_192;

/// Asks the system for enough to serve `sockets` live connections. Many systems begin with 1,024, and let a program
/// ask for far more.
#[cfg(unix)]
pub(super) fn ask_for(sockets: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = u64::try_from(sockets).unwrap_or(u64::MAX).saturating_add(OTHERS);
    let current = limit.maximum.map_or(wanted, |most| wanted.min(most));
    if limit.current.is_some_and(|now| now < current) {
        let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(current), maximum: limit.maximum });
        if let Err(error) = raised {
            tracing::warn!(%error, "the system allows no more open files");
        }
    }
    if limit.maximum.is_some_and(|most| most < u64::try_from(sockets).unwrap_or(u64::MAX)) {
        tracing::warn!(most = limit.maximum, sockets, "the system allows fewer open files than live connections");
    }
}

/// Takes what there is.
#[cfg(not(unix))]
pub(super) fn ask_for(_: usize) {}
