//! Pages of long lists, cut at a key instead of counted off, so that the thousandth is as quick as the first.

/// How many lines a page of a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines(i64);

impl Lines {
    /// What may be chosen where there is a choice; the first is what nobody has to choose.
    pub const CHOICES: [Self; 3] = [Self(20), Self(50), Self(100)];

    /// Where there is no choice.
    pub(super) const FIXED: Self = Self(50);

    /// Reads `?lines=`; anything but one of the choices is the first of them.
    pub(super) fn asked(text: &str) -> Self {
        let [usual, ..] = Self::CHOICES;
        Self::CHOICES.into_iter().find(|choice| choice.0.to_string() == text).unwrap_or(usual)
    }

    /// How many.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// What to put in a query to keep to it: empty where nobody has to choose it, otherwise ending in `&`.
    #[must_use]
    pub fn query(self) -> String {
        let [usual, ..] = Self::CHOICES;
        if self == usual { String::new() } else { format!("lines={}&", self.0) }
    }

    /// How many rows to ask for: one more than a page shows, to know whether there are older ones.
    pub(super) const fn asked_for(self) -> i64 {
        self.0 + 1
    }

    /// Cuts `rows` to one page and tells the key at which the next older one begins.
    pub(super) fn cut<T>(self, mut rows: Vec<T>, key: impl Fn(&T) -> i64) -> (Vec<T>, Option<i64>) {
        let lines = usize::try_from(self.0).unwrap_or(usize::MAX);
        let more = rows.len() > lines;
        rows.truncate(lines);
        let older = rows.last().map(key).filter(|_| more);
        (rows, older)
    }
}

/// Reads `?before=`; anything but a whole number is the newest page.
pub(super) fn before(text: &str) -> Option<i64> {
    text.parse().ok().filter(|before| *before > 0)
}
