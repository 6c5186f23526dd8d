//! The log: to standard error, as text for people or as JSON for machines.

use clap::ValueEnum;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line of text per event
    Text,
    /// A JSON object per event
    Json,
}

/// Starts the log for this process. A second call changes nothing.
pub fn start(targets: Targets, format: LogFormat) {
    let layer = match format {
        LogFormat::Text => fmt::layer().with_writer(std::io::stderr).with_ansi(false).boxed(),
        LogFormat::Json => fmt::layer().json().with_writer(std::io::stderr).boxed(),
    };
    // Fails only when a log is running already, as in a test that starts two sites.
    let _ = tracing_subscriber::registry().with(layer.with_filter(targets)).try_init();
}
