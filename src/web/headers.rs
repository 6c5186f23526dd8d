//! The headers that every answer carries.

use super::house::Site;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::DefaultHeaders;

/// Scripts, styles, pictures and connections are our own or they are not; nothing inline, nothing embedded,
/// nobody frames us, and forms go nowhere else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const EVERYWHERE: [(HeaderName, HeaderValue); 7] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
    (header::PERMISSIONS_POLICY, HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()")),
];
const OVER_TLS: (HeaderName, HeaderValue) =
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));

/// One by one. Over TLS, browsers are also told to come back that way.
pub(super) fn list(site: &Site) -> impl Iterator<Item = (HeaderName, HeaderValue)> + use<> {
    EVERYWHERE.into_iter().chain(site.secure.then_some(OVER_TLS))
}

/// As middleware.
#[must_use]
pub fn security(site: &Site) -> DefaultHeaders {
    list(site).fold(DefaultHeaders::new(), DefaultHeaders::add)
}
