//! The command line: what can be asked, and how a mistake in it is told.

mod books;
mod candles;
mod interrupt;
mod people;
mod serve;
mod terminal;
mod values;
mod voice;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use std::process::ExitCode;

use crate::store::Database;
pub use books::{BackupArgs, CopyArgs, ExportArgs, RestoreArgs, VerifyArgs};
pub use candles::CandlesCommand;
pub use people::UserCommand;
pub use serve::ServeArgs;
use voice::without_secrets;

/// A self-hosted stock market: exact books, live rates, one binary.
///
/// Without a command the site is served with the settings below, of which none is required. Each setting can
/// be given as a flag or as the variable named beside it; the flag wins.
#[derive(Debug, Parser)]
#[command(name = "tradefloor", version, args_conflicts_with_subcommands = true, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve, when no command is given.
    #[command(flatten)]
    pub serve: ServeArgs,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the site (what happens without a command)
    Serve(Box<ServeArgs>),
    /// Create the database or bring it up to date, then stop
    ///
    /// Serving does this by itself; run it alone to see whether an update works before you reopen the site.
    Migrate(DatabaseArgs),
    /// Prove that the books agree, or name the first row that does not and why
    ///
    /// Every balance, contribution, holding, cost, gain and fill is derived again from the ledger and compared, every
    /// hash is computed again, every reference followed, and the tables, indexes and triggers that protect them are
    /// looked at. The exit code is 0 when all agree and 1 when something does not. The server may keep running; the
    /// check sees one moment of it.
    Verify(VerifyArgs),
    /// Write the books, as they are at this moment, to a new file
    ///
    /// The server may keep running. The file is a complete database of its own, readable by its owner alone,
    /// and checked before it gets its name; from a PostgreSQL server it comes in the same format. The key that signs
    /// cookies is not in it: without it everyone has to sign in again.
    Backup(BackupArgs),
    /// Restore a backup to an empty place
    ///
    /// The place is a file that does not exist, or an empty database on a server. To go back to a backup, stop the
    /// server, move the database away with its -wal and -shm, and restore:
    /// `tradefloor restore monday.db --database ./data/tradefloor.db`
    Restore(RestoreArgs),
    /// Write one account's ledger, orders and holdings as CSV files in a zip
    ///
    /// `tradefloor export --account ada ada.zip`
    Export(ExportArgs),
    /// Copy everything to an empty place, on either engine
    ///
    /// The source is not changed. IDs stay the same, both sides are checked, and a copy that is not complete is not
    /// kept. Stop the server first: what it writes later is not copied.
    /// `tradefloor copy --from ./data/tradefloor.db --to postgres://floor@db/floor`
    Copy(CopyArgs),
    /// Manage the history of prices
    Candles {
        /// What to do.
        #[command(subcommand)]
        command: CandlesCommand,
    },
    /// Add people and change their roles
    ///
    /// The server may keep running.
    User {
        /// What to do.
        #[command(subcommand)]
        command: UserCommand,
    },
}

/// Where the books are kept unless it is said otherwise.
const DEFAULT_DATABASE: &str = "./data/tradefloor.db";

/// Which database.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// The database: a file, created with its directory when it does not exist, or a server, as `postgres://user:password@host/name`
    #[arg(long, env = "TRADEFLOOR_DATABASE", hide_env_values = true, default_value = DEFAULT_DATABASE, value_name = "FILE|URL")]
    pub database: Database,
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The command line or a setting is wrong: exit code 2.
    Usage(String),
    /// Something stood in the way: exit code 1.
    Stopped(String),
}

impl Failure {
    /// Anything that stood in the way and displays as a sentence.
    #[expect(clippy::needless_pass_by_value, reason = "it is the end of an error's way, and maps one")]
    pub fn stopped(cause: impl ToString) -> Self {
        Self::Stopped(cause.to_string())
    }
}

/// Reads the command line and does what it asks. Speaks on standard output and standard error.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let done = match parse(arguments) {
        Ok(cli) => dispatch(cli),
        Err(error) if error.use_stderr() => Err(Failure::Usage(sentence(&error))),
        Err(help) => {
            let _ = help.print();
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(sentence)) => {
            voice::tell(sentence);
            ExitCode::from(2)
        }
        Err(Failure::Stopped(sentence)) => {
            voice::tell(sentence);
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    Cli::command().try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches))
}

fn dispatch(cli: Cli) -> Result<(), Failure> {
    if !matches!(cli.command, None | Some(Command::Serve(_))) {
        interrupt::leaves_nothing_behind().map_err(Failure::stopped)?;
    }
    match cli.command {
        None => serve::serve(cli.serve),
        Some(Command::Serve(arguments)) => serve::serve(*arguments),
        Some(Command::Migrate(arguments)) => serve::migrate(&arguments),
        Some(Command::Verify(arguments)) => books::verify(&arguments),
        Some(Command::Backup(arguments)) => books::backup(&arguments),
        Some(Command::Restore(arguments)) => books::restore(&arguments),
        Some(Command::Export(arguments)) => books::export(&arguments),
        Some(Command::Copy(arguments)) => books::copy(&arguments),
        Some(Command::Candles { command }) => candles::run(command),
        Some(Command::User { command }) => people::run(command),
    }
}

/// What is wrong with a command line, in one sentence that names the setting, the value and what is allowed.
fn sentence(error: &clap::Error) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(without_secrets(text)),
        Some(ContextValue::Strings(texts)) if !texts.is_empty() => Some(without_secrets(&texts.join(", "))),
        _ => None,
    };
    let setting = context(ContextKind::InvalidArg)
        .map(|arg| arg.split(' ').next().unwrap_or_default().trim_matches(['<', '>']).to_owned());
    let value = context(ContextKind::InvalidValue);
    let allowed = context(ContextKind::ValidValue).map(|values| format!("it must be one of {values}"));
    let allowed = allowed.or_else(|| std::error::Error::source(error).map(ToString::to_string));
    let allowed = allowed.map(|words| format!("{}.", words.trim_end_matches('.')));
    match (error.kind(), setting, value, allowed) {
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(setting), Some(value), Some(allowed)) => {
            if value.is_empty() {
                format!("{setting} cannot be empty: {allowed}")
            } else {
                format!("{setting} cannot be `{value}`: {allowed}")
            }
        }
        (ErrorKind::InvalidValue, Some(setting), ..) => format!("{setting} needs a value. See `tradefloor --help`."),
        (ErrorKind::UnknownArgument, Some(setting), ..) => {
            format!("There is no setting {setting}. See `tradefloor --help` for a list.")
        }
        (ErrorKind::MissingRequiredArgument, Some(setting), ..) => {
            format!("{setting} is missing. See `{} --help`.", asked(error))
        }
        (ErrorKind::InvalidSubcommand, ..) => {
            let word = context(ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("There is no command `{word}`. See `tradefloor --help` for a list.")
        }
        _ => without_secrets(error.render().to_string().trim_start_matches("error: ").trim_end()),
    }
}

/// The command that a mistake was made in, such as `tradefloor user create`.
fn asked(error: &clap::Error) -> String {
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let words = usage.split_whitespace().skip(1).take_while(|word| word.starts_with(|sign: char| sign.is_alphabetic()));
    words.collect::<Vec<_>>().join(" ")
}
