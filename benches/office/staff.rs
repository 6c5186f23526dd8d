//! An administrator, as far as looking at lists needs one.

use crate::client::Connection;
use crate::load::Script;
use crate::trader::PASSWORD;
use anyhow::{Context as _, bail};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

/// What the administrator is called.
const NAME: &str = "boss";

/// Sees to it that there is one in a database that nobody serves yet.
pub(crate) fn appoint(binary: &Path, database: &Path) -> anyhow::Result<()> {
    let mut command = Command::new(binary);
    command.args(["user", "create", NAME, "--role", "admin", "--password-cost", "4", "--database"]).arg(database);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("it is asked for a password")?.write_all(format!("{PASSWORD}\n").as_bytes())?;
    let ended = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    // A database that was kept from an earlier run has one.
    if !ended.status.success() && !said.contains("taken") {
        bail!("no administrator was made: {said}");
    }
    Ok(())
}

/// An administrator for whom the back office is open.
pub(crate) struct Administrator {
    address: SocketAddr,
    cookie: String,
}

impl Administrator {
    /// Signs in and opens the back office.
    pub(crate) async fn sign_in(address: SocketAddr) -> anyhow::Result<Self> {
        let mut administrator = Self { address, cookie: String::new() };
        administrator.send("/login", "/login", &format!("username={NAME}&password={PASSWORD}&next=")).await?;
        administrator.open().await?;
        Ok(administrator)
    }

    /// Opens the back office for a while longer.
    pub(crate) async fn open(&mut self) -> anyhow::Result<()> {
        self.send("/admin/grant", "/admin/grant", &format!("password={PASSWORD}&next=")).await
    }

    /// A page, as often as it is asked for.
    pub(crate) fn look(&self, path: &str) -> Script {
        Script::new(self.get(path), 200)
    }

    /// A page, once.
    pub(crate) async fn read(&self, path: &str) -> anyhow::Result<String> {
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.exchange(self.get(path).as_bytes()).await?;
        if answer.status != 200 {
            bail!("{path}: {}", answer.complaint());
        }
        Ok(answer.text())
    }

    async fn send(&mut self, page: &str, path: &str, fields: &str) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.address).await?;
        let form = connection.exchange(self.get(page).as_bytes()).await?;
        let mut cookies = form.headers("set-cookie");
        let text = form.text();
        let (_, after) = text.split_once(r#"name="_token" value=""#).context("a form has a token")?;
        let body = format!("_token={}&{fields}", after.split('"').next().unwrap_or_default());
        self.keep(&cookies);
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: floor\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.cookie,
            body.len()
        );
        let answer = connection.exchange(request.as_bytes()).await?;
        if answer.status != 303 {
            bail!("{path}: {}", answer.complaint());
        }
        cookies = answer.headers("set-cookie");
        self.keep(&cookies);
        Ok(())
    }

    /// Keeps what was set; of the session alone once there is one, so that nothing is said once more.
    fn keep(&mut self, set: &[String]) {
        let mut cookies: Vec<&str> = set.iter().filter_map(|cookie| cookie.split(';').next()).collect();
        if let Some(session) = cookies.iter().copied().find(|cookie| cookie.starts_with("tradefloor-session=")) {
            cookies = vec![session];
        }
        if !cookies.is_empty() && (!self.cookie.starts_with("tradefloor-session=") || cookies.len() == 1) {
            self.cookie = cookies.join("; ");
        }
    }

    fn get(&self, path: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nHost: floor\r\nCookie: {}\r\n\r\n", self.cookie)
    }
}
