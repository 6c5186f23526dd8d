//! `user`: add people and change what they may do.

use super::terminal::{Terminal, hiding};
use super::voice::{Unsaid, say};
use super::{DatabaseArgs, Failure, interrupt, serve, values};
use crate::accounts::password::Hasher;
use crate::accounts::throttle::{Allowance, Throttle};
use crate::accounts::{Accounts, AccountsError};
use crate::clock::Clock;
use crate::domain::{Money, NewPassword, Role, UserId, Username};
use crate::store::{OpenError, REMEMBERED, StoreError, lasting, transfer, users};
use clap::{Args, Subcommand, ValueEnum};
use std::io::{BufRead as _, ErrorKind, IsTerminal as _, Write as _};
use std::num::NonZeroU32;
use std::time::Duration;

/// People listed at a time.
const PIECE: i64 = 500;

/// What can be done about people.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person, with an account and its opening balance
    ///
    /// The password is asked for twice, or read as one line from standard input when that is not a terminal:
    /// tradefloor user create ada --role admin < password.txt
    #[command(allow_negative_numbers = true)]
    Create {
        /// 3 to 32 letters, digits, underscores, dots or hyphens
        #[arg(value_name = "NAME")]
        username: Username,
        /// Their role
        #[arg(long, default_value = "trader")]
        role: RoleWord,
        /// The opening balance of their account, in dollars
        #[arg(long, env = "TRADEFLOOR_OPENING_BALANCE", default_value = "10000.00", value_name = "DOLLARS", value_parser = values::money_or_none)]
        opening_balance: Money,
        /// How passwords are hashed.
        #[command(flatten)]
        hashing: HashingArgs,
        /// Which database.
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Give a person a new password and sign them out everywhere
    ///
    /// The password is asked for twice, or read as one line from standard input when that is not a terminal.
    SetPassword {
        /// The username
        #[arg(value_name = "NAME")]
        username: Username,
        /// How passwords are hashed.
        #[command(flatten)]
        hashing: HashingArgs,
        /// Which database.
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Change the role of a person
    SetRole {
        /// The username
        #[arg(value_name = "NAME")]
        username: Username,
        /// Their role
        role: RoleWord,
        /// Which database.
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// List everyone: username, role, signed up
    List {
        /// Which database.
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

/// A role on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleWord {
    /// Can trade
    Trader,
    /// Can view everything in the back office and change nothing
    Support,
    /// Can view and change everything in the back office
    Admin,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Trader => Self::Trader,
            RoleWord::Support => Self::Support,
            RoleWord::Admin => Self::Admin,
        }
    }
}

/// How passwords are hashed.
#[derive(Debug, Clone, Copy, Args)]
pub struct HashingArgs {
    /// The bcrypt cost of passwords; one more takes twice as long
    #[arg(long, env = "TRADEFLOOR_PASSWORD_COST", default_value = "12", value_name = "4-16", value_parser = values::password_cost)]
    password_cost: u32,
}

/// Does it.
pub(super) fn run(command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Create { username, role, opening_balance, hashing, database } => {
            let password = ask_password(&username)?;
            let role = Role::from(role);
            with_accounts(&database, hashing.password_cost, opening_balance, async |accounts| {
                accounts.add(username.clone(), password, role).await
            })?;
            say(format_args!("{username} can sign in now, as {role}."))?;
        }
        UserCommand::SetPassword { username, hashing, database } => {
            let password = ask_password(&username)?;
            change(&database, hashing.password_cost, async |accounts| {
                accounts.set_password(&username, password).await
            })?;
            say(format_args!("{username} has a new password and is signed out everywhere."))?;
        }
        UserCommand::SetRole { username, role, database } => {
            let role = Role::from(role);
            change(&database, 4, async |accounts| accounts.set_role(&username, role).await)?;
            say(format_args!("{username} is now {role}."))?;
        }
        UserCommand::List { database } => list(&database)?,
    }
    Ok(())
}

fn with_accounts<T>(
    database: &DatabaseArgs,
    cost: u32,
    opening_balance: Money,
    act: impl AsyncFnOnce(Accounts) -> Result<T, AccountsError>,
) -> Result<T, Failure> {
    let store = serve::open(database)?;
    let once = Allowance { burst: NonZeroU32::MIN, every: Duration::from_secs(1) };
    let accounts = Accounts::new(store.clone(), Clock, Hasher::new(cost), Throttle::new(once, once), opening_balance);
    let done = lasting::changes(|| in_runtime(async { act(accounts).await.map_err(told) }));
    store.close();
    done
}

/// Changes somebody who may be signed in at a running server, and returns once that counts there.
fn change<T>(
    database: &DatabaseArgs,
    cost: u32,
    act: impl AsyncFnOnce(Accounts) -> Result<T, AccountsError>,
) -> Result<T, Failure> {
    // Nobody is in a place that is only now made.
    transfer::is_there(&database.database).map_err(Failure::stopped)?;
    let done = with_accounts(database, cost, Money::ZERO, act)?;
    std::thread::sleep(REMEMBERED);
    Ok(done)
}

fn in_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Runtime::new().map_err(Failure::stopped)?.block_on(work)
}

fn told(error: AccountsError) -> Failure {
    match error {
        AccountsError::NameTaken => Failure::stopped("That username is taken. Choose another."),
        AccountsError::NoSuchUser => Failure::stopped("No user has that name. `tradefloor user list` shows everyone."),
        AccountsError::Store(StoreError::Busy | StoreError::Unavailable) => {
            Failure::stopped("The database is busy. Try again in a moment.")
        }
        AccountsError::Store(StoreError::Unconfirmed) => Failure::stopped(
            "The database did not confirm the change. Check with `tradefloor user list` before you try again.",
        ),
        other => Failure::Stopped(format!("That did not work: {other}.")),
    }
}

fn list(database: &DatabaseArgs) -> Result<(), Failure> {
    let listed = transfer::look::<_, Unread>(&database.database, |conn| {
        let mut after = UserId(0);
        loop {
            let people = users::list(conn, after, PIECE)?;
            let Some(last) = people.last() else { return Ok(()) };
            after = last.id;
            for user in people {
                let left = if user.closed_at.is_some() { "  (left)" } else { "" };
                say(format_args!("{:<32}  {:<7}  {}{left}", user.username, user.role, user.created_at))?;
            }
        }
    });
    listed.map_err(Failure::stopped)
}

/// Why people are not listed. Each displays as a sentence.
#[derive(Debug, thiserror::Error)]
enum Unread {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("The users cannot be read: {0}.")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Unsaid(#[from] Unsaid),
}

fn ask_password(username: &Username) -> Result<NewPassword, Failure> {
    let text = if std::io::stdin().is_terminal() { ask_twice(username)? } else { read_line()? };
    NewPassword::parse(&text, username).map_err(|weak| Failure::Usage(format!("That password is not accepted: {weak}")))
}

fn ask_twice(username: &Username) -> Result<String, Failure> {
    let terminal = Terminal::as_it_is();
    let asked = |prompt: String| {
        let _ = std::io::stderr().flush();
        hiding(|| rpassword::prompt_password(prompt)).map_err(|error| match error.kind() {
            ErrorKind::Interrupted => match interrupt::stop(&terminal) {},
            ErrorKind::UnexpectedEof => Failure::Usage("No password was typed. Nothing was changed.".to_owned()),
            _ => Failure::Stopped(format!("The password cannot be read: {error}.")),
        })
    };
    let first = asked(format!("New password for {username}: "))?;
    let second = asked("Repeat the password: ".to_owned())?;
    if first == second {
        Ok(first)
    } else {
        Err(Failure::Usage("The two passwords do not match. Nothing was changed.".to_owned()))
    }
}

fn read_line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(Failure::stopped)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
