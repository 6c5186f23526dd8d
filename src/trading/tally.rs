//! How often the desk has refused today, and why. Counted in memory: a number to look at, no part of the books.

use super::Refusal;
use crate::domain::At;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A day of the clock that days are counted by, which is UTC.
const DAY: Duration = Duration::from_hours(24);

/// Counts refusals by their reason. Cheap to clone; all clones are one tally.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally(Arc<Mutex<Option<Refused>>>);

/// How often orders were refused since some moment, by reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Since midnight UTC, or since the desk opened when that is later.
    pub since: At,
    /// How often, by the reason in a few words. No more reasons than there are kinds of [`Refusal`].
    pub counts: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Counts one.
    pub(super) fn count(&self, refusal: &Refusal, now: At) {
        self.with(now, |refused| {
            let count = refused.counts.entry(reason(refusal)).or_default();
            *count = count.saturating_add(1);
        });
    }

    /// What was counted today.
    pub(super) fn today(&self, now: At) -> Refused {
        self.with(now, |refused| refused.clone())
    }

    fn with<T>(&self, now: At, look: impl FnOnce(&mut Refused) -> T) -> T {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let midnight = now.beginning_of(DAY);
        // A desk that has just opened counts from then, and not from a midnight that it did not see.
        let refused = held.get_or_insert_with(|| Refused { since: now, counts: BTreeMap::new() });
        if refused.since < midnight {
            *refused = Refused { since: midnight, counts: BTreeMap::new() };
        }
        look(refused)
    }
}

const fn reason(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownSymbol { .. } => "not listed",
        Refusal::Halted { .. } => "trading halted",
        Refusal::Delisted { .. } => "delisted",
        Refusal::NoQuote { .. } => "no price yet",
        Refusal::StaleQuote { .. } => "price too old",
        Refusal::MarketPaused => "market paused",
        Refusal::MarketClosed { .. } => "market closed",
        Refusal::MarketEnded => "recording ended",
        Refusal::NotEnoughCash { .. } => "not enough cash",
        Refusal::NotEnoughShares { .. } => "not enough shares",
        Refusal::TooSmall => "too small",
        Refusal::TooLarge => "too large",
        Refusal::Frozen(_) => "account frozen",
        Refusal::KeyUsed { .. } => "already placed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_counted_from_midnight_or_from_the_opening_of_the_desk() {
        let tally = Tally::default();
        let at = |text: &str| text.parse::<At>().unwrap();
        let opened = at("2026-03-02T14:31:19Z");
        assert_eq!(tally.today(opened), Refused { since: opened, counts: BTreeMap::new() });
        tally.count(&Refusal::TooSmall, at("2026-03-02T15:00:00Z"));
        tally.count(&Refusal::TooSmall, at("2026-03-02T23:59:59Z"));
        tally.count(&Refusal::MarketEnded, at("2026-03-02T23:59:59Z"));
        let today = tally.today(at("2026-03-02T23:59:59Z"));
        assert_eq!((today.since, today.counts["too small"], today.counts["recording ended"]), (opened, 2, 1));
        tally.count(&Refusal::TooLarge, at("2026-03-03T00:00:01Z"));
        let next = tally.today(at("2026-03-03T08:00:00Z"));
        assert_eq!(next.since, at("2026-03-03T00:00:00Z"));
        assert_eq!(next.counts.into_iter().collect::<Vec<_>>(), [("too large", 1)]);
    }
}
