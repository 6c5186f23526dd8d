//! The composition root: the one place that decides what the house is made of, starts it, and stops it in
//! order.

mod chores;
mod key;
mod listings;

use crate::accounts::Accounts;
use crate::accounts::password::Hasher;
use crate::accounts::throttle::Throttle;
use crate::clock::Clock;
use crate::config::Settings;
use crate::market::{Market, MarketPlan, TapeError};
use crate::store::{OpenError, Store, StoreError, StorePlan, users};
use crate::trading::Desk;
use crate::web::house::{House, Site};
use crate::web::live::{LiveGate, LiveLimits, remember_connection};
use crate::web::sessions::Sessions;
use crate::web::site;
use actix_web::dev::ServerHandle;
use actix_web::{App as Actix, HttpServer, web};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long answers that are under way may take once the house is told to stop.
const LAST_ANSWERS: u64 = 5;
/// How long a visitor may take over the head of a request.
const REQUEST_HEAD: Duration = Duration::from_secs(10);
/// How long an idle connection is kept open.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Why the house does not open. Each displays as one sentence.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The secrets beside it.
    #[error("The secrets in {} cannot be used: {cause}.", .path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The list of instruments.
    #[error("The instruments in {} cannot be used: {cause}.", .path.display())]
    Instruments {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The recording.
    #[error("The tape cannot be replayed: {0}.")]
    Tape(#[from] TapeError),
    /// The books could not be read or written.
    #[error("The books cannot be opened: {0}.")]
    Store(#[from] StoreError),
    /// The address is taken, or not ours.
    #[error("Tradefloor cannot listen on {address}: {cause}. Choose another address with --listen.")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The operating system refused a thread.
    #[error("Tradefloor cannot start: {0}.")]
    System(#[from] std::io::Error),
}

/// An open house.
pub struct App {
    address: SocketAddr,
    needs_administrator: bool,
    house: House,
    simulated: bool,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    handle: ServerHandle,
    chores: JoinHandle<()>,
}

impl App {
    /// Opens the books, the market and the doors, in this order.
    ///
    /// # Errors
    /// One sentence about the first of them that does not open.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let store = Store::open(&StorePlan {
            database: settings.database.clone(),
            readers: settings.readers,
            writers: settings.writers,
            waiting_writes: settings.waiting_writes,
        })?;
        let key = key::load(&settings.key_file)?;
        let clock = Clock;
        let (feed, simulated) = listings::feed(&settings);
        let listed = listings::list(&settings, &store, clock).await?;
        let plan = MarketPlan { listed, feed, cadence: settings.live_cadence, begin: clock.now() };
        let market = Market::open(plan)?;
        let throttle = Throttle::new(settings.tries_by_address, settings.tries_by_name);
        let hasher = Hasher::new(settings.password_cost);
        let house = House {
            accounts: Accounts::new(store.clone(), clock, hasher, throttle, settings.opening_balance),
            desk: Desk::new(store.clone(), Arc::clone(market.board()), clock, settings.rules),
            site: Arc::new(Site {
                secure: settings.public_origin.as_deref().is_some_and(|origin| origin.starts_with("https://")),
                public_origin: settings.public_origin.clone(),
                trusted_proxy: settings.trusted_proxy,
                key,
                session_idle: settings.session_idle,
                session_absolute: settings.session_absolute,
                opening_balance: settings.opening_balance,
            }),
            store,
            market,
            clock,
        };
        let needs_administrator = !administered(&house.store).await?;
        let stop = CancellationToken::new();
        let (address, server) = serve(&settings, &house, &stop)?;
        let handle = server.handle();
        let chores = tokio::spawn(chores::run(house.clone(), simulated, stop.clone()));
        tracing::info!(%address, database = %settings.database, "open");
        Ok(Self { address, needs_administrator, house, simulated, stop, server: tokio::spawn(server), handle, chores })
    }

    /// Where the site is reached on this machine.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether nobody runs the place yet.
    #[must_use]
    pub fn needs_administrator(&self) -> bool {
        self.needs_administrator
    }

    /// Serves until the process is told to stop, then closes in order: no new visitors, live sockets told,
    /// answers under way finished, prices saved, books closed.
    ///
    /// # Errors
    /// When the server fails by itself.
    pub async fn run(mut self) -> std::io::Result<()> {
        let served = tokio::select! {
            served = &mut self.server => served.unwrap_or_else(|error| Err(std::io::Error::other(error))),
            () = told_to_stop() => {
                tracing::info!("closing");
                self.stop.cancel();
                self.handle.stop(true).await;
                Ok(())
            }
        };
        self.stop.cancel();
        self.house.market.stop().await;
        if self.chores.await.is_err() {
            tracing::error!("the chores panicked");
        }
        chores::save_prices(&self.house, self.simulated).await;
        let store = self.house.store.clone();
        if tokio::task::spawn_blocking(move || store.close()).await.is_err() {
            tracing::error!("the books did not close in order");
        }
        tracing::info!("closed");
        served
    }
}

fn serve(
    settings: &Settings,
    house: &House,
    stop: &CancellationToken,
) -> Result<(SocketAddr, actix_web::dev::Server), StartError> {
    let refused = |cause| StartError::Listen { address: settings.listen, cause };
    let limits = LiveLimits {
        sockets: settings.sockets,
        sockets_per_address: settings.sockets_per_address,
        ..LiveLimits::default()
    };
    let gate = LiveGate::new(&house.market, limits, settings.public_origin.clone(), stop.clone())
        .behind_proxy(settings.trusted_proxy);
    let (house, gate) = (web::Data::new(house.clone()), web::Data::new(gate));
    let server = HttpServer::new(move || {
        let sessions = Sessions::new(house.get_ref().clone());
        Actix::new().configure(site::configure(&house, &gate, sessions))
    })
    .workers(settings.workers)
    .client_request_timeout(REQUEST_HEAD)
    .keep_alive(KEEP_ALIVE)
    // An answer that leaves in pieces would have its last one wait for the acknowledgement of those before.
    .tcp_nodelay(true)
    .shutdown_timeout(LAST_ANSWERS)
    .disable_signals()
    .on_connect(remember_connection)
    .bind(settings.listen)
    .map_err(refused)?;
    let address = server.addrs().first().copied().unwrap_or(settings.listen);
    Ok((address, server.run()))
}

/// Whether anybody who is still here runs the place.
async fn administered(store: &Store) -> Result<bool, StoreError> {
    store.read(users::any_administrator).await
}

/// Waits for Ctrl-C or, on Unix, for a polite request to end.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
