//! What is sent, and who sends it: every form and address of the site, met with the same garbage.

use crate::support::answer::{Answer, selector};
use crate::support::raw::Raw;
use crate::support::{Server, Visitor};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tradefloor::web::routes::{pages, plain};

/// What no answer repeats: markup that would be ours to escape.
pub(super) const MARKUP: [&str; 4] = ["<script>xss", "<img src=xss", "\"onfocus=\"xss", "'onfocus='xss"];
/// The server's own limit of a request's head is about twice this.
pub(super) const LONG: usize = 64 * 1024;
/// More than any form needs.
pub(super) const TEN_MEGABYTES: usize = 10 * 1024 * 1024;

pub(super) fn garbage() -> Vec<Vec<u8>> {
    let texts = [
        "",
        " ",
        "-1",
        "-0.01",
        "0",
        "1e400",
        "1e-400",
        "NaN",
        "Infinity",
        "-inf",
        "0x10",
        "1,000",
        "1.0000000001",
        "\u{b2}",
        "\u{661}\u{662}",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "99999999999999999999999999999999999999999999",
        "0.000000000000000000000000000000000000000001",
        "\u{1f600}\u{200d}\u{1f525}",
        "\0",
        "AAPL\0",
        "\u{202e}\u{200f}AAPL\u{202d}",
        "\u{feff}1",
        "'; DROP TABLE users; --",
        "1 OR 1=1",
        "%' ESCAPE '",
        "<script>xss()</script>",
        "<img src=xss onerror=xss()>",
        "\"onfocus=\"xss\"",
        "'onfocus='xss'",
        "</title></textarea><script>xss</script>",
        "{{7*7}}${7*7}",
        "javascript:xss()",
        "../../../../etc/passwd",
        "..\\..\\windows",
        "/../../",
        "a\r\nSet-Cookie: injected=1\r\n\r\n<script>xss",
        "\t\n\r",
        "true",
        "null",
        "[]",
        "2013-13-45",
        "-009999-01-01",
        "9999-12-31",
        "00000000-0000-4000-8000-000000000000",
        "%00%ff%zz",
    ];
    let mut garbage: Vec<_> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    garbage.extend([vec![0xff, 0xfe], vec![0xc0, 0x80], vec![0xed, 0xa0, 0x80], (0..=255).collect()]);
    garbage
}

/// Encoded so that any bytes may stand in an address or a form.
pub(super) fn encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02x}");
        text
    })
}

/// What is wrong with the encoding itself.
pub(super) const BROKEN: [&str; 8] = ["%", "%z", "%zz", "%f", "%25%", "%u0041", "+%+", "%ff%fe"];

/// One form of a page, with something sensible in every field.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub(super) action: String,
    pub(super) fields: Vec<(String, String)>,
}

impl Target {
    pub(super) fn body(&self, changed: &str, value: &str) -> String {
        let fields = self.fields.iter().map(|(name, own)| {
            let value = if name == changed { value.to_owned() } else { encoded(own.as_bytes()) };
            format!("{name}={value}")
        });
        fields.collect::<Vec<_>>().join("&")
    }
}

pub(super) struct Attack {
    pub(super) server: Server,
    pub(super) raw: Raw,
    pub(super) cookies: String,
}

impl Attack {
    pub(super) async fn begin(member: bool) -> Self {
        let server = Server::with(|settings| {
            settings.set("--tries-per-address", "1000000").set("--tries-per-name", "1000000").set("--log", "error");
        });
        let visitor = Visitor::new(&server);
        let _seen = visitor.get("/").await;
        if member {
            let _welcomed = visitor.register("member").await;
            visitor.buy("AAPL", "1").await.assert_done();
            // Somewhere else, too, so that there is something to sign out.
            Visitor::new(&server).sign_in("member").await.assert_done();
        }
        let cookies = ["tradefloor-session", "tradefloor-visitor"]
            .iter()
            .filter_map(|name| Some(format!("{name}={}", visitor.cookie(name)?)));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let raw = Raw::at(server.address());
        Self { server, raw, cookies }
    }

    /// Sends a request with the cookies of this attack.
    pub(super) fn send(&mut self, method: &str, target: &str, headers: &[(&str, &[u8])], body: &[u8]) -> Answer {
        let mut all = vec![("Cookie", self.cookies.clone().into_bytes())];
        all.extend(headers.iter().map(|(name, value)| (*name, value.to_vec())));
        self.send_exactly(method, target.as_bytes(), &all, body)
    }

    pub(super) fn request(&self, method: &str, target: &[u8], headers: &[(&str, Vec<u8>)], body: &[u8]) -> Vec<u8> {
        let mut request = [method.as_bytes(), b" ", target, b" HTTP/1.1\r\n"].concat();
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.extend(format!("Host: {}\r\n", self.raw.host()).as_bytes());
        }
        for (name, value) in headers {
            request.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        if method == "POST" && !headers.iter().any(|(name, _)| *name == "Transfer-Encoding") {
            request.extend(format!("Content-Length: {}\r\n", body.len()).as_bytes());
        }
        request.extend(b"\r\n");
        request.extend(body);
        request
    }

    pub(super) fn send_exactly(
        &mut self,
        method: &str,
        target: &[u8],
        headers: &[(&str, Vec<u8>)],
        body: &[u8],
    ) -> Answer {
        let request = self.request(method, target, headers, body);
        let name = format!("{method} {}", String::from_utf8_lossy(&target[..target.len().min(200)]));
        let shown = String::from_utf8_lossy(&request[..request.len().min(1_500)]).into_owned();
        let answer = self.raw.exchange(&name, &request, method == "HEAD");
        let answer = answer.unwrap_or_else(|error| panic!("{shown:?}: {error}"));
        let status = answer.status.as_u16();
        assert!((200..500).contains(&status), "{shown:?} is answered {status}: {}", answer.main_text());
        for markup in MARKUP {
            assert!(!answer.text.contains(markup), "{shown:?} is answered with {markup}");
        }
        assert!(!answer.headers.get_all("set-cookie").iter().any(|set| set.as_bytes().starts_with(b"injected")));
        answer
    }

    pub(super) fn post(&mut self, action: &str, body: &str) -> Answer {
        self.send("POST", action, &[("Content-Type", b"application/x-www-form-urlencoded")], body.as_bytes())
    }

    /// The addresses that are asked with GET.
    pub(super) fn addresses(&mut self) -> Vec<String> {
        let orders = self.send("GET", "/orders", &[], b"");
        let order = orders.select_attribute("main a[href^='/orders/']", "href").unwrap_or_default();
        let order = order.trim_start_matches("/orders/").to_owned();
        let entries = pages().into_iter().chain(plain()).filter(|entry| entry.method == "GET");
        let addresses = entries.map(|entry| entry.path.replace("{symbol}", "AAPL").replace("{id}", &order));
        addresses.filter(|path| !path.contains('{')).chain(["/rates/live".to_owned()]).collect()
    }

    /// Every form of every page, once for each address it posts to.
    pub(super) fn forms(&mut self) -> Vec<Target> {
        let mut found = BTreeMap::new();
        let mut pages: Vec<Answer> = Vec::new();
        for address in self.addresses() {
            pages.push(self.send("GET", &address, &[], b""));
        }
        let mut waiting = pages;
        while let Some(page) = waiting.pop() {
            let html = page.html();
            for form in html.select(&selector("form[method=post i]")) {
                let action = form.attr("action").expect("a form says where it goes").to_owned();
                let mut fields: BTreeMap<String, String> = BTreeMap::new();
                for control in form.select(&selector("input[name], select[name], textarea[name], button[name]")) {
                    let name = control.attr("name").unwrap_or_default().to_owned();
                    let value = control.attr("value").unwrap_or_default().to_owned();
                    fields.entry(name).or_insert(value);
                }
                for (name, value) in [("symbol", "AAPL"), ("amount", "1"), ("side", "buy"), ("by", "shares")] {
                    fields.entry(name.to_owned()).and_modify(|own| value.clone_into(own));
                }
                let target = Target { action: action.clone(), fields: fields.into_iter().collect() };
                if found.insert(action.clone(), target.clone()).is_none() && action == "/trade/review" {
                    let asked = self.post(&action, &target.body("", ""));
                    waiting.push(self.send("GET", asked.location(), &[], b""));
                }
            }
        }
        found.into_values().collect()
    }

    /// Claims that the server is as it was, and has nothing to confess.
    pub(super) fn assert_unharmed(&mut self) {
        assert_eq!(self.send("GET", "/health/live", &[], b"").text, "alive\n");
        assert_eq!(self.send("GET", "/rates", &[], b"").status, 200);
        let said = self.server.said();
        for word in ["panicked", "a page could not be made", "CORRUPT", "corrupt"] {
            assert!(!said.contains(word), "the log says {word:?}:\n{said}");
        }
    }
}
