//! How quick pages are while everybody is being fed.

use crate::Arguments;
use crate::comparison::{anywhere, gathered};
use crate::process;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// Pages that are asked for, and the time between two.
const PAGES: usize = 400;
const PAUSE: Duration = Duration::from_millis(11);

/// Prints the times of the front page without sockets and with as many as there are at the most.
pub(crate) fn measure(arguments: &Arguments, directory: &Path) -> anyhow::Result<()> {
    let count = arguments.sockets.last().copied().unwrap_or(1);
    let site = process::site(arguments, directory, anywhere())?;
    println!("\nThe page of rates, one connection\n{:<16}{:>12}{:>12}{:>12}", "", "median", "95 %", "99 %");
    times("alone", site.address)?;
    let crowd = gathered(arguments, &site, "/rates/live", count)?;
    times(&format!("{count} sockets"), site.address)?;
    drop(crowd);
    Ok(())
}

/// Asks for the page again and again, and prints how long it took.
pub(crate) fn times(name: &str, address: SocketAddr) -> anyhow::Result<()> {
    let mut stream = BufReader::new(TcpStream::connect(address)?);
    stream.get_ref().set_nodelay(true)?;
    let mut times = Vec::with_capacity(PAGES);
    for _ in 0..PAGES {
        std::thread::sleep(PAUSE);
        let begun = Instant::now();
        write!(stream.get_mut(), "GET /rates HTTP/1.1\r\nHost: {address}\r\n\r\n")?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            if let Some((_, digits)) = line.to_ascii_lowercase().split_once("content-length: ") {
                length = digits.trim().parse()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        anyhow::ensure!(length > 0, "a page without a length");
        let mut page = vec![0; length];
        stream.read_exact(&mut page)?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let quantile = |parts: usize| {
        let time = times.get((times.len() * parts / 100).min(times.len().saturating_sub(1)));
        time.map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    println!("{name:<16}{:>9.2} ms{:>9.2} ms{:>9.2} ms", quantile(50), quantile(95), quantile(99));
    Ok(())
}
