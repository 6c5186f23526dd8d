//! Whatever is typed, posted, put in an address, a cookie or a header: the answer is a page or a refusal, never
//! a failure of ours, a broken connection or an echo of somebody's markup.

mod attack;

use crate::support::answer::selector;
use attack::{Attack, BROKEN, LONG, TEN_MEGABYTES, Target, encoded, garbage};
use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use tradefloor::web::routes::{Access, pages, plain};

#[tokio::test]
async fn in_any_field_of_any_form() {
    let mut actions = BTreeSet::new();
    for member in [true, false] {
        let mut attack = Attack::begin(member).await;
        for form in attack.forms() {
            // Signing up would begin another session; what strangers send there is looked at as a stranger.
            if member && ["/register", "/login"].contains(&form.action.as_str()) {
                continue;
            }
            actions.insert(form.action.clone());
            for (name, _) in &form.fields {
                for value in garbage() {
                    let _answered = attack.post(&form.action, &form.body(name, &encoded(&value)));
                }
                for value in BROKEN {
                    let _answered = attack.post(&form.action, &form.body(name, value));
                }
                let huge = attack.post(&form.action, &form.body(name, &"9".repeat(LONG)));
                huge.assert_is(413);
                // Twice, with the garbage first and last.
                let twice = format!("{name}=%3Cscript%3Exss&{}", form.body("", ""));
                let _answered = attack.post(&form.action, &twice);
                if form.action != "/logout" {
                    let _answered = attack.post(&form.action, &format!("{}&{name}=%00", form.body("", "")));
                }
                // Not at all.
                let missing = Target {
                    fields: form.fields.iter().filter(|(field, _)| field != name).cloned().collect(),
                    action: form.action.clone(),
                };
                let _answered = attack.post(&form.action, &missing.body("", ""));
            }
        }
        attack.assert_unharmed();
        if member {
            assert_eq!(attack.send("GET", "/settings", &[], b"").status, 200, "garbage signed the member out");
        }
    }
    let posts = pages().into_iter().filter(|entry| entry.method == "POST").map(|entry| entry.path.to_owned());
    // Those two are met only by who came in with a code, below, and by who acts as somebody, among the acts of staff.
    let elsewhere = ["/welcome", "/stop-acting"];
    let untried: Vec<_> = posts.filter(|path| !actions.contains(path) && !elsewhere.contains(&&**path)).collect();
    assert!(untried.is_empty(), "no page has a form for {untried:?}");
}

#[tokio::test]
async fn in_the_first_password_of_who_came_in_with_a_code() {
    let attack = Attack::begin(false).await;
    let boss = attack.server.administrator("boss").await;
    let mut newcomer = None;
    for (number, value) in
        garbage().into_iter().map(|value| encoded(&value)).chain(BROKEN.map(str::to_owned)).enumerate()
    {
        let visitor = match newcomer.take() {
            Some(visitor) => visitor,
            None => attack.server.newcomer(&boss, &format!("newcomer{number}")).await,
        };
        let token = visitor.fill("/welcome", "/welcome", &[]).await.value("_token").to_owned();
        let body = format!("_token={token}&next={value}&new_password={value}");
        let answer = visitor.ask(http::Method::POST, "/welcome").body("application/x-www-form-urlencoded", body.into());
        let answer = answer.send().await;
        assert!([303, 400, 422].contains(&answer.status.as_u16()), "{value} is answered {}", answer.status);
        newcomer = Some(visitor).filter(|_| answer.status != 303);
    }
    assert!(!attack.server.said().contains("panicked"));
}

#[tokio::test]
async fn as_any_body_of_any_type() {
    let mut attack = Attack::begin(true).await;
    // Whoever acts as nobody has stopped already, whatever form says so.
    let posts = pages().into_iter().chain(plain()).filter(|entry| entry.method == "POST");
    let posts: Vec<_> = posts.filter(|entry| entry.path != "/stop-acting").collect();
    let many = (0..1_500).map(|number| format!("f{number}={number}")).collect::<Vec<_>>().join("&");
    let bodies: [(&str, &[u8]); 12] = [
        ("application/json", b"{\"_token\":\"x\",\"amount\":1}"),
        ("application/json", b"{{{{"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=\"amount\"\r\n\r\n1\r\n--x--",
        ),
        ("multipart/form-data", b"--"),
        ("text/plain", b"_token=x&amount=1"),
        ("application/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
        ("", b"_token=x"),
        ("\x01garbage", b"_token=x"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"_token=x"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"_token=x"),
        ("application/x-www-form-urlencoded", b"&&&===&=&;;;&%00=%00&[]=1&a[b]=c"),
        ("application/x-www-form-urlencoded", many.as_bytes()),
    ];
    for entry in &posts {
        for (kind, body) in &bodies {
            let answer = if kind.is_empty() {
                attack.send("POST", entry.path, &[], body)
            } else {
                attack.send("POST", entry.path, &[("Content-Type", kind.as_bytes())], body)
            };
            assert!(answer.status.is_client_error(), "{} took {kind}: {}", entry.path, answer.status);
        }
        for coding in ["gzip", "deflate", "br", "zstd", "nonsense", "gzip, gzip"] {
            let headers: [(&str, &[u8]); 2] =
                [("Content-Type", b"application/x-www-form-urlencoded"), ("Content-Encoding", coding.as_bytes())];
            let answer = attack.send("POST", entry.path, &headers, b"\x1f\x8b\x08\0garbage");
            assert!(answer.status.is_client_error(), "{} took {coding}: {}", entry.path, answer.status);
        }
        let chunked = [
            ("Cookie", attack.cookies.clone().into_bytes()),
            ("Content-Type", b"application/x-www-form-urlencoded".to_vec()),
            ("Transfer-Encoding", b"chunked".to_vec()),
        ];
        for chunks in [&b"5\r\n_toke\r\n0\r\n\r\n"[..], b"0\r\n\r\n", b"zz\r\n", b"ffffffffffffffffff\r\nx"] {
            let request = attack.request("POST", entry.path.as_bytes(), &chunked, chunks);
            // Where a body breaks off, a server may hang up.
            let Ok(answer) = attack.raw.exchange(entry.path, &request, false) else { continue };
            assert!(answer.status.is_client_error(), "{} took {chunks:?}: {}", entry.path, answer.status);
        }
    }
    attack.assert_unharmed();
    assert_eq!(attack.send("GET", "/settings", &[], b"").status, 200, "garbage signed the member out");
}

#[tokio::test]
async fn as_a_body_of_ten_megabytes() {
    let mut attack = Attack::begin(true).await;
    let body = vec![b'9'; TEN_MEGABYTES];
    let kind = ("Content-Type", b"application/x-www-form-urlencoded".to_vec());
    for entry in pages().into_iter().filter(|entry| entry.method == "POST") {
        let headers = [("Cookie", attack.cookies.clone().into_bytes()), kind.clone()];
        let request = attack.request("POST", entry.path.as_bytes(), &headers, &body);
        // A server that has heard enough may hang up before the answer is through.
        let Ok(answer) = attack.raw.exchange(entry.path, &request, false) else { continue };
        answer.assert_is(413);
    }
    attack.assert_unharmed();
}

#[tokio::test]
async fn in_any_part_of_any_address() {
    for member in [true, false] {
        let mut attack = Attack::begin(member).await;
        let addresses = attack.addresses();
        let mut names: BTreeSet<String> =
            ["next", "symbols", "before", "page", "id", "_token"].map(str::to_owned).into();
        for address in &addresses {
            let html = attack.send("GET", address, &[], b"").html();
            for field in html.select(&selector("form[method=get i] [name]")) {
                names.extend(field.attr("name").map(str::to_owned));
            }
            for link in html.select(&selector("a[href*='?']")) {
                let query = link.attr("href").and_then(|href| href.split_once('?')).map(|(_, query)| query);
                let query = query.unwrap_or_default().split('&');
                names.extend(query.filter_map(|pair| pair.split('=').next()).map(str::to_owned));
            }
        }
        assert!(["next", "symbol", "side", "sort", "q"].iter().all(|name| names.contains(*name)), "{names:?}");
        let guarded: BTreeSet<_> =
            pages().into_iter().filter(|entry| entry.access == Access::SignedIn).map(|entry| entry.path).collect();
        for address in &addresses {
            // A stranger is sent away from these before anything is looked at.
            let turned_away = !member && guarded.contains(address.as_str());
            let values: Vec<String> = garbage().iter().map(|value| encoded(value)).collect();
            let values = values.iter().map(String::as_str).chain(BROKEN).chain(["<script>xss", "\"onfocus=\"xss"]);
            for value in values {
                let all = names.iter().map(|name| format!("{name}={value}")).collect::<Vec<_>>().join("&");
                let _answered = attack.send("GET", &format!("{address}?{all}"), &[], b"");
                if turned_away {
                    break;
                }
                // One by one, so that none hides another.
                for name in names.iter().filter(|_| ["/history", "/login"].contains(&address.as_str())) {
                    let _answered = attack.send("GET", &format!("{address}?{name}={value}"), &[], b"");
                }
            }
            for value in BROKEN {
                let _answered = attack.send("GET", &format!("{address}?{value}"), &[], b"");
            }
            let long = "9".repeat(LONG / 2);
            for name in &names {
                let _answered = attack.send("GET", &format!("{address}?{name}={name}&{name}="), &[], b"");
            }
            let _answered = attack.send("GET", &format!("{address}?q={long}&symbol={long}"), &[], b"");
            let _answered = attack.send("GET", &format!("{address}?{}", "a&".repeat(5_000)), &[], b"");
            let _answered = attack.send("HEAD", &format!("{address}?before=-1"), &[], b"");
        }
        for folder in ["/stocks/", "/orders/", "/static/", "/", "/health/", "/rates/"] {
            for value in garbage() {
                let answer = attack.send("GET", &format!("{folder}{}", encoded(&value)), &[], b"");
                let home = folder == "/" && answer.status == 303;
                assert!(home || answer.status != 500, "{folder}");
            }
            for value in BROKEN.iter().chain(&["..", "../..", "..;/", ".%00", "//", "<script>xss"]) {
                let _answered = attack.send("GET", &format!("{folder}{value}"), &[], b"");
            }
            let _answered = attack.send("GET", &format!("{folder}{}", "a".repeat(LONG / 2)), &[], b"");
            let _answered = attack.send("GET", &format!("{folder}{}", "a/".repeat(LONG / 4)), &[], b"");
        }
        for target in [&b"*"[..], b"http://evil.example/", b"\xff", b"/\xff\xfe", b"/\0", b"/a b", b"nothing", b"?"] {
            let _answered = attack.send_exactly("GET", target, &[], b"");
        }
        let _answered = attack.send("GET", &format!("/{}", "a".repeat(4 * LONG)), &[], b"");
        attack.assert_unharmed();
    }
}

#[tokio::test]
async fn in_any_cookie_or_header() {
    let mut attack = Attack::begin(true).await;
    let own = attack.cookies.clone().into_bytes();
    let mut values = garbage();
    values.extend([b"a".repeat(8 * 1024), b"=".repeat(100), b";;;;".to_vec(), b"\"".to_vec(), b"a=b=c; d".to_vec()]);
    // Control characters end a request's head, or the whole request; what is left of one is looked at above.
    for value in &mut values {
        value.retain(|byte| *byte >= b' ' && *byte != 0x7f);
    }
    let session = String::from_utf8_lossy(&own).split("; ").next().unwrap_or_default().to_owned();
    let signed = session.trim_start_matches("tradefloor-session=").to_owned();
    let mut cut = vec![signed.as_bytes()[..signed.len() / 2].to_vec(), format!("{signed}A").into_bytes()];
    cut.push(signed.to_uppercase().into_bytes());
    for name in [
        "tradefloor-session",
        "tradefloor-visitor",
        "tradefloor-notice",
        "tradefloor-theme",
        "__Host-tradefloor-session",
        "",
    ] {
        for value in values.iter().chain(&cut) {
            for path in ["/login", "/portfolio"] {
                let cookie = [name.as_bytes(), b"=", value].concat();
                let answer = attack.send_exactly("GET", path.as_bytes(), &[("Cookie", cookie)], b"");
                assert!([200, 303, 400].contains(&answer.status.as_u16()), "{}", answer.status);
                assert!(path != "/portfolio" || answer.status != 200, "garbage is let in");
            }
        }
    }
    let names = [
        "Host",
        "Origin",
        "Referer",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "Forwarded",
        "If-None-Match",
        "If-Modified-Since",
        "Accept-Encoding",
        "Accept",
        "Accept-Language",
        "Range",
        "User-Agent",
        "Sec-Fetch-Site",
        "Upgrade",
        "Connection",
        "Sec-WebSocket-Key",
        "Sec-WebSocket-Version",
        "Content-Encoding",
        "Expect",
        "X-Request-Id",
        "X-HTTP-Method-Override",
    ];
    let style = attack.send("GET", "/rates", &[], b"").select_attribute("link[rel=stylesheet]", "href");
    let style = style.expect("pages have a stylesheet");
    for name in names {
        for value in &values {
            for path in ["/settings", "/rates/live", &style] {
                let headers = [("Cookie", own.clone()), (name, value.clone())];
                let answer = attack.send_exactly("GET", path.as_bytes(), &headers, b"");
                assert!(!answer.text.contains("evil.example"), "{path} repeats {name}");
            }
        }
    }
    for host in ["evil.example", "evil.example:80", "127.0.0.1", "[::1]:8080", "a b", "@", "evil.example/x?"] {
        for path in ["/", "/login", "/portfolio", "/nowhere", "/static/nothing"] {
            let headers = [("Host", host.as_bytes().to_vec()), ("X-Forwarded-Host", b"evil.example".to_vec())];
            let answer = attack.send_exactly("GET", path.as_bytes(), &headers, b"");
            let told = answer.text.contains("evil.example") || answer.location().contains("evil.example");
            assert!(!told, "{path} repeats its Host");
        }
    }
    attack.assert_unharmed();
}

#[tokio::test]
async fn as_a_body_that_never_ends() {
    let attack = Attack::begin(false).await;
    let head =
        format!("GET /health/live HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\n\r\n", attack.raw.host());
    let mut line = TcpStream::connect(attack.raw.host()).expect("a connection");
    line.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout");
    line.write_all(head.as_bytes()).expect("a head is taken");
    let (mut answer, mut piece) = (Vec::new(), [0; 4_096]);
    // Forty seconds at the most; every piece would keep an endless upload alive.
    let cut = (0..200).any(|_| match line.read(&mut piece) {
        Ok(0) => true,
        Ok(read) => {
            answer.extend_from_slice(&piece[..read]);
            false
        }
        Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {
            line.write_all(b"1\r\na\r\n").is_err()
        }
        Err(_) => true,
    });
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    assert!(cut, "an upload without an end holds its connection");
}
