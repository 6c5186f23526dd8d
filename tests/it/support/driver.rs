//! Headless Chromium under chromedriver: started for one test, gone with it, also when the test fails.

use super::process::{Process, signal};
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use url::{ParseError, Url};

/// How long chromedriver or Chromium may take to start on a busy machine.
const START: Duration = Duration::from_secs(30);
/// How often it is tried again.
const TRIES: usize = 5;
/// How long Chromium may take to close.
const CLOSE: Duration = Duration::from_secs(5);

/// A browser session and the two processes behind it.
pub(crate) struct Driver {
    client: Client,
    session: String,
    port: u16,
    browser: Option<u32>,
    chromedriver: Process,
    profile: TempDir,
}

impl Driver {
    /// Starts chromedriver on a free port, and a headless Chromium with an empty profile.
    ///
    /// # Panics
    /// When either is not installed or does not start.
    pub(crate) async fn start() -> Self {
        let profile = tempfile::tempdir().expect("a directory for the browser's profile");
        let (chromedriver, port) = chromedriver(profile.path());
        let connecting = async {
            ClientBuilder::new(HttpConnector::new())
                .capabilities(capabilities(profile.path()))
                .connect(&format!("http://127.0.0.1:{port}"))
                .await
        };
        let client = tokio::time::timeout(START, connecting)
            .await
            .unwrap_or_else(|_| panic!("Chromium takes too long to start:\n{}", chromedriver.said()))
            .unwrap_or_else(|error| panic!("Chromium does not start: {error}\n{}", chromedriver.said()));
        let session = client.session_id().await.ok().flatten().expect("a connected client has a session");
        let browser = client.capabilities().and_then(|found| found.get("goog:processID")).and_then(Value::as_u64);
        let browser = browser.and_then(|id| u32::try_from(id).ok());
        Self { client, session, port, browser, chromedriver, profile }
    }

    /// The session, for ordinary commands.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Closes the browser by a connection of its own, because the test's runtime may be gone.
    fn close(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(CLOSE))?;
        stream.set_write_timeout(Some(CLOSE))?;
        let (session, port) = (&self.session, self.port);
        write!(stream, "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
        stream.read_exact(&mut [0; 12])
    }

    /// Ends a browser that did not close, unless its process id is another program's by now.
    fn end_browser(&self) {
        let Some(browser) = self.browser else { return };
        let arguments = std::fs::read(format!("/proc/{browser}/cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&arguments).contains(&*self.profile.path().to_string_lossy()) {
            signal("KILL", browser);
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _closed_or_killed_below = self.close();
        self.chromedriver.kill();
        self.end_browser();
    }
}

/// A chromedriver that listens. It takes a free port of IPv6 and wants the same of IPv4, where another test may have it;
/// then it ends, and another try takes another port.
fn chromedriver(temporary: &Path) -> (Process, u16) {
    let mut command = Command::new("chromedriver");
    command.args(["--port=0", "--log-level=WARNING"]).env("TMPDIR", temporary);
    let mut tries = 0;
    loop {
        let mut chromedriver = Process::start(&mut command);
        match chromedriver.line_or_end(START, port_in) {
            Ok(port) => return (chromedriver, port),
            Err(ended) if tries == TRIES => panic!("{ended}"),
            Err(_) => tries += 1,
        }
    }
}

fn port_in(line: &str) -> Option<u16> {
    line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
}

fn capabilities(profile: &Path) -> Capabilities {
    let profile = format!("--user-data-dir={}", profile.join("profile").display());
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
        "--hide-scrollbars",
        "--window-size=1280,900",
        // Nothing but the server under test can be reached: a page that calls out shows it in the console.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        &profile,
    ];
    let wanted = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": { "implicit": 0, "pageLoad": 30_000, "script": 30_000 },
    });
    wanted.as_object().cloned().expect("capabilities are an object")
}

/// A command of chromedriver's own: `goog/cdp/execute`, `se/log`.
#[derive(Debug)]
pub(crate) struct Vendor {
    /// The path after the session's.
    pub(crate) path: &'static str,
    /// The parameters.
    pub(crate) body: Value,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
