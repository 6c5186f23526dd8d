//! What every page shows around its own content.

use super::assets;
use super::moments::age_words;
use crate::domain::{At, Role, Username};
use std::time::Duration;

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// As they write it.
    pub username: Username,
    /// What they may do.
    pub role: Role,
}

impl Viewer {
    /// Whether there is a back office for them.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.role != Role::Trader
    }
}

/// Which colours the pages have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Every theme, in the order offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word it is stored and sent as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The word people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The theme a cookie or a form names; the device's own for anything else.
    #[must_use]
    pub fn named(word: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word).unwrap_or_default()
    }
}

/// Whether a notice is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// It worked.
    Good,
    /// It did not.
    Bad,
}

/// A whole sentence said once, on the page after the act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Good news or bad.
    pub kind: NoticeKind,
    /// The sentence.
    pub text: String,
}

/// Whether prices move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedState {
    /// They do.
    Live,
    /// Somebody paused the market.
    Paused,
    /// It is outside trading hours until this moment, in words.
    Closed(String),
    /// None has come yet.
    Starting,
    /// They stopped coming this long ago, and should not have.
    Stopped(Duration),
    /// The recording is over.
    Ended,
}

/// Where the prices come from and whether they move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketBadge {
    /// Whether prices are made up rather than recorded or real.
    pub simulated: bool,
    /// The feed in words: `Simulated prices`, `Recorded prices, 4 Oct 2013, 10:31 New York`.
    pub words: String,
    /// Whether prices move.
    pub state: FeedState,
}

impl MarketBadge {
    /// The badge as scripts that know better have not yet changed it.
    #[must_use]
    pub fn state_words(&self) -> String {
        match &self.state {
            FeedState::Live => "Market open".to_owned(),
            FeedState::Paused => "Paused".to_owned(),
            FeedState::Closed(opens) => format!("Closed until {opens}"),
            FeedState::Starting => "Waiting for prices".to_owned(),
            FeedState::Stopped(age) => format!("Stopped {}", age_words(*age)),
            FeedState::Ended => "Recording ended".to_owned(),
        }
    }

    /// The word scripts and styles know the state by.
    #[must_use]
    pub const fn state_word(&self) -> &'static str {
        match self.state {
            FeedState::Live => "open",
            FeedState::Paused => "paused",
            FeedState::Closed(_) => "closed",
            FeedState::Starting => "starting",
            FeedState::Stopped(_) => "stopped",
            FeedState::Ended => "ended",
        }
    }
}

/// Everything the frame of a page needs.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Who is looking; nobody when signed out.
    pub viewer: Option<Viewer>,
    /// Until when the one who looks is an administrator who sees what the viewer sees; nothing when it is the viewer.
    pub acting_until: Option<At>,
    /// The path and query of this page on this site; for a page that answers a POST, those of the page it came from.
    pub path: String,
    /// What every form of this session carries as `_token`.
    pub token: String,
    /// Which colours.
    pub theme: Theme,
    /// What is said once.
    pub notice: Option<Notice>,
    /// Where prices come from.
    pub market: MarketBadge,
    /// The moment the page is made; ages are told against it.
    pub now: At,
}

impl Layout {
    /// The address of a file under `static/`.
    #[must_use]
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    /// Whether the page knows who looks, or that nobody is signed in. A page for a failure outside the session knows neither,
    /// and has no form that would be let in.
    #[must_use]
    pub fn knows_visitor(&self) -> bool {
        !self.token.is_empty()
    }

    /// Whether it is not the viewer who looks, but an administrator.
    #[must_use]
    pub fn is_acting(&self) -> bool {
        self.acting_until.is_some()
    }

    /// For how many minutes more it is not the viewer who looks, at the most.
    #[must_use]
    pub fn acting_minutes(&self) -> u64 {
        self.acting_until.map_or(0, |until| until.since(self.now).as_secs().div_ceil(60))
    }

    /// Whether `section` is where this page belongs.
    #[must_use]
    pub fn is_in(&self, section: &str) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        path == section || path.strip_prefix(section).is_some_and(|rest| rest.starts_with('/'))
    }
}
