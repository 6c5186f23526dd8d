//! A person on the site, as far as a load needs one: signed up through the form, with a session and a token.

use crate::client::Connection;
use crate::load::Script;
use anyhow::{Context as _, bail};
use std::net::SocketAddr;

/// What every trader of the benchmark holds.
pub(crate) const HOLDINGS: [&str; 10] = ["AAPL", "MSFT", "NVDA", "AMZN", "GOOG", "META", "TSLA", "JPM", "V", "WMT"];
/// The password of everybody.
pub(crate) const PASSWORD: &str = "violet-kettle-harbour-93";

/// Somebody with a session.
#[derive(Debug, Clone)]
pub(crate) struct Trader {
    cookie: String,
    token: String,
}

impl Trader {
    /// Signs up under `name`.
    pub(crate) async fn register(address: SocketAddr, name: &str) -> anyhow::Result<Self> {
        Self::enter(address, "/register", name).await
    }

    /// Signs in as `name`, whose password is [`PASSWORD`].
    pub(crate) async fn sign_in(address: SocketAddr, name: &str) -> anyhow::Result<Self> {
        Self::enter(address, "/login", name).await
    }

    async fn enter(address: SocketAddr, door: &str, name: &str) -> anyhow::Result<Self> {
        let mut connection = Connection::open(address).await?;
        let form = connection.exchange(get(door, "", "").as_bytes()).await?;
        let visitor = Self { cookie: cookies(&form.headers("set-cookie")), token: token(&form.text())? };
        let body = format!("_token={}&username={name}&password={PASSWORD}&next=", visitor.token);
        let answer = connection.exchange(post(door, &visitor.cookie, &body).as_bytes()).await?;
        if answer.status != 303 {
            bail!("{name} was not let in: {}", answer.complaint());
        }
        let cookie = cookies(&answer.headers("set-cookie"));
        let page = connection.exchange(get("/trade", &cookie, "").as_bytes()).await?;
        // The first page says welcome, once; later ones are alike.
        let session =
            cookie.split("; ").find(|cookie| cookie.starts_with("tradefloor-session=")).context("no session")?;
        Ok(Self { cookie: session.to_owned(), token: token(&page.text())? })
    }

    /// Buys some of everything that the benchmark holds.
    pub(crate) async fn furnish(&self, address: SocketAddr) -> anyhow::Result<()> {
        self.acquire(address, &HOLDINGS).await
    }

    /// Buys some of each of `symbols`.
    pub(crate) async fn acquire(&self, address: SocketAddr, symbols: &[&str]) -> anyhow::Result<()> {
        let mut connection = Connection::open(address).await?;
        for symbol in symbols {
            let answer = connection.exchange(self.buy_text("/trade", symbol, symbol).as_bytes()).await?;
            if answer.status != 303 {
                bail!("{symbol} was not bought: {}", answer.complaint());
            }
        }
        Ok(())
    }

    /// Asks for a page, compressed or not.
    pub(crate) fn look(&self, path: &str, compressed: bool) -> Script {
        let more = if compressed { "Accept-Encoding: gzip\r\n" } else { "" };
        Script::new(get(path, &self.cookie, more), 200)
    }

    /// Buys a little, each time under another key.
    pub(crate) fn buy(&self, path: &str) -> Script {
        Script::new(self.buy_text(path, "AAPL", Script::KEY), 303)
    }

    /// The portfolio as it stands.
    pub(crate) async fn page(&self, address: SocketAddr) -> anyhow::Result<Vec<u8>> {
        let mut connection = Connection::open(address).await?;
        Ok(connection.exchange(get("/portfolio", &self.cookie, "").as_bytes()).await?.body.to_vec())
    }

    fn buy_text(&self, path: &str, symbol: &str, key: &str) -> String {
        let body = format!("_token={}&side=buy&symbol={symbol}&by=shares&amount=0.01&key={key}", self.token);
        post(path, &self.cookie, &body)
    }
}

/// Asks for next to nothing.
pub(crate) fn word(path: &str) -> Script {
    Script::new(get(path, "", ""), 200)
}

fn get(path: &str, cookie: &str, more: &str) -> String {
    let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
    format!("GET {path} HTTP/1.1\r\nHost: floor\r\n{cookie}{more}\r\n")
}

fn post(path: &str, cookie: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: floor\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn cookies(set: &[String]) -> String {
    set.iter().filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ")
}

fn token(page: &str) -> anyhow::Result<String> {
    let (_, after) = page.split_once(r#"name="_token" value=""#).context("a page without a token")?;
    Ok(after.split('"').next().unwrap_or_default().to_owned())
}
