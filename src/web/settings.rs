//! `/settings`: password, devices, colours, leaving.

use super::error::PageError;
use super::field_errors::FieldErrors;
use super::form_data::Form;
use super::house::House;
use super::layout::{Layout, NoticeKind, Theme};
use super::moments::ShowTime;
use super::page;
use super::sessions::{OWNER, Owner, go_on_under, renewal};
use super::visit::Member;
use crate::accounts::AccountsError;
use crate::domain::{At, NewPassword};
use crate::store::sessions::Session as StoredSession;
use crate::store::users::User;
use crate::store::{StoreError, sessions, users};
use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use std::collections::HashMap;

/// A place where the viewer is signed in.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The browser in words; see [`browser_words`].
    pub browser: String,
    /// The network address that signed in.
    pub address: String,
    /// When it signed in.
    pub signed_in: At,
    /// When it was last seen.
    pub last_seen: At,
    /// Whether it is the one that looks.
    pub current: bool,
}

impl SessionRow {
    /// What the site remembers of a session, in words.
    #[must_use]
    pub fn of(stored: &StoredSession, current: bool) -> Self {
        let state: HashMap<String, String> = serde_json::from_str(&stored.state).unwrap_or_default();
        let owner = state.get(OWNER).and_then(|owner| serde_json::from_str::<Owner>(owner).ok());
        let (agent, address) = owner.map(|owner| (owner.agent, owner.address)).unwrap_or_default();
        Self {
            browser: browser_words(&agent),
            address,
            signed_in: stored.created_at,
            last_seen: stored.seen_at,
            current,
        }
    }
}

/// The settings of a user.
#[derive(Debug, Template)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    /// The frame.
    pub layout: Layout,
    /// When the user signed up.
    pub member_since: At,
    /// What was wrong with the new password, under `current_password` and `new_password`; posts to `/settings/password`.
    pub password_errors: FieldErrors,
    /// What was wrong with leaving, under `password`; posts to `/settings/delete`.
    pub delete_errors: FieldErrors,
    /// Where the viewer is signed in, this one first.
    pub sessions: Vec<SessionRow>,
}

impl SettingsPage {
    /// How many other places there are.
    #[must_use]
    pub fn others(&self) -> usize {
        self.sessions.iter().filter(|session| !session.current).count()
    }
}

/// The browser and system that a `User-Agent` header names, for people: `Firefox on Linux`.
#[must_use]
pub fn browser_words(user_agent: &str) -> String {
    let named = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    // The first mark that fits wins: browsers also carry the marks of those they descend from.
    let browser = named(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = named(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) => name.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "An unknown browser".to_owned(),
    }
}

/// What is said to somebody who has left.
const DELETED: &str = "Your account has been deleted. Thank you for trading here.";

/// How many sessions the page shows at the most.
const SHOWN: i64 = 50;

/// The settings of the visitor.
///
/// # Errors
/// When the store fails.
pub async fn show(member: Member, house: web::Data<House>) -> Result<HttpResponse, PageError> {
    page::show(&settings(&member, &house, FieldErrors::default(), FieldErrors::default()).await?)
}

/// Replaces the password and signs out everywhere else.
///
/// # Errors
/// When the house is too busy to check a password, or the store fails.
pub async fn change_password(
    member: Member,
    house: web::Data<House>,
    session: Session,
    Form(form): Form,
) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    match NewPassword::parse(form.get("new_password"), &member.who.username) {
        Ok(new) => {
            let user = user(&member, &house).await?;
            let (key, renewal) = renewal(&member.who);
            let address = member.visit.address();
            match house.accounts.change_password(&user, form.text("current_password"), new, address, renewal).await {
                Ok(version) => {
                    go_on_under(&session, key, version)?;
                    let done = "Your password has been changed, and you are signed out on your other devices.";
                    return Ok(member.visit.go_saying("/settings", NoticeKind::Good, done));
                }
                Err(AccountsError::WrongCredentials) => {
                    errors.add("current_password", "That is not your current password.");
                }
                Err(AccountsError::SessionOver) => {
                    let over = "You have been signed out, and your password may already have been changed. Try the new one first.";
                    return Ok(member.visit.go_saying("/login", NoticeKind::Bad, over));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(weak) => errors.add("new_password", &weak),
    }
    page::again(&settings(&member, &house, errors, FieldErrors::default()).await?)
}

/// Ends all the visitor's other sessions.
///
/// # Errors
/// When the store fails.
pub async fn sign_out_others(member: Member, house: web::Data<House>, _form: Form) -> Result<HttpResponse, PageError> {
    let ended = house.accounts.sign_out_others(member.who.user, Some(member.who.session.clone())).await?;
    let sentence = match ended {
        0 => "You were not signed in anywhere else.".to_owned(),
        1 => "You have been signed out on one other device.".to_owned(),
        places => format!("You have been signed out on {places} other devices."),
    };
    Ok(member.visit.go_saying("/settings", NoticeKind::Good, sentence))
}

/// Closes the visitor's account for good.
///
/// # Errors
/// When the house is too busy to check a password, or the store fails.
pub async fn delete(
    member: Member,
    house: web::Data<House>,
    session: Session,
    Form(form): Form,
) -> Result<HttpResponse, PageError> {
    let user = user(&member, &house).await?;
    let (own, address) = (member.who.session.clone(), member.visit.address());
    let refused = match house.accounts.close(&user, own, form.text("password"), address).await {
        Ok(()) => {
            session.purge();
            return Ok(member.visit.go_saying("/", NoticeKind::Good, DELETED));
        }
        Err(AccountsError::SessionOver) => {
            let left = self::user(&member, &house).await?.closed_at.is_some();
            return Ok(if left {
                member.visit.go_saying("/", NoticeKind::Good, DELETED)
            } else {
                member.visit.go_saying("/login", NoticeKind::Bad, "You have been signed out. Nothing was deleted.")
            });
        }
        Err(AccountsError::WrongCredentials) => "That is not your password. Nothing was deleted.",
        Err(AccountsError::LastAdministrator) => {
            "You are the last administrator who can sign in. Make someone else an administrator first. Nothing was deleted."
        }
        Err(error) => return Err(error.into()),
    };
    let mut errors = FieldErrors::default();
    errors.add("password", refused);
    page::again(&settings(&member, &house, FieldErrors::default(), errors).await?)
}

async fn user(member: &Member, house: &House) -> Result<User, PageError> {
    let id = member.who.user;
    let found: Option<User> = house.store.read(move |conn| users::find(conn, id)).await?;
    found.ok_or(PageError::NotFound)
}

async fn settings(
    member: &Member,
    house: &House,
    password_errors: FieldErrors,
    delete_errors: FieldErrors,
) -> Result<SettingsPage, PageError> {
    let id = member.who.user;
    let read = house
        .store
        .read(move |conn| Ok::<_, StoreError>((users::find(conn, id)?, sessions::of_user(conn, id, SHOWN)?)));
    let (user, stored) = read.await?;
    let mut rows: Vec<SessionRow> =
        stored.iter().map(|stored| SessionRow::of(stored, stored.key_hash == member.who.session)).collect();
    rows.sort_by_key(|row| !row.current);
    Ok(SettingsPage {
        layout: member.visit.layout(),
        member_since: user.ok_or(PageError::NotFound)?.created_at,
        password_errors,
        delete_errors,
        sessions: rows,
    })
}
