//! `candles import`.

use super::books::with_bar;
use super::voice::say;
use super::{DatabaseArgs, Failure};
use crate::books::Progress;
use crate::market::recorder;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with candles.
#[derive(Debug, Subcommand)]
pub enum CandlesCommand {
    /// Load recorded bars from a CSV file: all of them, or none when a line is wrong
    ///
    /// Daily bars are `date,symbol,open,high,low,close,volume`; bars of a minute have `time` instead, which is the end
    /// of the minute in UTC, and may have `bid,ask`. The lines of one symbol go forward in time. Of minutes, candles of
    /// five minutes, an hour and a day in New York are made. What there was of the same spans is replaced, so that a
    /// file which is loaded twice changes nothing. Symbols have to be listed already. Of a database file, a server that
    /// runs meanwhile reads on, and waits with what it writes; whatever has to wait for over five seconds is answered with
    /// a request to try again, so load long files while nobody trades.
    Import(ImportArgs),
}

/// `candles import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file of bars
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Does what is asked of candles.
pub(super) fn run(command: CandlesCommand) -> Result<(), Failure> {
    let CandlesCommand::Import(ImportArgs { file, database }) = command;
    let database = database.database;
    let imported = with_bar(|watch| {
        recorder::import(&database, &file, &mut |doing, done, total| watch(Progress { doing, done, total }))
    });
    let imported = imported.map_err(Failure::stopped)?;
    Ok(say(format_args!("Imported from {} into {database}: {imported}.", file.display()))?)
}
