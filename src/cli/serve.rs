//! `serve` and `migrate`.

use super::values::{self, Keep};
use super::voice::{say, tell};
use super::{DEFAULT_DATABASE, DatabaseArgs, Failure};
use crate::accounts::throttle::Allowance;
use crate::app::App;
use crate::config::Settings;
use crate::domain::Money;
use crate::market::recorder::Retention;
use crate::market::{FeedPlan, ReplayPlan, SimulatedPlan, Speed, TradingHours};
use crate::store::{Database, Store, StorePlan};
use crate::telemetry::{self, LogFormat};
use crate::trading::Rules;
use clap::{Args, ValueEnum};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing_subscriber::filter::Targets;

/// What drives prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MarketKind {
    /// Prices are made up, the same from the same seed.
    Simulated,
    /// Prices are read from a tape.
    Replay,
}

/// How to serve the site.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct ServeArgs {
    /// The address and port to listen on; port 0 takes any that is free
    #[arg(long, env = "TRADEFLOOR_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS", value_parser = values::listen)]
    listen: SocketAddr,
    #[command(flatten)]
    database: DatabaseArgs,
    /// The file with the secret that signs cookies, made when it does not exist; beside the database file unless given
    #[arg(long, env = "TRADEFLOOR_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Where people reach the site when that is not the address it listens on; https makes cookies secure
    #[arg(long, env = "TRADEFLOOR_PUBLIC_URL", value_name = "URL", value_parser = values::origin)]
    public_url: Option<String>,
    /// Trust the last entry of X-Forwarded-For; only behind a proxy that sets it
    #[arg(long, env = "TRADEFLOOR_TRUST_PROXY")]
    trust_proxy: bool,

    /// What drives prices; replay when a tape is given, else simulated
    #[arg(long, env = "TRADEFLOOR_MARKET", value_name = "KIND", help_heading = "Market")]
    market: Option<MarketKind>,
    /// The seed of the simulated market: the same seed gives the same prices
    #[arg(long, env = "TRADEFLOOR_SEED", default_value = "1", value_name = "NUMBER", value_parser = values::seed, help_heading = "Market")]
    seed: u64,
    /// A CSV of `symbol,name,sector,price` that the simulated market trades instead of its 52 US listings
    #[arg(long, env = "TRADEFLOOR_INSTRUMENTS", value_name = "FILE", help_heading = "Market")]
    instruments: Option<PathBuf>,
    /// The recording to replay: a CSV of `time,symbol,open,high,low,close,volume,bid,ask`
    #[arg(long, env = "TRADEFLOOR_TAPE", value_name = "FILE", help_heading = "Market")]
    tape: Option<PathBuf>,
    /// How many times as fast as real time the market runs, or `max`, or `pause`
    #[arg(long, env = "TRADEFLOOR_SPEED", default_value = "1", value_name = "N|max|pause", help_heading = "Market")]
    speed: Speed,
    /// When the simulated market trades, Monday to Friday, such as `09:30-16:00 America/New_York`; always, unless given
    #[arg(long, env = "TRADEFLOOR_TRADING_HOURS", value_name = "HOURS", help_heading = "Market")]
    trading_hours: Option<TradingHours>,
    /// Restart the tape when it ends
    #[arg(long = "loop", env = "TRADEFLOOR_LOOP", help_heading = "Market")]
    looping: bool,
    /// How often changed rates are pushed to watching pages
    #[arg(long, env = "TRADEFLOOR_LIVE_EVERY", default_value = "250ms", value_name = "TIME", value_parser = values::duration, help_heading = "Market")]
    live_every: Duration,
    /// Live connections in all
    #[arg(long, env = "TRADEFLOOR_SOCKETS", default_value = "10000", value_name = "COUNT", value_parser = values::count, help_heading = "Market")]
    sockets: NonZeroU32,
    /// Live connections from one address
    #[arg(long, env = "TRADEFLOOR_SOCKETS_PER_ADDRESS", default_value = "100", value_name = "COUNT", value_parser = values::count, help_heading = "Market")]
    sockets_per_address: NonZeroU32,

    /// Do not generate past prices for simulated instruments that have none
    #[arg(long, env = "TRADEFLOOR_NO_PAST", help_heading = "Candles")]
    no_past: bool,
    /// How long candles of a minute are kept, or `forever`; counted back from an instrument's newest
    #[arg(long, env = "TRADEFLOOR_KEEP_1M", default_value = "30d", value_name = "TIME", value_parser = values::keep, help_heading = "Candles")]
    keep_1m: Keep,
    /// How long candles of five minutes are kept
    #[arg(long, env = "TRADEFLOOR_KEEP_5M", default_value = "90d", value_name = "TIME", value_parser = values::keep, help_heading = "Candles")]
    keep_5m: Keep,
    /// How long candles of an hour are kept
    #[arg(long, env = "TRADEFLOOR_KEEP_1H", default_value = "730d", value_name = "TIME", value_parser = values::keep, help_heading = "Candles")]
    keep_1h: Keep,
    /// How long candles of a day are kept
    #[arg(long, env = "TRADEFLOOR_KEEP_1D", default_value = "forever", value_name = "TIME", value_parser = values::keep, help_heading = "Candles")]
    keep_1d: Keep,

    /// The opening balance of a new account, in dollars
    #[arg(long, env = "TRADEFLOOR_OPENING_BALANCE", default_value = "10000.00", value_name = "DOLLARS", value_parser = values::money_or_none, help_heading = "Money")]
    opening_balance: Money,
    /// The most that can be added or withdrawn at a time
    #[arg(long, env = "TRADEFLOOR_FUNDING_MAX", default_value = "1000000.00", value_name = "DOLLARS", value_parser = values::money, help_heading = "Money")]
    funding_max: Money,
    /// The most that can be added to one account in total, counting the opening balance and less withdrawals
    #[arg(long, env = "TRADEFLOOR_FUNDING_TOTAL_MAX", default_value = "10000000.00", value_name = "DOLLARS", value_parser = values::money, help_heading = "Money")]
    funding_total_max: Money,
    /// How old a quote may be and still be traded at; 15s, or 90s with a tape, unless given
    #[arg(long, env = "TRADEFLOOR_QUOTE_AGE_MAX", value_name = "TIME", value_parser = values::duration, help_heading = "Money")]
    quote_age_max: Option<Duration>,

    /// The bcrypt cost of passwords; one more takes twice as long
    #[arg(long, env = "TRADEFLOOR_PASSWORD_COST", default_value = "12", value_name = "4-16", value_parser = values::password_cost, help_heading = "People")]
    password_cost: u32,
    /// How long a sign-in lasts when it is not used
    #[arg(long, env = "TRADEFLOOR_SESSION_IDLE", default_value = "12h", value_name = "TIME", value_parser = values::duration, help_heading = "People")]
    session_idle: Duration,
    /// How long a sign-in lasts at most
    #[arg(long, env = "TRADEFLOOR_SESSION_MAX", default_value = "30d", value_name = "TIME", value_parser = values::duration, help_heading = "People")]
    session_max: Duration,
    /// Sign-ins and sign-ups one address may try at once; one more comes each second
    #[arg(long, env = "TRADEFLOOR_TRIES_PER_ADDRESS", default_value = "100", value_name = "COUNT", value_parser = values::count, help_heading = "People")]
    tries_per_address: NonZeroU32,
    /// Sign-ins that may be tried at once for one name; one more comes each 30 seconds
    #[arg(long, env = "TRADEFLOOR_TRIES_PER_NAME", default_value = "10", value_name = "COUNT", value_parser = values::count, help_heading = "People")]
    tries_per_name: NonZeroU32,

    /// Threads that answer requests; as many as there are processors unless given
    #[arg(long, env = "TRADEFLOOR_WORKERS", value_name = "COUNT", value_parser = values::count, help_heading = "Machine")]
    workers: Option<NonZeroU32>,
    /// Database connections that read
    #[arg(long, env = "TRADEFLOOR_READERS", default_value = "4", value_name = "COUNT", value_parser = values::count, help_heading = "Machine")]
    readers: NonZeroU32,
    /// Database connections that write, to a server, besides two for orders; a file has one
    #[arg(long, env = "TRADEFLOOR_WRITERS", default_value = "8", value_name = "COUNT", value_parser = values::count, help_heading = "Machine")]
    writers: NonZeroU32,
    /// Writes that may wait before further ones are answered with 503
    #[arg(long, env = "TRADEFLOOR_WAITING_WRITES", default_value = "1024", value_name = "COUNT", value_parser = values::count, help_heading = "Machine")]
    waiting_writes: NonZeroU32,
    /// Writes to a database file, or orders to a server, that share one commit at the most; 1 commits each by itself
    #[arg(long, env = "TRADEFLOOR_WRITES_PER_COMMIT", default_value = "256", value_name = "COUNT", value_parser = values::count, help_heading = "Machine")]
    writes_per_commit: NonZeroU32,
    /// What goes to the log on standard error: a level, or levels by part, such as `info,tradefloor=debug`
    #[arg(long, env = "TRADEFLOOR_LOG", default_value = "info,actix_http=off,actix_session=error,actix_server=warn", value_name = "LEVELS", value_parser = values::levels, help_heading = "Machine")]
    log: Targets,
    /// How the log is written
    #[arg(
        long,
        env = "TRADEFLOOR_LOG_FORMAT",
        default_value = "text",
        value_name = "FORMAT",
        help_heading = "Machine"
    )]
    log_format: LogFormat,
}

impl ServeArgs {
    fn settings(self) -> Result<Settings, Failure> {
        let feed = self.feed()?;
        if self.opening_balance > self.funding_total_max {
            let (opening, most) = (self.opening_balance, self.funding_total_max);
            let sentence = format!(
                "--opening-balance cannot be `{opening}`: it cannot be more than --funding-total-max, which is {most}."
            );
            return Err(Failure::Usage(sentence));
        }
        // The bars of a tape are a minute apart, and a simulated market never stands still for a second.
        let quote_age_max = self.quote_age_max.unwrap_or(match feed {
            FeedPlan::Simulated(_) => Duration::from_secs(15),
            FeedPlan::Replay(_) => Duration::from_secs(90),
        });
        let count = |number: NonZeroU32| usize::try_from(number.get()).unwrap_or(usize::MAX);
        Ok(Settings {
            listen: self.listen,
            workers: self.workers.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), count),
            key_file: self.key_file.unwrap_or_else(|| key_beside(&self.database.database)),
            database: self.database.database,
            readers: self.readers.get(),
            writers: self.writers.get(),
            waiting_writes: count(self.waiting_writes),
            writes_per_commit: count(self.writes_per_commit),
            public_origin: self.public_url,
            trusted_proxy: self.trust_proxy,
            feed,
            instruments: self.instruments,
            live_cadence: self.live_every,
            past: !self.no_past,
            retention: Retention {
                minutes: self.keep_1m.0,
                five_minutes: self.keep_5m.0,
                hours: self.keep_1h.0,
                days: self.keep_1d.0,
            },
            sockets: count(self.sockets),
            sockets_per_address: count(self.sockets_per_address),
            opening_balance: self.opening_balance,
            rules: Rules { quote_age_max, funding_max: self.funding_max, contributed_max: self.funding_total_max },
            password_cost: self.password_cost,
            tries_by_address: Allowance { burst: self.tries_per_address, every: Duration::from_secs(1) },
            tries_by_name: Allowance { burst: self.tries_per_name, every: Duration::from_secs(30) },
            session_idle: self.session_idle,
            session_absolute: self.session_max,
        })
    }

    fn feed(&self) -> Result<FeedPlan, Failure> {
        let wrong = |sentence: &str| Err(Failure::Usage(sentence.to_owned()));
        match (self.market, &self.tape) {
            (Some(MarketKind::Replay), None) => {
                wrong("--market cannot be `replay` without a recording: name one with --tape FILE.")
            }
            (Some(MarketKind::Simulated), Some(_)) => {
                wrong("--market cannot be `simulated` with a --tape: leave one of them out.")
            }
            (_, Some(_)) if self.instruments.is_some() => {
                wrong("--instruments cannot be given with a --tape: the instruments are those of the tape.")
            }
            (_, Some(_)) if self.trading_hours.is_some() => {
                wrong("--trading-hours cannot be given with a --tape: the hours are those of the tape.")
            }
            (_, Some(tape)) => {
                let (tape, speed, looping) = (tape.clone(), self.speed, self.looping);
                Ok(FeedPlan::Replay(ReplayPlan { tape, speed, looping }))
            }
            (_, None) if self.looping => {
                wrong("--loop cannot be given without a --tape: a simulated market never ends.")
            }
            (_, None) => {
                let hours = self.trading_hours.clone();
                Ok(FeedPlan::Simulated(SimulatedPlan { seed: self.seed, speed: self.speed, hours }))
            }
        }
    }
}

/// Where the secret lies unless it is said otherwise: beside the file of the books.
fn key_beside(database: &Database) -> PathBuf {
    match database {
        Database::Sqlite(path) => path.with_extension("key"),
        Database::Postgres(_) => PathBuf::from("./data/tradefloor.key"),
    }
}

/// Serves until it is told to stop.
pub(super) fn serve(arguments: ServeArgs) -> Result<(), Failure> {
    telemetry::start(arguments.log.clone(), arguments.log_format);
    let settings = arguments.settings()?;
    let database = settings.database.clone();
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::stopped)?;
    runtime.block_on(async {
        let app = App::start(settings).await.map_err(Failure::stopped)?;
        tell_kept(app.kept());
        let (address, first) = (app.url(), app.needs_administrator());
        // A house that is open stays so, whether or not anybody can be told.
        let _ = say(format_args!("Tradefloor is open at {address} (press Ctrl-C to stop)."));
        if first {
            let chosen = match database.to_string() {
                default if default == DEFAULT_DATABASE => String::new(),
                other => format!(" --database {other}"),
            };
            let _ = say(format_args!(
                "There is no administrator yet. Create the first one with: tradefloor user create NAME --role admin{chosen}"
            ));
        }
        app.run().await.map_err(Failure::stopped)
    })
}

/// Brings the database up to date.
pub(super) fn migrate(arguments: &DatabaseArgs) -> Result<(), Failure> {
    open(arguments)?.close();
    Ok(say(format_args!("The database {} is up to date.", arguments.database))?)
}

/// Opens the store for a command that does one thing.
pub(super) fn open(arguments: &DatabaseArgs) -> Result<Store, Failure> {
    let database = arguments.database.clone();
    let plan = StorePlan { database, readers: 1, writers: 1, waiting_writes: 8, writes_per_commit: 8 };
    let store = Store::open(&plan).map_err(Failure::stopped)?;
    tell_kept(store.kept());
    Ok(store)
}

/// Says where the database lies as it was, when it has just been brought up to date.
fn tell_kept(kept: Option<&Path>) {
    if let Some(kept) = kept {
        tell(format_args!(
            "The database was brought up to date. A copy of it as it was before is kept as {}.",
            kept.display()
        ));
    }
}
