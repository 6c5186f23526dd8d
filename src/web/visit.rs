//! One request as the pages see it: who comes, what their forms carry, and how the page around the content looks.

use super::error::PageError;
use super::house::House;
use super::layout::{FeedState as BadgeState, Layout, MarketBadge, Notice, NoticeKind, Theme, Viewer};
use super::sessions::{SignedIn, random_key};
use super::{cookies, moments};
use crate::domain::{At, Role};
use crate::market::{FeedName, FeedState};
use actix_session::SessionExt as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::sync::Arc;

/// Who comes, and with what. Cheap to clone.
#[derive(Clone)]
pub struct Visit {
    seen: Rc<Seen>,
}

/// What was seen of a visitor at the door.
struct Seen {
    house: web::Data<House>,
    signed_in: Option<Arc<SignedIn>>,
    token: String,
    newly_marked: bool,
    notice: Option<Notice>,
    looked_as: Option<String>,
    theme: Theme,
    path: String,
    address: IpAddr,
}

impl Visit {
    /// Reads it from the cookies and the session of a request.
    pub(super) fn of(request: &ServiceRequest, house: web::Data<House>) -> Self {
        let signed_in = SignedIn::of(&request.get_session()).map(Arc::new);
        let request = request.request();
        let mark = cookies::visitor(request, &house.site);
        let newly_marked = signed_in.is_none() && mark.is_none();
        let token = match &signed_in {
            Some(signed_in) => signed_in.token.clone(),
            None => mark.unwrap_or_else(random_key),
        };
        let looked_as = cookies::acting(request, &house.site);
        let is_over = signed_in.as_ref().is_some_and(|who| who.acting.is_none());
        let ended = looked_as.as_ref().filter(|_| is_over).map(|name| Notice {
            kind: NoticeKind::Bad,
            text: format!("You are back in your own account: viewing as {name} has ended."),
        });
        let notice = cookies::notice(request, &house.site).or(ended);
        let seen = Seen {
            signed_in,
            token,
            newly_marked,
            notice,
            looked_as,
            theme: cookies::theme(request, &house.site),
            path: readable_path(request),
            address: address(request, house.site.trusted_proxy),
            house,
        };
        Self { seen: Rc::new(seen) }
    }

    /// Whether the browser has yet to be given the mark that this visitor's forms carry.
    pub(super) fn is_new(&self) -> bool {
        self.seen.newly_marked
    }

    /// What this page is to say once, if anything.
    pub(super) fn notice(&self) -> Option<&Notice> {
        self.seen.notice.as_ref()
    }

    /// As whom the browser's last page was looked at, by an administrator.
    pub(super) fn looked_as(&self) -> Option<&str> {
        self.seen.looked_as.as_deref()
    }

    /// Who is signed in, if anyone.
    #[must_use]
    pub fn signed_in(&self) -> Option<&SignedIn> {
        self.seen.signed_in.as_deref()
    }

    /// Until when the back office is open for this visitor, if it is.
    #[must_use]
    pub fn granted_until(&self) -> Option<At> {
        let who = self.seen.signed_in.as_ref().filter(|who| who.role != Role::Trader)?;
        who.granted_until.filter(|until| *until > self.seen.house.clock.now())
    }

    /// Whether the back office is open for this visitor.
    #[must_use]
    pub fn may_use_back_office(&self) -> bool {
        self.granted_until().is_some()
    }

    /// What every form of this visitor carries as `_token`.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.seen.token
    }

    /// Where the visitor comes from.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.seen.address
    }

    /// The path and query that were asked for, or that lead back to the form that was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.seen.path
    }

    /// What a page shows around its content.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let viewer = self
            .seen
            .signed_in
            .as_ref()
            .map(|signed_in| Viewer { username: signed_in.username.clone(), role: signed_in.role });
        Layout {
            viewer,
            acting_until: self.seen.signed_in.as_ref().and_then(|who| Some(who.acting.as_ref()?.until)),
            path: self.seen.path.clone(),
            token: self.seen.token.clone(),
            theme: self.seen.theme,
            notice: self.seen.notice.clone(),
            market: badge(&self.seen.house),
            now: self.seen.house.clock.now(),
        }
    }

    /// Sends the visitor on to `path` with a GET.
    #[must_use]
    pub fn go(&self, path: &str) -> HttpResponse {
        HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
    }

    /// Sends the visitor on to `path`, where `sentence` is said once.
    #[must_use]
    pub fn go_saying(&self, path: &str, kind: NoticeKind, sentence: impl Into<String>) -> HttpResponse {
        let mut response = self.go(path);
        let notice = Notice { kind, text: sentence.into() };
        cookies::attach(response.headers_mut(), &cookies::set_notice(&self.seen.house.site, &notice));
        response
    }
}

impl FromRequest for Visit {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Self>().cloned();
        ready(visit.ok_or_else(|| PageError::internal("a page was reached without its frame")))
    }
}

/// A visit by someone who is signed in.
#[derive(Clone)]
pub struct Member {
    /// The visit.
    pub visit: Visit,
    /// Who it is.
    pub who: Arc<SignedIn>,
}

impl FromRequest for Member {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let member = Visit::from_request(request, payload).into_inner().and_then(|visit| {
            let who = visit.seen.signed_in.clone().ok_or_else(|| PageError::sign_in_first(request))?;
            Ok(Self { visit, who })
        });
        ready(member)
    }
}

/// The address of the page: of the page with the form, for what answers one that was sent.
fn readable_path(request: &HttpRequest) -> String {
    if request.method().is_safe() {
        return request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    }
    let mut parts = request.path().split('/').skip(1);
    match (parts.next(), parts.next()) {
        (None | Some("" | "logout" | "theme" | "stop-acting"), _) => "/".to_owned(),
        (Some("admin"), Some(table)) => format!("/admin/{table}"),
        (Some(section), _) => format!("/{section}"),
    }
}

/// Whether `path` leads to a page of this very site.
#[must_use]
pub fn is_own_path(path: &str) -> bool {
    // Browsers take `//host` and `/\host` for other sites, and drop tabs and line ends before they look.
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    plain && path.starts_with('/') && !path.starts_with("//") && path.len() <= 512
}

/// Where a request comes from: the nearest address, or what a trusted proxy says about the one before it.
pub(super) fn address(request: &HttpRequest, trusted_proxy: bool) -> IpAddr {
    let forwarded = || {
        let header = request.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
        // The last entry is the one the trusted proxy wrote; those before it are anybody's words.
        header.rsplit(',').next()?.trim().parse().ok()
    };
    let peer = request.peer_addr().map(|peer| peer.ip());
    trusted_proxy.then(forwarded).flatten().or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

pub(super) fn badge(house: &House) -> MarketBadge {
    let board = house.market.board();
    let status = board.status();
    let simulated = status.name == FeedName::Simulated;
    let words = match (status.name, board.market_time()) {
        (FeedName::Simulated, _) => "Simulated prices".to_owned(),
        (FeedName::Replay, Some(time)) => format!("Recorded prices, {}", moments::new_york(time)),
        (FeedName::Replay, None) => "Recorded prices".to_owned(),
    };
    let state = match status.state {
        FeedState::Starting => BadgeState::Starting,
        FeedState::Live => BadgeState::Live,
        FeedState::Paused => BadgeState::Paused,
        FeedState::Closed { opens } => BadgeState::Closed(moments::short_opening(opens, board.calendar().zone_name())),
        FeedState::Stopped { since } => BadgeState::Stopped(since.elapsed()),
        FeedState::Ended { .. } => BadgeState::Ended,
    };
    MarketBadge { simulated, words, state }
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for own in ["/", "/portfolio", "/trade?symbol=AAPL&side=buy"] {
            assert!(is_own_path(own), "{own:?}");
        }
        for foreign in [
            "",
            "portfolio",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/a\r\nb",
            "javascript:alert(1)",
        ] {
            assert!(!is_own_path(foreign), "{foreign:?}");
        }
    }
}
