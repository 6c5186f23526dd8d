//! Whether a request was made by a page of this site.
//!
//! The order of the checks is that of Go's `net/http.CrossOriginProtection`: browsers say so themselves in
//! `Sec-Fetch-Site` where the site is reached securely, and otherwise name the page's origin. A request that
//! carries neither was not made by a browser on somebody's behalf.

use super::house::Site;
use actix_web::HttpRequest;
use actix_web::http::header;

/// Whether a request that changes something may be let in.
#[must_use]
pub fn may_change(request: &HttpRequest, site: &Site) -> bool {
    match request.headers().get("sec-fetch-site").map(|value| value.as_bytes()) {
        Some(b"same-origin" | b"none") => true,
        Some(_) => false,
        None => is_own(request, site),
    }
}

/// Whether the origin that a browser names, if it names one, is this site.
#[must_use]
pub fn is_own(request: &HttpRequest, site: &Site) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if site.public_origin.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let named = request.head().uri.authority().map(|authority| authority.as_str());
    let host = || request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    named.or_else(host).is_some_and(|own| own.eq_ignore_ascii_case(authority))
}
