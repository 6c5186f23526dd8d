//! What the site keeps in the browser besides the session: which visitor this is, a notice to be said once, as whom an
//! administrator looked at the last page, and the theme.
//!
//! All but the theme are signed, so that nobody can put words into the site's mouth.

use super::house::Site;
use super::layout::{Notice, NoticeKind, Theme};
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, CookieJar, SameSite};
use actix_web::http::header::{HeaderMap, HeaderValue, SET_COOKIE};
use std::borrow::Cow;

/// A cookie's name as it is sent. Over TLS, the prefix makes browsers insist on TLS and on this very host, so that no
/// neighbour under the same domain can put one there.
struct Name {
    plain: &'static str,
    over_tls: &'static str,
}

impl Name {
    fn on(&self, site: &Site) -> &'static str {
        if site.secure { self.over_tls } else { self.plain }
    }
}

macro_rules! name {
    ($plain:literal) => {
        Name { plain: $plain, over_tls: concat!("__Host-", $plain) }
    };
}

// Cookies know hosts and not ports, so that the names say whose they are among other programs of one machine.
const SESSION: Name = name!("tradefloor-session");
const VISITOR: Name = name!("tradefloor-visitor");
const NOTICE: Name = name!("tradefloor-notice");
const ACTING: Name = name!("tradefloor-acting");
const THEME: Name = name!("tradefloor-theme");
/// A notice is for the next page; one that is never fetched is forgotten.
const NOTICE_LASTS: Duration = Duration::minutes(2);
/// How many bytes of a notice are said at the most.
const LONGEST_NOTICE: usize = 1_000;
const THEME_LASTS: Duration = Duration::days(365);

/// The name of the session's cookie.
pub(super) fn session_name(site: &Site) -> String {
    SESSION.on(site).to_owned()
}

/// The visitor's random mark, which a signed-out visitor's forms carry.
pub(super) fn visitor(request: &HttpRequest, site: &Site) -> Option<String> {
    signed(request, site, &VISITOR)
}

/// Marks a visitor for as long as the browser stays open.
pub(super) fn set_visitor(site: &Site, mark: &str) -> Cookie<'static> {
    sign(site, cookie(site, &VISITOR, mark.to_owned()))
}

/// What is to be said on the next page.
pub(super) fn notice(request: &HttpRequest, site: &Site) -> Option<Notice> {
    let text = signed(request, site, &NOTICE)?;
    let (kind, text) = text.split_at_checked(1)?;
    let kind = if kind == "+" { NoticeKind::Good } else { NoticeKind::Bad };
    Some(Notice { kind, text: text.to_owned() })
}

/// Has `notice` said on the next page.
pub(super) fn set_notice(site: &Site, notice: &Notice) -> Cookie<'static> {
    let kind = match notice.kind {
        NoticeKind::Good => "+",
        NoticeKind::Bad => "-",
    };
    let mut cookie = cookie(site, &NOTICE, format!("{kind}{}", shortened(&notice.text)));
    cookie.set_max_age(NOTICE_LASTS);
    sign(site, cookie)
}

/// As much of a text as a cookie holds. Browsers drop one above 4 KiB without a word, and percent-encoding makes three
/// bytes of one.
fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_NOTICE {
        return Cow::Borrowed(text);
    }
    let cut = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST_NOTICE).last().unwrap_or(0);
    Cow::Owned(format!("{}…", text.get(..cut).unwrap_or_default()))
}

/// Forgets a notice that has been said.
pub(super) fn clear_notice(site: &Site) -> Cookie<'static> {
    removal(site, &NOTICE)
}

/// As whom the last page was looked at.
pub(super) fn acting(request: &HttpRequest, site: &Site) -> Option<String> {
    signed(request, site, &ACTING)
}

/// Remembers as whom a page is looked at, so that it is noticed when the next one no longer is.
pub(super) fn set_acting(site: &Site, name: &str) -> Cookie<'static> {
    sign(site, cookie(site, &ACTING, name.to_owned()))
}

/// Forgets it.
pub(super) fn clear_acting(site: &Site) -> Cookie<'static> {
    removal(site, &ACTING)
}

/// The theme the visitor chose.
pub(super) fn theme(request: &HttpRequest, site: &Site) -> Theme {
    request.cookie(THEME.on(site)).map(|cookie| Theme::named(cookie.value())).unwrap_or_default()
}

/// Remembers a theme.
pub(super) fn set_theme(site: &Site, theme: Theme) -> Cookie<'static> {
    let mut cookie = cookie(site, &THEME, theme.as_str().to_owned());
    cookie.set_max_age(THEME_LASTS);
    cookie
}

/// Adds `cookie` to an answer, percent-encoded, so that it may hold any sentence.
pub(super) fn attach(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.encoded().to_string()) {
        headers.append(SET_COOKIE, value);
    }
}

fn removal(site: &Site, name: &Name) -> Cookie<'static> {
    let mut cookie = cookie(site, name, String::new());
    cookie.make_removal();
    cookie
}

fn cookie(site: &Site, name: &Name, value: String) -> Cookie<'static> {
    Cookie::build(name.on(site), value).path("/").http_only(true).same_site(SameSite::Lax).secure(site.secure).finish()
}

fn sign(site: &Site, cookie: Cookie<'static>) -> Cookie<'static> {
    let name = cookie.name().to_owned();
    let mut jar = CookieJar::new();
    jar.signed_mut(&site.key).add(cookie.clone());
    jar.get(&name).cloned().unwrap_or(cookie)
}

fn signed(request: &HttpRequest, site: &Site, name: &Name) -> Option<String> {
    let sent = request.cookie(name.on(site))?;
    let mut jar = CookieJar::new();
    jar.add_original(sent);
    jar.signed(&site.key).get(name.on(site)).map(|cookie| cookie.value().to_owned())
}
