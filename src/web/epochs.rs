//! Which of an account's beginnings a page shows: the present one, or an earlier one that is asked for.

use super::format::Html;
use super::moments::ShowTime as _;
use crate::store::accounts::Account;
use crate::store::epochs::Epoch;

/// The epochs of an account, and the one that is shown.
#[derive(Debug, Clone)]
pub struct Epochs {
    shown: Epoch,
    all: Vec<Epoch>,
}

impl Epochs {
    /// What `?epoch=` asks for; anything but the number of an epoch is the present one.
    #[must_use]
    pub fn asked(all: Vec<Epoch>, account: &Account, text: &str) -> Self {
        Self::of(all, Epoch::first(account), text)
    }

    pub(super) fn of(all: Vec<Epoch>, first: Epoch, text: &str) -> Self {
        let asked = text.parse::<i64>().ok();
        let shown = all.iter().find(|epoch| Some(epoch.number) == asked).or(all.last()).copied();
        Self { shown: shown.unwrap_or(first), all }
    }

    /// The one that is shown.
    #[must_use]
    pub const fn shown(&self) -> Epoch {
        self.shown
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> i64 {
        self.shown.number
    }

    /// Whether the account has ever begun anew.
    #[must_use]
    pub const fn are_several(&self) -> bool {
        self.all.len() > 1
    }

    /// Whether it is the present one that is shown.
    #[must_use]
    pub const fn is_present(&self) -> bool {
        self.shown.end.is_none()
    }

    /// The numbers of all.
    pub fn numbers(&self) -> impl Iterator<Item = i64> {
        self.all.iter().map(|epoch| epoch.number)
    }

    /// What people call one of them: `Before the reset`, or which reset where there was more than one.
    #[must_use]
    pub fn name(&self, number: &i64) -> String {
        if self.all.len() > 2 { format!("Before reset {number}") } else { "Before the reset".to_owned() }
    }

    /// When the one that is shown began.
    #[must_use]
    pub fn began(&self) -> Html {
        self.shown.began_at.minute()
    }

    /// When the one that is shown ended; when it began where it lasts.
    #[must_use]
    pub fn ended(&self) -> Html {
        let next = self.all.iter().find(|epoch| Some(epoch.start) == self.shown.end);
        next.map_or(self.shown.began_at, |epoch| epoch.began_at).minute()
    }

    /// What to put in a query to stay in it: empty for the present one, otherwise ending in `&`.
    #[must_use]
    pub fn query(&self) -> String {
        if self.is_present() { String::new() } else { format!("epoch={}&", self.shown.number) }
    }
}
