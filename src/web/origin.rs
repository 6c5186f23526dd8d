//! Whether a request was made by a page of this site.
//!
//! For what changes something, the order of the checks is that of Go's `net/http.CrossOriginProtection`:
//! browsers say so themselves in `Sec-Fetch-Site` where the site is reached securely, and otherwise name the
//! page's origin. A WebSocket is a GET that no browser's same-origin rule holds back, so its `Origin` is
//! looked at as well.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::uri::Authority;

/// Whether a request that changes something may be let in.
pub(super) fn may_change(request: &HttpRequest, public_origin: Option<&str>) -> bool {
    match request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes) {
        Some(b"same-origin" | b"none") => true,
        Some(_) => false,
        None => is_ours(request, public_origin),
    }
}

/// Whether the page that asks is one of ours. A request without `Origin` comes from no page, and may.
pub(super) fn is_ours(request: &HttpRequest, public_origin: Option<&str>) -> bool {
    let mut origins = request.headers().get_all(header::ORIGIN);
    let Some(origin) = origins.next() else {
        return true;
    };
    let (Ok(origin), None) = (origin.to_str(), origins.next()) else {
        return false;
    };
    if public_origin.is_some_and(|public| public.trim_end_matches('/').eq_ignore_ascii_case(origin)) {
        return true;
    }
    // HTTP/2 names the host in the URI and sends no Host header.
    let authority = request.head().uri.authority().map(Authority::as_str);
    let host = || request.headers().get(header::HOST)?.to_str().ok();
    match (host_of(origin), authority.or_else(host)) {
        (Some((origin, port)), Some(host)) => origin.eq_ignore_ascii_case(host.strip_suffix(port).unwrap_or(host)),
        _ => false,
    }
}

/// The `host[:port]` of an origin without its scheme's own port, and that port.
fn host_of(origin: &str) -> Option<(&str, &'static str)> {
    let (host, port) = match origin.split_once("://")? {
        ("http", host) => (host, ":80"),
        ("https", host) => (host, ":443"),
        _ => return None,
    };
    Some((host.strip_suffix(port).unwrap_or(host), port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn allowed(host: &str, origin: &str, public: Option<&str>) -> bool {
        let request = TestRequest::default().insert_header(("host", host)).insert_header(("origin", origin));
        is_ours(&request.to_http_request(), public)
    }

    #[test]
    fn our_own_pages_may_and_no_others() {
        for (host, origin) in [
            ("localhost:8080", "http://localhost:8080"),
            ("Example.com", "https://example.COM"),
            ("example.com:443", "https://example.com"),
            ("example.com", "http://example.com:80"),
            ("[::1]:8080", "http://[::1]:8080"),
        ] {
            assert!(allowed(host, origin, None), "{origin} at {host}");
        }
        for origin in [
            "http://localhost",
            "http://localhost:80801",
            "http://evil.example",
            "http://localhost:8080.evil.example",
            "http://localhost:8080@evil.example",
            "file://localhost:8080",
            "null",
            "",
        ] {
            assert!(!allowed("localhost:8080", origin, None), "{origin}");
        }
    }

    #[test]
    fn a_configured_public_origin_may_whatever_the_proxy_calls_us() {
        let public = Some("https://floor.example/");
        assert!(allowed("127.0.0.1:8080", "https://floor.example", public));
        assert!(!allowed("127.0.0.1:8080", "http://floor.example", public));
        assert!(!allowed("127.0.0.1:8080", "https://floor.example.evil", public));
    }

    #[test]
    fn the_authority_of_the_uri_comes_before_the_host_header() {
        let request = TestRequest::with_uri("http://floor.example/rates/live");
        let request = request.insert_header(("origin", "http://floor.example")).to_http_request();
        assert!(is_ours(&request, None));
    }

    #[test]
    fn who_sends_no_origin_may_and_who_sends_two_may_not() {
        assert!(is_ours(&TestRequest::default().to_http_request(), None));
        let two = TestRequest::default()
            .insert_header(("host", "a"))
            .append_header(("origin", "http://a"))
            .append_header(("origin", "http://a"));
        assert!(!is_ours(&two.to_http_request(), None));
    }
}
