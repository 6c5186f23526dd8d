//! What holds visitors back although they are signed in: that they have no password yet, or that they look at the site
//! as somebody else.

use super::error::PageError;
use super::sessions::SignedIn;
use actix_web::HttpRequest;
use actix_web::http::Method;

/// Where a first password is chosen.
pub(super) const WELCOME: &str = "/welcome";
/// Where whoever acts as somebody stops.
pub(super) const STOP_ACTING: &str = "/stop-acting";

/// What the smallest forms do, which stand on every page.
const THEME: &str = "/theme";
const SIGN_OUT: &str = "/logout";

/// Why what is asked for is not what they get, if it is not.
pub(super) fn held_back(who: &SignedIn, request: &HttpRequest) -> Option<PageError> {
    let path = request.path();
    if let Some(acting) = &who.acting {
        // The form that began it, sent again.
        if request.method() == Method::POST && path == format!("/admin/users/{}/act-as", who.user) {
            return Some(PageError::AlreadyLooking);
        }
        let changes = !request.method().is_safe() && ![THEME, STOP_ACTING].contains(&path);
        // What they see is a trader's page; what is behind the door is not theirs to look at.
        let behind = path == "/admin" || path.starts_with("/admin/");
        return (changes || behind).then(|| PageError::OnlyLooking { name: acting.name.clone() });
    }
    let first = [WELCOME, THEME, SIGN_OUT].contains(&path);
    (!who.has_password && !first).then(|| PageError::welcome_first(request))
}
