//! The site put together: which middleware stands around which addresses.

use super::cookies;
use super::form_data::LARGEST_FORM;
use super::frame::frame;
use super::headers;
use super::house::House;
use super::live::{self, LiveGate};
use super::outside::outside;
use super::request_span::RequestSpan;
use super::routes;
use super::sessions::Sessions;
use actix_session::SessionMiddleware;
use actix_session::config::PersistentSession;
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web;
use tracing_actix_web::TracingLogger;

/// Everything that the server answers. Sessions stand around pages alone: files, health and live rates are
/// served without reading one.
pub fn configure(
    house: &web::Data<House>,
    gate: &web::Data<LiveGate>,
    sessions: Sessions,
) -> impl FnOnce(&mut web::ServiceConfig) {
    let (house, gate) = (house.clone(), gate.clone());
    move |config| {
        let site = house.site.clone();
        let lifetime = CookieDuration::try_from(site.session_absolute).unwrap_or(CookieDuration::days(30));
        let session = SessionMiddleware::builder(sessions, site.key.clone())
            .cookie_name(cookies::session_name(&site))
            .cookie_secure(site.secure)
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .session_lifecycle(PersistentSession::default().session_ttl(lifetime))
            .build();
        config.app_data(house).app_data(gate).app_data(web::FormConfig::default().limit(LARGEST_FORM));
        config.service(
            web::scope("")
                .wrap(from_fn(outside))
                .wrap(Compress::default())
                .wrap(headers::security(&site))
                .wrap(TracingLogger::<RequestSpan>::new())
                .service(web::resource("/rates/live").route(web::get().to(live::connect)))
                .configure(|config| routes::configure(config, routes::plain()))
                .service(
                    web::scope("")
                        .wrap(from_fn(frame))
                        .wrap(session)
                        .configure(|config| routes::configure(config, routes::pages()))
                        .configure(|config| routes::configure(config, routes::back_office()))
                        .default_service(web::to(routes::nowhere)),
                ),
        );
    }
}
