//! The headers that every answer carries.

use super::house::Site;
use actix_web::middleware::DefaultHeaders;

/// Scripts, styles, pictures and connections are our own or they are not; nothing inline, nothing embedded,
/// nobody frames us, and forms go nowhere else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// As middleware. Over TLS, browsers are also told to come back that way.
#[must_use]
pub fn security(site: &Site) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add(("Content-Security-Policy", CONTENT_SECURITY_POLICY))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("X-Frame-Options", "DENY"))
        .add(("Referrer-Policy", "same-origin"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add(("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"));
    if site.secure { headers.add(("Strict-Transport-Security", "max-age=31536000")) } else { headers }
}
