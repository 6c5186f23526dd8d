//! A person's browser, scripts and all: what they see, type and click, and what the page must not do.

use super::driver::{Driver, Vendor};
use fantoccini::Locator;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long one command may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);
/// How long a page may take to show what a test waits for.
const SHOWN: Duration = Duration::from_secs(20);
/// How often a wait looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A telephone's width in CSS pixels.
pub(crate) const PHONE: u32 = 390;
/// A desk's width in CSS pixels.
pub(crate) const DESK: u32 = 1280;

/// The colours a person prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

/// One window of a fresh browser.
pub(crate) struct Browser {
    driver: Driver,
    width: AtomicU32,
}

impl Browser {
    /// Opens an empty window: desk width, light, scripts on.
    pub(crate) async fn start() -> Self {
        let browser = Self { driver: Driver::start().await, width: AtomicU32::new(DESK) };
        browser.prefer(Scheme::Light).await;
        browser.width(DESK).await;
        browser
    }

    /// Makes the window exactly `width` CSS pixels wide; a telephone's is touched and follows the viewport tag.
    pub(crate) async fn width(&self, width: u32) {
        self.width.store(width, Ordering::Relaxed);
        let phone = width < 600;
        let metrics =
            json!({ "width": width, "height": if phone { 844 } else { 900 }, "deviceScaleFactor": 1, "mobile": phone });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Prefers light or dark colours, and no motion, so that what is looked at stands still.
    pub(crate) async fn prefer(&self, scheme: Scheme) {
        let scheme = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Lets the pages that are opened from now on run their scripts, or not.
    pub(crate) async fn scripts(&self, run: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !run })).await;
    }

    /// Opens an address.
    pub(crate) async fn open(&self, url: &str) {
        bounded(url, self.driver.client().goto(url)).await;
    }

    /// Presses the button that goes back.
    pub(crate) async fn back(&self) {
        bounded("going back", self.driver.client().back()).await;
    }

    /// Forgets every cookie of the site that is open: signed out, as far as this browser knows.
    pub(crate) async fn forget_cookies(&self) {
        bounded("forgetting cookies", self.driver.client().delete_all_cookies()).await;
    }

    /// The path of the page that is open, without its query.
    pub(crate) async fn path(&self) -> String {
        bounded("the address", self.driver.client().current_url()).await.path().to_owned()
    }

    /// The title of the page that is open.
    pub(crate) async fn title(&self) -> String {
        bounded("the title", self.driver.client().title()).await
    }

    /// Runs a script in the page and gives what it returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        bounded("a script", self.driver.client().execute(script, Vec::new())).await
    }

    /// Runs a script that gives its result to `done` when it is ready.
    pub(crate) async fn run_until_done(&self, script: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        bounded("a script", self.driver.client().execute_async(&script, Vec::new())).await
    }

    /// How many elements match.
    pub(crate) async fn count(&self, css: &str) -> usize {
        bounded(css, self.driver.client().find_all(Locator::Css(css))).await.len()
    }

    /// Waits for an element and gives it.
    pub(crate) async fn wait_for(&self, css: &str) -> Element {
        let deadline = Instant::now() + SHOWN;
        loop {
            if let Some(element) =
                bounded(css, self.driver.client().find_all(Locator::Css(css))).await.into_iter().next()
            {
                return element;
            }
            self.still_waiting(css, deadline).await;
        }
    }

    /// Waits until the text of an element is as wanted, and gives it.
    pub(crate) async fn wait_for_text(&self, css: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + SHOWN;
        loop {
            // An element that was just replaced has no text; the next look finds the new one.
            let text = self.wait_for(css).await.text().await.unwrap_or_default();
            if wanted(&text) {
                return text;
            }
            self.still_waiting(&format!("{css}, which reads {text:?}, to change"), deadline).await;
        }
    }

    /// Waits until a page is open whose path is as wanted.
    pub(crate) async fn wait_for_path(&self, wanted: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + SHOWN;
        while !wanted(&self.path().await) {
            self.still_waiting("another page", deadline).await;
        }
    }

    /// The text of an element as a person sees it.
    pub(crate) async fn text(&self, css: &str) -> String {
        self.wait_for_text(css, |_| true).await
    }

    /// Clicks an element.
    pub(crate) async fn click(&self, css: &str) {
        let element = self.wait_for(css).await;
        bounded(css, element.click()).await;
    }

    /// Fills in the fields of a form by their names and presses its submit button.
    pub(crate) async fn submit(&self, form: &str, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            self.fill(form, name, value).await;
        }
        self.click(&format!(r#"{form} button:not([type="button"]):not([type="reset"])"#)).await;
    }

    /// Fills in one field as a person would: types, chooses or presses the label of a choice.
    pub(crate) async fn fill(&self, form: &str, name: &str, value: &str) {
        let css = format!(r#"{form} [name="{name}"]"#);
        let control = self.wait_for(&css).await;
        let tag = bounded(&css, control.tag_name()).await;
        let kind = bounded(&css, control.attr("type")).await.unwrap_or_default();
        match (tag.as_str(), kind.as_str()) {
            ("select", _) => bounded(&css, control.select_by_value(value)).await,
            // The dot itself may be drawn over: people press its words.
            (_, "radio") => self.click(&format!(r#"{form} label:has([name="{name}"][value="{value}"])"#)).await,
            _ => {
                bounded(&css, control.clear()).await;
                bounded(&css, control.send_keys(value)).await;
            }
        }
    }

    /// What the page wrote to the console since the last look: errors, refused resources, warnings, logs.
    pub(crate) async fn console(&self) -> Vec<String> {
        let log = self.vendor("se/log", json!({ "type": "browser" })).await;
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| format!("{} {}", entry["level"], entry["message"])).collect()
    }

    /// Claims that the page wrote nothing to the console.
    pub(crate) async fn assert_console_is_empty(&self, what: &str) {
        let console = self.console().await;
        assert!(console.is_empty(), "{what} writes to the console:\n{}", console.join("\n"));
    }

    /// Claims that the page is no wider than the window.
    pub(crate) async fn assert_no_sideways_scroll(&self, what: &str) {
        let room = self.width.load(Ordering::Relaxed);
        let look = format!(
            r"const look = () => {{
                  const page = document.documentElement, beyond = [];
                  for (const element of document.body.querySelectorAll('*')) {{
                      const right = element.getBoundingClientRect().right + window.scrollX;
                      if (right > {room} + 0.5 && beyond.length < 5) beyond.push(right + ': ' + element.outerHTML.slice(0, 120));
                  }}
                  done({{ width: Math.max(page.scrollWidth, page.clientWidth), beyond }});
              }};
              // A page that answers to a new width has done so by the frame after the next.
              requestAnimationFrame(() => requestAnimationFrame(look));"
        );
        let found = self.run_until_done(&look).await;
        let width = found["width"].as_u64().expect("a page has a width");
        assert!(width <= room.into(), "{what} is {width} pixels wide in a window of {room}: {:#}", found["beyond"]);
    }

    /// Keeps a picture of the window as a PNG.
    pub(crate) async fn screenshot(&self, path: &Path) {
        let picture = bounded("a picture", self.driver.client().screenshot()).await;
        std::fs::write(path, picture).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    async fn still_waiting(&self, what: &str, deadline: Instant) {
        if Instant::now() > deadline {
            let seen = self.driver.client().find(Locator::Css("body")).await;
            let text = match seen {
                Ok(body) => body.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            panic!(
                "{} waits in vain for {what}; it says:\n{text}\nconsole: {:?}",
                self.path().await,
                self.console().await
            );
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.vendor("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    async fn vendor(&self, path: &'static str, body: Value) -> Value {
        bounded(path, self.driver.client().issue_cmd(Vendor { path, body })).await
    }
}

async fn bounded<T>(what: &str, command: impl Future<Output = Result<T, CmdError>>) -> T {
    tokio::time::timeout(PATIENCE, command)
        .await
        .unwrap_or_else(|_| panic!("the browser does not answer: {what}"))
        .unwrap_or_else(|error| panic!("the browser refuses {what}: {error}"))
}
