//! The back office at `/admin`: who may come in, what runs, and what staff can do.
//!
//! Who may come is said in the table of [`routes`](super::routes::back_office). What is done here is done by the service that
//! owns the rule, with a reason, and goes on record in the same transaction; [`acts`] is the frame of all of it.

pub mod acts;
pub mod door;
pub mod home;
pub mod market;
pub mod roster;
pub mod slips;
pub mod tables;
pub mod words;

use super::error::PageError;
use super::house::House;
use super::layout::Layout;
use super::visit::{Member, Visit};
use crate::domain::{At, Author, Role};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use std::future::{Ready, ready};

/// A page of the back office and its name.
pub type Section = (&'static str, &'static str);

/// What the back office has, in the order shown.
const SECTIONS: [Section; 11] = [
    ("/admin", "Home"),
    ("/admin/users", "Users"),
    ("/admin/accounts", "Accounts"),
    ("/admin/ledger", "Ledger"),
    ("/admin/holdings", "Holdings"),
    ("/admin/orders", "Orders"),
    ("/admin/instruments", "Instruments"),
    ("/admin/sessions", "Sessions"),
    ("/admin/candles", "Candles"),
    ("/admin/market", "Market"),
    ("/admin/audit", "Audit log"),
];

/// What every page of the back office shows around its own content.
#[derive(Debug, Clone, Copy)]
pub struct Office {
    /// Until when the back office is open without the password.
    pub granted_until: At,
    /// Whether the viewer may change things.
    pub may_change: bool,
}

impl Office {
    /// What there is to go to.
    #[must_use]
    pub fn sections(&self) -> &'static [Section] {
        &SECTIONS
    }

    /// Whether the page that `layout` frames belongs to the section at `path`.
    #[must_use]
    pub fn is_in(&self, layout: &Layout, path: &str) -> bool {
        if path == "/admin" { layout.path.split('?').next() == Some(path) } else { layout.is_in(path) }
    }

    /// How many minutes the back office stays open, at the most.
    #[must_use]
    pub fn minutes_left(&self, layout: &Layout) -> u64 {
        self.granted_until.since(layout.now).as_secs().div_ceil(60)
    }
}

/// A visit by somebody of the staff for whom the back office is open.
#[derive(Clone)]
pub struct Staff {
    /// Who it is.
    pub member: Member,
    granted_until: At,
    site: Site,
}

/// Where the site is reached.
#[derive(Clone)]
enum Site {
    /// As the settings say.
    Known(String),
    /// As this browser has reached it, which others may not.
    Guessed(String),
}

impl Staff {
    /// Where this browser reaches the site, such as `http://192.168.0.7:8080`.
    #[must_use]
    pub fn site(&self) -> &str {
        match &self.site {
            Site::Known(site) | Site::Guessed(site) => site,
        }
    }

    /// The same where the settings do not say it, so that others may have to reach it elsewhere.
    #[must_use]
    pub fn unsure_site(&self) -> Option<&str> {
        match &self.site {
            Site::Known(_) => None,
            Site::Guessed(site) => Some(site),
        }
    }

    /// The visit.
    #[must_use]
    pub fn visit(&self) -> &Visit {
        &self.member.visit
    }

    /// The frame of all pages, for them.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.member.visit.layout()
    }

    /// What their page shows around its own content.
    #[must_use]
    pub fn office(&self) -> Office {
        Office { granted_until: self.granted_until, may_change: self.member.who.role == Role::Admin }
    }

    /// As whom their acts go on record.
    #[must_use]
    pub fn author(&self) -> Author {
        Author {
            user: Some(self.member.who.user),
            address: self.member.visit.address().to_string(),
            session: Some(self.member.who.session.clone()),
        }
    }
}

impl FromRequest for Staff {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let staff = Member::from_request(request, payload).into_inner().and_then(|member| {
            let granted_until = member.visit.granted_until().ok_or_else(|| PageError::grant_first(request))?;
            Ok(Self { member, granted_until, site: site(request) })
        });
        ready(staff)
    }
}

/// Where the site is reached: as the settings say, or as this browser has reached it.
fn site(request: &HttpRequest) -> Site {
    let house = request.app_data::<web::Data<House>>();
    if let Some(public) = house.and_then(|house| house.site.public_origin.as_deref()) {
        return Site::Known(public.trim_end_matches('/').to_owned());
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    Site::Guessed(format!("http://{}", host.unwrap_or("localhost")))
}
