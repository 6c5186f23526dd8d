//! A crowd of clients in one process and on one thread: each is a connection that counts what is pushed to it, and
//! answers pings. It is told what to do on standard input and tells what it saw on standard output, in words.

use crate::Arguments;
use crate::frames::{Frames, Pushed};
use anyhow::{Context as _, bail};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::{BufRead as _, ErrorKind, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::LocalSet;

/// An empty pong.
const PONG: [u8; 6] = [0x8a, 0x80, 1, 2, 3, 4];
/// How many shake hands at a time when nobody has lost anything.
const AT_A_TIME: usize = 64;
/// How many addresses of this machine the clients come from, so that ports do not run out.
const SOURCES: u8 = 8;
/// What is pushed in the first and the last of these moments may not have reached everybody within the time measured.
const EDGE: Duration = Duration::from_secs(1);

/// What the crowd sees.
struct Seen {
    begun: Instant,
    measuring: Cell<bool>,
    /// Everything pushed but pings.
    frames: Cell<u64>,
    snapshots: Cell<u64>,
    /// How many are connected and have been shown the market.
    shown: Cell<usize>,
    refused: Cell<u64>,
    /// For each state of the market: when it first arrived anywhere, and at how many.
    states: RefCell<HashMap<u64, (Instant, usize)>>,
    /// Arrival less the server's clock, in microseconds.
    delays: RefCell<Vec<i64>>,
    buffer: RefCell<Vec<u8>>,
}

/// Runs until standard input ends.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let count = arguments.sockets.first().copied().unwrap_or(1);
    let seen = Rc::new(Seen {
        begun: Instant::now(),
        measuring: Cell::new(false),
        frames: Cell::new(0),
        snapshots: Cell::new(0),
        shown: Cell::new(0),
        refused: Cell::new(0),
        states: RefCell::default(),
        delays: RefCell::default(),
        buffer: RefCell::new(vec![0; 1024 * 1024]),
    });
    let places = Rc::new(Semaphore::new(AT_A_TIME));
    let local = LocalSet::new();
    for number in 0..count {
        let client =
            Client { seen: Rc::clone(&seen), places: Rc::clone(&places), arguments: arguments.clone(), number };
        local.spawn_local(client.live());
    }
    local.run_until(obey(&seen, count)).await
}

/// Does what standard input says, line by line.
async fn obey(seen: &Seen, count: usize) -> anyhow::Result<()> {
    let (told, mut orders) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if told.blocking_send(line).is_err() {
                return;
            }
        }
    });
    while let Some(order) = orders.recv().await {
        let answer = match order.split_once(' ').unwrap_or((&order, "")) {
            ("gather", seconds) => gather(seen, count, seconds.parse()?).await,
            ("measure", seconds) => measure(seen, count, Duration::from_secs(seconds.parse()?)).await,
            _ => bail!("what is {order}?"),
        };
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// Waits until everybody is there: how many are, and after how many milliseconds.
async fn gather(seen: &Seen, count: usize, seconds: u64) -> String {
    let begun = Instant::now();
    while seen.shown.get() < count && begun.elapsed() < Duration::from_secs(seconds) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    format!("{} {} {}", seen.shown.get(), begun.elapsed().as_millis(), seen.refused.get())
}

/// Counts for a while: frames, missed, snapshots, and the delays in microseconds: median, 99 %, longest.
async fn measure(seen: &Seen, count: usize, time: Duration) -> String {
    seen.frames.set(0);
    seen.snapshots.set(0);
    seen.states.borrow_mut().clear();
    seen.delays.borrow_mut().clear();
    seen.measuring.set(true);
    let begun = Instant::now();
    tokio::time::sleep(time).await;
    seen.measuring.set(false);
    let within = begun + EDGE..begun + time.saturating_sub(EDGE);
    let states = seen.states.borrow();
    let whole = states.values().filter(|(first, _)| within.contains(first));
    let missed: usize = whole.map(|(_, arrived)| count.saturating_sub(*arrived)).sum();
    let mut delays = seen.delays.borrow_mut();
    delays.sort_unstable();
    let least = delays.first().copied().unwrap_or(0);
    let quantile = |parts: usize| delays.get((delays.len() * parts / 1_000).min(delays.len().saturating_sub(1)));
    let delay = |parts| quantile(parts).map_or(0, |delay| delay - least);
    let (frames, snapshots) = (seen.frames.get(), seen.snapshots.get());
    format!("{frames} {missed} {snapshots} {} {} {}", delay(500), delay(990), delay(1_000))
}

struct Client {
    seen: Rc<Seen>,
    places: Rc<Semaphore>,
    arguments: Arguments,
    number: usize,
}

impl Client {
    /// Connects and listens; comes back after a random wait whose limit doubles, when it is to.
    async fn live(self) {
        let mut limit = self.arguments.back_within.unwrap_or(1_000);
        let mut lost = false;
        loop {
            let place = if lost { None } else { self.places.acquire().await.ok() };
            let connected = self.connect().await;
            drop(place);
            match connected {
                Ok(stream) => {
                    if self.listen(&stream).await {
                        limit = self.arguments.back_within.unwrap_or(1_000);
                    }
                    if self.arguments.back_within.is_none() {
                        return;
                    }
                }
                Err(_) => self.seen.refused.set(self.seen.refused.get() + 1),
            }
            lost = true;
            let wait = if limit == 0 { 0 } else { rand::random_range(0..limit) };
            limit = (limit * 2).clamp(1_000, 30_000);
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }

    async fn connect(&self) -> anyhow::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        let source = u8::try_from(self.number % usize::from(SOURCES))?;
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2 + source), 0)))?;
        let stream = socket.connect(self.arguments.address).await?;
        let Arguments { path, address, .. } = &self.arguments;
        let asked = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.writable().await?;
        stream.try_write(asked.as_bytes())?;
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.readable().await?;
            match stream.try_read(&mut byte) {
                Ok(0) => bail!("no answer"),
                Ok(_) => head.extend(byte),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
        let status = head.get(9..12).context("no status")?;
        if status != b"101" {
            bail!("refused")
        }
        Ok(stream)
    }

    /// Whether anything was shown before the connection ended.
    async fn listen(&self, stream: &TcpStream) -> bool {
        let mut frames = Frames::default();
        let mut shown = false;
        while stream.readable().await.is_ok() {
            let mut buffer = self.seen.buffer.borrow_mut();
            let read = match stream.try_read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                Err(_) => break,
            };
            let now = Instant::now();
            frames.take(buffer.get(..read).unwrap_or_default(), |pushed| {
                if pushed.ping {
                    let _full = stream.try_write(&PONG);
                    return;
                }
                if !shown {
                    shown = true;
                    self.seen.shown.set(self.seen.shown.get() + 1);
                }
                self.seen.count(pushed, now);
            });
        }
        if shown {
            self.seen.shown.set(self.seen.shown.get().saturating_sub(1));
        }
        shown
    }
}

impl Seen {
    fn count(&self, pushed: Pushed, now: Instant) {
        if !self.measuring.get() {
            return;
        }
        self.frames.set(self.frames.get() + 1);
        self.snapshots.set(self.snapshots.get() + u64::from(pushed.snapshot));
        if pushed.sequence > 0 {
            self.states.borrow_mut().entry(pushed.sequence).or_insert((now, 0)).1 += 1;
            let arrived = i64::try_from(now.duration_since(self.begun).as_micros()).unwrap_or(i64::MAX);
            let clock = i64::try_from(pushed.clock).unwrap_or(0).saturating_mul(1_000);
            self.delays.borrow_mut().push(arrived - clock);
        }
    }
}
