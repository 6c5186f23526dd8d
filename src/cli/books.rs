//! `verify`, `backup`, `restore`, `export` and `copy`.

use super::voice::say;
use super::{DatabaseArgs, Failure};
use crate::books::{self, BooksError, Progress};
use crate::store::Database;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::PathBuf;

/// `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    database: DatabaseArgs,
}

/// `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write; it must not exist yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// `restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The account: a username or the account's public ID
    #[arg(long, value_name = "NAME|ID")]
    account: String,
    /// The zip to write; it must not exist yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// `copy`.
#[derive(Debug, Args)]
pub struct CopyArgs {
    /// The books to copy: a file, or a server, as `postgres://user:password@host/name`
    #[arg(long, value_name = "FILE|URL")]
    from: Database,
    /// The destination: a file that does not exist, or a server's database without tables
    #[arg(long, value_name = "FILE|URL")]
    to: Database,
}

/// Proves that the books agree, or names the first row that does not.
pub(super) fn verify(arguments: &VerifyArgs) -> Result<(), Failure> {
    let database = &arguments.database.database;
    let verified = told(database, with_bar(|watch| books::verify_database(database, watch)))?;
    Ok(say(format_args!("The books in {database} agree ({verified})."))?)
}

/// Writes a backup.
pub(super) fn backup(arguments: &BackupArgs) -> Result<(), Failure> {
    let (database, file) = (&arguments.database.database, &arguments.file);
    let verified = told(database, with_bar(|watch| books::backup(database, file, watch)))?;
    Ok(say(format_args!("The books in {database} are backed up in {} and agree there ({verified}).", file.display()))?)
}

/// Puts a backup in an empty place.
pub(super) fn restore(arguments: &RestoreArgs) -> Result<(), Failure> {
    let (database, file) = (&arguments.database.database, &arguments.file);
    let backup = Database::Sqlite(file.clone());
    let verified = told(&backup, with_bar(|watch| books::restore(file, database, watch)))?;
    Ok(say(format_args!("The books in {} are restored to {database} and agree there ({verified}).", file.display()))?)
}

/// Writes one account's books as CSV files.
pub(super) fn export(arguments: &ExportArgs) -> Result<(), Failure> {
    let (database, file) = (&arguments.database.database, &arguments.file);
    told(database, with_bar(|watch| books::export(database, &arguments.account, file, watch)))?;
    Ok(say(format_args!("The books of {} are in {}.", arguments.account, file.display()))?)
}

/// Copies everything to another place, on either engine.
pub(super) fn copy(arguments: &CopyArgs) -> Result<(), Failure> {
    let (from, to) = (&arguments.from, &arguments.to);
    let verified = told(from, with_bar(|watch| books::copy(from, to, watch)))?;
    Ok(say(format_args!("The books in {from} are copied to {to} and agree there ({verified})."))?)
}

/// What went wrong with the books in `database`, as a sentence.
fn told<T>(database: &Database, done: Result<T, BooksError>) -> Result<T, Failure> {
    done.map_err(|error| match error {
        BooksError::Disagreement(first) => Failure::Stopped(format!("The books in {database} do not agree. {first}.")),
        other => Failure::stopped(other),
    })
}

/// Does it while a bar on standard error shows how far it is, when that is a terminal.
pub(super) fn with_bar<T>(work: impl FnOnce(books::Watch<'_>) -> T) -> T {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg:<10} {wide_bar} {percent:>3} %  {eta} left") {
        bar.set_style(style);
    }
    let done = work(&mut |Progress { doing, done, total }| {
        bar.set_message(doing);
        bar.set_length(total);
        bar.set_position(done.min(total));
    });
    bar.finish_and_clear();
    done
}
