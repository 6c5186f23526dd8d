//! `/settings`: password, devices, colours, leaving.

use super::field_errors::FieldErrors;
use super::layout::{Layout, Theme};
use super::moments::ShowTime;
use crate::domain::At;
use askama::Template;

/// A place where the viewer is signed in.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The browser in words; see [`browser_words`].
    pub browser: String,
    /// The network address it was last seen at.
    pub address: String,
    /// When it signed in.
    pub signed_in: At,
    /// When it was last seen.
    pub last_seen: At,
    /// Whether it is the one that looks.
    pub current: bool,
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
