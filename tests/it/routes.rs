//! What is true of every address of the site, proved over the table of addresses itself.

use crate::support::answer::Answer;
use crate::support::trader::PASSWORD;
use crate::support::visitor::Asking;
use crate::support::{Server, Visitor};
use http::Method;
use tradefloor::web::routes::{Access, Entry, pages, plain};

const NOBODYS_KEY: &str = "5e1f0a52-8c36-4b7e-9f43-2d7a7c1e9b10";

/// Fields that every form here would accept, so that what refuses them is never their content.
const FIELDS: [(&str, &str); 15] = [
    ("key", NOBODYS_KEY),
    ("amount", "1.00"),
    ("symbol", "AAPL"),
    ("side", "buy"),
    ("by", "shares"),
    ("username", "smuggled"),
    ("password", PASSWORD),
    ("current_password", PASSWORD),
    ("new_password", "amber-lantern-meadow-58"),
    ("theme", "dark"),
    ("watched", "1"),
    ("back", "/"),
    ("next", "/"),
    ("order", "1"),
    ("confirm", "yes"),
];

const HEADERS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
];

/// A server, somebody with an order, and where each address of the table is found.
struct Tour {
    server: Server,
    member: Visitor,
    order: String,
    file: String,
}

impl Tour {
    async fn begin() -> Self {
        let server = Server::with(|settings| {
            settings.set("--tries-per-address", "100000").set("--tries-per-name", "100000");
        });
        let member = Visitor::new(&server);
        let _welcomed = member.register("member").await;
        let bought = member.buy("AAPL", "1").await;
        bought.assert_done();
        let order = bought.location().rsplit('/').next().unwrap_or_default().to_owned();
        let home = Visitor::new(&server).get("/").await;
        let style = home.select_attribute("link[rel=stylesheet]", "href").expect("pages have a stylesheet");
        let file = style.trim_start_matches("/static/").to_owned();
        Self { server, member, order, file }
    }

    fn stranger(&self) -> Visitor {
        Visitor::new(&self.server)
    }

    /// An address that exists for the path of an entry.
    fn address(&self, entry: &Entry) -> String {
        let path = entry.path.replace("{symbol}", "AAPL").replace("{id}", &self.order);
        let path = path.replace("{file:.*}", &self.file);
        assert!(!path.contains('{'), "what {} varies by is not known to this tour", entry.path);
        path
    }

    /// Everything of the member's that a form could change.
    async fn state(&self) -> Vec<String> {
        let mut state = Vec::new();
        for page in ["/wallet.csv", "/history.csv"] {
            state.push(self.member.get(page).await.assert_is(200).text.clone());
        }
        let settings = self.member.get("/settings").await;
        state.push(settings.assert_is(200).select_all("main table tbody tr").len().to_string());
        state.push(settings.select_attribute("html", "data-theme").unwrap_or_default());
        state.extend(self.member.get("/rates?watched=1").await.select_all("main tbody tr th"));
        state
    }
}

fn every_entry() -> Vec<Entry> {
    pages().into_iter().chain(plain()).collect()
}

fn posts() -> Vec<Entry> {
    every_entry().into_iter().filter(|entry| entry.method == "POST").collect()
}

fn with_token(token: &str) -> Vec<(&str, &str)> {
    FIELDS.into_iter().chain([("_token", token)]).collect()
}

async fn token(visitor: &Visitor) -> String {
    visitor.get("/rates").await.select_attribute("input[name=_token]", "value").expect("every page has a form")
}

/// The same request, as a browser would send it for a page of another site.
fn foreign(asking: Asking<'_>) -> impl Iterator<Item = (&'static str, Asking<'_>)> {
    [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", ""),
    ]
    .into_iter()
    .map(move |(name, value)| ("from another site", asking.clone().without("sec-fetch-site").header(name, value)))
}

#[track_caller]
fn assert_headers(answer: &Answer) {
    for (name, value) in HEADERS {
        assert_eq!(answer.header(name), value, "{name} of {} ({})", answer.request, answer.status);
    }
    let policy = answer.header("content-security-policy");
    let rules =
        ["default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'"];
    for rule in rules.into_iter().chain(["frame-ancestors 'none'"]) {
        assert!(policy.split("; ").any(|part| part == rule), "{} lacks {rule}: {policy}", answer.request);
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{}: {policy}", answer.request);
    for name in ["server", "x-powered-by"] {
        assert_eq!(answer.header(name), "", "{} tells {name}", answer.request);
    }
    if answer.header("content-type").starts_with("text/html") {
        assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.request);
    }
    if answer.header("content-type").starts_with("text/csv") {
        assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.request);
    }
    for set in answer.headers.get_all("set-cookie") {
        let set = set.to_str().expect("a cookie is text");
        assert!(set.contains("; HttpOnly") && set.contains("; SameSite=Lax") && set.contains("; Path=/"), "{set}");
        assert!(!set.contains("Domain"), "{set}");
    }
}

#[tokio::test]
async fn no_form_works_without_the_token_of_its_session_or_from_another_site() {
    let tour = Tour::begin().await;
    let (other, stranger) = (tour.stranger(), tour.stranger());
    let _welcomed = other.register("other").await;
    let (own, others, strangers) = (token(&tour.member).await, token(&other).await, token(&stranger).await);
    assert!(own != others && own != strangers);
    let before = tour.state().await;
    for entry in posts() {
        let path = tour.address(&entry);
        let member = |token: &str| tour.member.ask(Method::POST, &path).form(&with_token(token));
        let mut attempts = vec![
            ("without a token", tour.member.ask(Method::POST, &path).form(&FIELDS)),
            ("with an empty token", member("")),
            ("with the token of another session", member(&others)),
            ("with the token of a visitor", member(&strangers)),
            ("with a longer token", member(&format!("{own}0"))),
        ];
        // Who is signed out, or acts as nobody, has nothing that a token would protect from these two.
        attempts.retain(|_| path != "/stop-acting");
        attempts.extend(foreign(member(&own)));
        let visiting = stranger.ask(Method::POST, &path).form(&with_token(&strangers));
        attempts.extend(foreign(visiting));
        if entry.access == Access::Anyone && path != "/logout" {
            attempts.push(("by a visitor without a token", stranger.ask(Method::POST, &path).form(&FIELDS)));
            attempts.push((
                "by a visitor with a member's token",
                stranger.ask(Method::POST, &path).form(&with_token(&own)),
            ));
        }
        for (how, attempt) in attempts {
            let answer = attempt.send().await;
            assert_eq!(answer.status, 403, "{path} {how}: {}", answer.main_text());
            answer.assert_says("That form has expired");
            assert_headers(&answer);
        }
    }
    assert_eq!(tour.state().await, before);
    assert_eq!(token(&tour.member).await, own, "the member's session was replaced");
    tour.stranger().sign_in("smuggled").await.assert_is(422);
    tour.stranger().sign_in("member").await.assert_redirects_to("/portfolio");
    // What was refused all the time works when it comes from the page itself.
    tour.member.post("/wallet/deposit", &with_token(&own)).await.assert_redirects_to("/wallet");
    assert_ne!(tour.state().await, before);
}

#[tokio::test]
async fn what_is_for_members_asks_everyone_else_to_sign_in() {
    let tour = Tour::begin().await;
    let visitor = tour.stranger();
    let token = token(&visitor).await;
    for entry in every_entry().iter().filter(|entry| entry.access == Access::SignedIn) {
        let path = tour.address(entry);
        let answer = if entry.method == "POST" {
            visitor.post(&path, &with_token(&token)).await
        } else {
            visitor.get(&path).await
        };
        answer.assert_redirects_to("/login");
        assert_headers(&answer);
        let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        let sent = if entry.method == "GET" { "" } else { "sent=1&" };
        assert_eq!(answer.location(), format!("/login?{sent}next={next}"));
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_pages_are_kept_nowhere() {
    let tour = Tour::begin().await;
    let visitor = tour.stranger();
    let live = || ["GET", "POST"].map(|method| (method.to_owned(), "/rates/live".to_owned()));
    let table = every_entry().iter().map(|entry| (entry.method.to_string(), tour.address(entry))).collect::<Vec<_>>();
    let elsewhere =
        ["/nowhere", "/static/nothing.css", "/orders/none", "/stocks/NONE", "/portfolio/", "//evil.example"];
    let elsewhere = elsewhere.map(|path| ("GET".to_owned(), path.to_owned()));
    for (method, path) in table.into_iter().chain(live()).chain(elsewhere) {
        for who in [&visitor, &tour.member] {
            let method: Method = method.parse().expect("a method");
            if method == "POST" {
                // Anything else might sign the member out; what these answer otherwise is another promise's matter.
                assert_headers(&who.ask(method.clone(), &path).form(&[]).send().await);
                assert_headers(&who.ask(method, &path).body("text/plain", b"_token=".to_vec()).send().await);
            } else {
                assert_headers(&who.ask(method, &path).send().await);
                assert_headers(&who.ask(Method::GET, &path).header("if-none-match", "*").send().await);
            }
        }
    }
    let done = tour.member.deposit("1").await;
    assert_headers(&done);
    let file = visitor.get(&format!("/static/{}", tour.file)).await;
    assert!(file.header("cache-control").contains("immutable"));
    let again =
        visitor.ask(Method::GET, &format!("/static/{}", tour.file)).header("if-none-match", file.header("etag"));
    again.send().await.assert_is(304);
}

#[tokio::test]
async fn head_answers_as_get_without_a_body_and_other_methods_are_told_what_there_is() {
    let tour = Tour::begin().await;
    let entries = every_entry();
    for entry in &entries {
        let path = tour.address(entry);
        let others: Vec<_> =
            entries.iter().filter(|other| other.path == entry.path).map(|other| &other.method).collect();
        let takes =
            |method: &str| others.iter().any(|other| other.as_str() == method || (method == "HEAD" && *other == "GET"));
        if entry.method == "GET" {
            let (head, get) = (tour.member.ask(Method::HEAD, &path).send().await, tour.member.get(&path).await);
            assert_eq!(head.status, get.status, "{path}");
            assert!(head.text.is_empty(), "HEAD {path} has a body");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
            assert_headers(&head);
        }
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            if takes(method) {
                continue;
            }
            let answer = tour.member.ask(method.parse().expect("a method"), &path).send().await;
            answer.assert_is(405);
            assert_headers(&answer);
            let allowed: Vec<_> = answer.header("allow").split(", ").collect();
            for other in &others {
                assert!(allowed.contains(&other.as_str()), "{method} {path} allows {allowed:?}");
            }
            assert!(!allowed.contains(&method), "{method} {path} allows {allowed:?}");
            if method != "HEAD" {
                answer.assert_says("This page cannot be opened directly");
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_with_the_number_of_the_request() {
    let tour = Tour::begin().await;
    let mut numbers = Vec::new();
    for path in [
        "/nowhere",
        "/Portfolio",
        "/portfolio/",
        "/orders/",
        "/orders/none",
        "/stocks/NONE",
        "/stocks/",
        "/static/",
        "/static/nothing.css",
        "/static/../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/health",
        "/favicon.ico",
        "/.git/config",
        "/admin.php",
    ] {
        for who in [&tour.member, &tour.stranger()] {
            let answer = who.get(path).await;
            if answer.status == 303 {
                // It is asked of members only; whether there is such a thing is not told.
                answer.assert_redirects_to("/login");
                continue;
            }
            answer.assert_is(404).assert_says("Page not found");
            assert_headers(&answer);
            // Files stand outside the session: their pages know nobody, and offer no form that would be refused.
            let file = path.starts_with("/static/");
            assert_eq!(file, !answer.text.contains(r#"action="/theme""#), "{path}");
            assert!(!file || !answer.text.contains(r#"href="/login""#), "{path}");
            numbers.push(answer.select_text(".error-page code").expect("a failure has a number"));
        }
    }
    let all = numbers.len();
    assert!(numbers.iter().all(|number| number.len() == 36), "{numbers:?}");
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), all, "requests share a number");
}

#[tokio::test]
async fn over_tls_every_cookie_is_for_this_host_alone() {
    let server = Server::with(|settings| {
        settings.set("--public-url", "https://market.example");
    });
    let member = Visitor::new(&server);
    let mut seen = Vec::new();
    let mut look = |answer: &Answer| {
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().expect("a cookie is text");
            assert!(set.starts_with("__Host-"), "{set}");
            assert!(set.contains("; Secure") && set.contains("; HttpOnly") && set.contains("; SameSite=Lax"), "{set}");
            assert!(set.contains("; Path=/") && !set.contains("Domain"), "{set}");
            seen.push(set.split('=').next().unwrap_or_default().to_owned());
        }
    };
    look(&member.get("/").await);
    look(&member.register("member").await);
    look(&member.get("/portfolio").await);
    look(&member.submit("/settings", "/theme", &[("theme", "dark")]).await);
    assert_eq!(member.get("/").await.status, 303);
    let page = member.get("/rates").await;
    assert_eq!(page.select_attribute("html", "data-theme").as_deref(), Some("dark"));
    look(&member.sign_out().await);
    for name in ["visitor", "session", "notice", "theme"].map(|name| format!("__Host-tradefloor-{name}")) {
        assert!(seen.contains(&name), "{name} was never set: {seen:?}");
    }
    // The forms of the public address are our own, those of its neighbours are not.
    let form = member.fill("/login", "/login", &[("username", "member"), ("password", PASSWORD)]).await;
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for (origin, status) in [
        ("https://market.example", 303),
        ("https://market.example.evil.example", 403),
        ("https://evil.market.example", 403),
        ("https://market.example:8443", 403),
    ] {
        let asking = member.ask(Method::POST, "/login").without("sec-fetch-site").header("origin", origin);
        let answer = asking.form(&fields).send().await;
        assert_eq!(answer.status, status, "{origin}");
        if status == 303 {
            member.forget_cookies();
            let fresh = member.fill("/login", "/login", &[]).await;
            assert!(!fresh.value("_token").is_empty());
        }
    }
}

#[tokio::test]
async fn when_the_store_has_too_much_to_do_even_a_sign_up_is_answered_with_a_page() {
    let server = Server::with(|settings| {
        settings.set("--waiting-writes", "1").set("--tries-per-address", "100000");
    });
    let crowd = (0..40).map(|number| {
        let visitor = Visitor::new(&server);
        tokio::spawn(async move {
            let mut answers = Vec::new();
            for round in 0..4 {
                let name = format!("crowd-{number}-{round}");
                visitor.forget_cookies();
                let form = visitor.fill("/register", "/register", &[("username", &name), ("password", PASSWORD)]).await;
                answers.push(visitor.send(&form).await);
            }
            answers
        })
    });
    for member in crowd.collect::<Vec<_>>() {
        for answer in member.await.expect("everyone is answered") {
            assert_headers(&answer);
            if answer.status != 303 {
                answer.assert_is(503).assert_says("We are busy right now");
                assert!(!answer.header("retry-after").is_empty());
                assert!(answer.select_text(".error-page code").is_some_and(|number| number.len() == 36));
            }
        }
    }
}
