//! The composition root: the one place that decides what the house is made of, starts it, and stops it in
//! order.

mod chores;
mod descriptors;
mod key;
mod listings;
mod past;

use crate::accounts::Accounts;
use crate::accounts::password::Hasher;
use crate::accounts::throttle::Throttle;
use crate::clock::Clock;
use crate::config::Settings;
use crate::market::recorder::{Recorder, SAVE_EVERY};
use crate::market::{FeedPlan, Market, MarketPlan, TapeError};
use crate::operations::Operations;
use crate::store::{OpenError, Store, StoreError, StorePlan, users};
use crate::trading::Desk;
use crate::web::house::{House, Site};
use crate::web::live::{LiveGate, LiveLimits};
use crate::web::server::{self, ServerPlan};
use crate::web::sessions::Sessions;
use crate::web::site;
use crate::web::sparklines::Sparklines;
use actix_web::dev::ServerHandle;
use actix_web::{App as Actix, web};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long answers that are under way may take once the house is told to stop.
const LAST_ANSWERS: u64 = 5;
/// How long a visitor may take over the head of a request.
const REQUEST_HEAD: Duration = Duration::from_secs(10);
/// How long an idle connection is kept open.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How many may knock before they are let in: enough for everybody who comes back after a restart.
const WAITING_VISITORS: u32 = 4_096;
/// How long goodbyes may take at the most.
const GOODBYES: Duration = Duration::from_secs(3);
/// How long a chore that is being done may take to its end: longer than a database waits for others.
const LAST_CHORES: Duration = Duration::from_secs(15);

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
    recorder: Recorder,
    stop: CancellationToken,
    told_to_stop: Pin<Box<dyn Future<Output = ()> + Send>>,
    server: JoinHandle<std::io::Result<()>>,
    handle: ServerHandle,
    live: web::Data<LiveGate>,
    chores: JoinHandle<()>,
}

impl App {
    /// Takes the address, then opens the books, the market and the doors, in this order.
    ///
    /// # Errors
    /// One sentence about the first of them that does not open.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        descriptors::ask_for(settings.sockets);
        let listener = listen(settings.listen)?;
        let listings = listings::read(&settings)?;
        let store = Store::open(&StorePlan {
            database: settings.database.clone(),
            readers: settings.readers,
            writers: settings.writers,
            waiting_writes: settings.waiting_writes,
            writes_per_commit: settings.writes_per_commit,
        })?;
        let key = key::load(&settings.key_file)?;
        let clock = Clock;
        let feed = settings.feed.clone();
        let mut listed = listings::list(listings, &settings, &store, clock).await?;
        let begin = clock.now();
        if let FeedPlan::Simulated(plan) = &feed {
            if settings.past {
                past::make(&store, plan, &mut listed, begin).await?;
            }
            past::resume(&store, &feed.calendar(), &mut listed, begin).await?;
        }
        let plan = MarketPlan { listed, feed, cadence: settings.live_cadence, begin };
        let market = Market::open(plan)?;
        let recorder = Recorder::start(store.clone(), Arc::clone(market.board()), SAVE_EVERY);
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
            operations: Operations::new(store.clone(), market.clone(), clock),
            sparklines: Sparklines::default(),
            store,
            market,
            clock,
            opened: Instant::now(),
        };
        let needs_administrator = !administered(&house.store).await?;
        let stop = CancellationToken::new();
        // From before anybody is told that the house is open, so that whoever was told can close it.
        let told_to_stop = Box::pin(told_to_stop()?);
        let (address, server, live) = serve(&settings, &house, &stop, listener)?;
        let handle = server.handle();
        let chores = tokio::spawn(chores::run(house.clone(), settings.retention, stop.clone()));
        tracing::info!(%address, database = %settings.database, "open");
        let server = tokio::spawn(server);
        Ok(Self { address, needs_administrator, house, recorder, stop, told_to_stop, server, handle, live, chores })
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

    /// The copy that was kept of the database as it was, when opening it brought it up to date.
    #[must_use]
    pub fn kept(&self) -> Option<&Path> {
        self.house.store.kept()
    }

    /// Serves until the process is told to stop, then closes in order: no new visitors, live sockets told,
    /// answers under way finished, candles and prices saved, books closed.
    ///
    /// # Errors
    /// When the server fails by itself.
    pub async fn run(mut self) -> std::io::Result<()> {
        let served = tokio::select! {
            served = &mut self.server => served.unwrap_or_else(|error| Err(std::io::Error::other(error))),
            () = self.told_to_stop => {
                tracing::info!("closing");
                self.stop.cancel();
                self.handle.stop(true).await;
                Ok(())
            }
        };
        self.stop.cancel();
        if tokio::time::timeout(GOODBYES, self.live.emptied()).await.is_err() {
            tracing::warn!("some live connections did not end in time");
        }
        self.house.market.stop().await;
        match tokio::time::timeout(LAST_CHORES, &mut self.chores).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!("the chores panicked"),
            Err(_) => {
                tracing::warn!("a chore was given up, because it did not end in time");
                self.chores.abort();
            }
        }
        self.recorder.close().await;
        chores::save_prices(&self.house).await;
        let store = self.house.store.clone();
        if tokio::task::spawn_blocking(move || store.close()).await.is_err() {
            tracing::error!("the books did not close in order");
        }
        tracing::info!("closed");
        served
    }
}

/// Takes the address, before anything is done to the books.
fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let taken = || {
        let socket = if address.is_ipv6() { TcpSocket::new_v6() } else { TcpSocket::new_v4() }?;
        // What an earlier process on this address left behind does not keep it taken.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(WAITING_VISITORS)?.into_std()
    };
    taken().map_err(|cause| StartError::Listen { address, cause })
}

fn serve(
    settings: &Settings,
    house: &House,
    stop: &CancellationToken,
    listener: TcpListener,
) -> Result<(SocketAddr, actix_web::dev::Server, web::Data<LiveGate>), StartError> {
    let limits = LiveLimits {
        sockets: settings.sockets,
        sockets_per_address: settings.sockets_per_address,
        ..LiveLimits::default()
    };
    let gate =
        LiveGate::new(&house.market, limits, settings.public_origin.clone(), stop).behind_proxy(settings.trusted_proxy);
    let (house, gate) = (web::Data::new(house.clone()), web::Data::new(gate));
    let plan = ServerPlan {
        workers: settings.workers,
        request_head: REQUEST_HEAD,
        keep_alive: KEEP_ALIVE,
        last_answers: LAST_ANSWERS,
    };
    let live = gate.clone();
    let (address, server) = server::serve(listener, plan, move || {
        let sessions = Sessions::new(house.get_ref().clone());
        Actix::new().configure(site::configure(&house, &gate, sessions))
    })?;
    Ok((address, server, live))
}

/// Whether anybody who is still here runs the place.
async fn administered(store: &Store) -> Result<bool, StoreError> {
    store.read(users::any_administrator).await
}

/// Listens from now on for Ctrl-C and, on Unix, for a polite request to end; the future waits for either.
#[cfg(unix)]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
