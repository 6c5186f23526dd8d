//! The site beside the floors, with more and more sockets, and with symbols of the clients' own choice.

use crate::Arguments;
use crate::crowd::{Crowd, Watched};
use crate::process;
use crate::server::Server;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long everybody may take to gather.
const GATHERING: u64 = 120;
/// How long a server is left alone before it is measured.
const SETTLING: Duration = Duration::from_secs(2);
/// Sockets that come and go before memory is counted, so that what a server keeps for any socket is there already.
const FIRST_GUESTS: usize = 64;

/// Any free port.
pub(crate) fn anywhere() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// One load on one server.
struct Measured {
    watched: Watched,
    /// Processor time of the server for each frame that arrived, in microseconds.
    processor: f64,
    /// How busy the server's processor was with it.
    busy: f64,
    /// Bytes of the server's memory for each socket.
    memory: f64,
}

fn measure(arguments: &Arguments, server: &Server, path: &str, count: usize) -> anyhow::Result<Measured> {
    drop(gathered(arguments, server, path, FIRST_GUESTS)?);
    std::thread::sleep(SETTLING);
    let alone = server.memory()?;
    let mut crowd = gathered(arguments, server, path, count)?;
    std::thread::sleep(SETTLING);
    let memory = server.memory()?.saturating_sub(alone);
    let (before, begun) = (server.processor()?, Instant::now());
    crowd.measure(arguments.seconds)?;
    let watched = crowd.watched()?;
    let (spent, took) = (server.processor()?.saturating_sub(before), begun.elapsed());
    Ok(Measured {
        processor: spent.as_secs_f64() * 1e6 / number(watched.frames),
        busy: spent.as_secs_f64() / took.as_secs_f64() * 100.0,
        memory: number(memory) / number(count),
        watched,
    })
}

/// `count` clients, once all of them are there.
pub(crate) fn gathered(arguments: &Arguments, server: &Server, path: &str, count: usize) -> anyhow::Result<Crowd> {
    let mut crowd = Crowd::come(arguments, server.address, path, count, None)?;
    let gathered = crowd.gather(GATHERING)?;
    anyhow::ensure!(gathered.there == count, "of {count} clients {} are there", gathered.there);
    Ok(crowd)
}

/// The floors and the site in turn, at the last but one of the numbers of sockets.
pub(crate) fn floors(arguments: &Arguments, directory: &Path) -> anyhow::Result<()> {
    let count = arguments.sockets.iter().rev().nth(1).or(arguments.sockets.last()).copied().unwrap_or(1_000);
    let site = process::site(arguments, directory, anywhere())?;
    let message = message(site.address, directory)?;
    drop(site);
    println!("\nOne message of {} bytes to {count} sockets, 4 times a second", std::fs::metadata(&message)?.len());
    println!("{:<22}{:>14}{:>8}{:>14}{:>12}", "", "CPU a frame", "busy", "a socket", "to raw loop");
    let mut found: [Vec<Measured>; 3] = Default::default();
    for _ in 0..arguments.rounds.max(1) {
        for (name, found) in ["raw", "plain", "site"].into_iter().zip(&mut found) {
            let server = match name {
                "site" => process::site(arguments, directory, anywhere())?,
                floor => process::floor(arguments, floor, &message)?,
            };
            found.push(measure(arguments, &server, "/rates/live", count)?);
        }
    }
    let [raw, plain, site] = &found;
    for (name, rounds) in [("raw loop", raw), ("plain actix-ws", plain), ("site", site)] {
        println!(
            "{name:<22}{:>11.2} µs{:>7.0}%{:>11.1} KB{:>12.2}",
            middle(rounds, |round| round.processor),
            middle(rounds, |round| round.busy),
            middle(rounds, |round| round.memory) / 1_024.0,
            ratio(rounds, raw),
        );
    }
    println!("site to plain actix-ws: {:.2}", ratio(site, plain));
    Ok(())
}

/// The site with more and more sockets.
pub(crate) fn curve(arguments: &Arguments, directory: &Path) -> anyhow::Result<()> {
    println!("\nEverything watched, 4 times a second");
    heading("sockets");
    for count in &arguments.sockets {
        let site = process::site(arguments, directory, anywhere())?;
        row(&count.to_string(), &measure(arguments, &site, "/rates/live", *count)?, arguments);
    }
    Ok(())
}

/// Clients with symbols of their own beside those who watch everything.
pub(crate) fn symbols(arguments: &Arguments, directory: &Path) -> anyhow::Result<()> {
    let count = arguments.sockets.iter().rev().nth(1).or(arguments.sockets.last()).copied().unwrap_or(1_000);
    println!("\n{count} sockets, by what each watches");
    heading("symbols");
    for own in [0, 1, 5, 20] {
        let site = process::site(arguments, directory, anywhere())?;
        let symbols: Vec<_> = (0..own).map(|number| format!("TF{:02}", number * 2)).collect();
        let path =
            if own == 0 { "/rates/live".to_owned() } else { format!("/rates/live?symbols={}", symbols.join(",")) };
        let name = if own == 0 { "everything".to_owned() } else { own.to_string() };
        row(&name, &measure(arguments, &site, &path, count)?, arguments);
    }
    Ok(())
}

fn heading(first: &str) {
    println!(
        "{first:<12}{:>10}{:>9}{:>10}{:>11}{:>11}{:>11}{:>14}{:>7}{:>12}",
        "frames/s", "missed", "again", "median", "99 %", "longest", "CPU a frame", "busy", "a socket"
    );
}

fn row(name: &str, measured: &Measured, arguments: &Arguments) {
    let Measured { watched, processor, busy, memory } = measured;
    let [half, most, all] = watched.delay.map(|delay| number(delay) / 1e3);
    println!(
        "{name:<12}{:>10.0}{:>9}{:>10}{half:>8.1} ms{most:>8.1} ms{all:>8.1} ms{processor:>11.2} µs{busy:>6.0}%{:>9.1} KB",
        number(watched.frames) / number(arguments.seconds),
        watched.missed,
        watched.snapshots,
        memory / 1_024.0,
    );
}

/// A message of the site in which everything has changed, framed, in a file.
fn message(address: SocketAddr, directory: &Path) -> anyhow::Result<PathBuf> {
    let mut stream = TcpStream::connect(address)?;
    let key = "dGhlIHNhbXBsZSBub25jZQ==";
    write!(
        stream,
        "GET /rates/live HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )?;
    let mut byte = [0];
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let mut largest = Vec::new();
    for _ in 0..12 {
        let mut head = [0; 4];
        stream.read_exact(&mut head)?;
        let [first, second, high, low] = head;
        anyhow::ensure!((first, second) == (0x81, 126), "the site sends something else");
        let mut frame = head.to_vec();
        frame.resize(4 + usize::from(u16::from_be_bytes([high, low])), 0);
        stream.read_exact(frame.get_mut(4..).unwrap_or_default())?;
        if frame.windows(9).take(40).any(|window| window == b"\"changes\"") && frame.len() > largest.len() {
            largest = frame;
        }
    }
    let file = directory.join("message");
    std::fs::write(&file, largest)?;
    Ok(file)
}

fn middle(rounds: &[Measured], of: impl Fn(&Measured) -> f64) -> f64 {
    let mut figures: Vec<f64> = rounds.iter().map(of).collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// The middle of the ratios within each round.
fn ratio(rounds: &[Measured], floor: &[Measured]) -> f64 {
    let mut ratios: Vec<f64> =
        rounds.iter().zip(floor).map(|(round, floor)| round.processor / floor.processor).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or_default()
}

/// Counts as figures.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "figures for people")]
pub(crate) fn number(count: impl TryInto<u64>) -> f64 {
    count.try_into().unwrap_or(u64::MAX) as f64
}
