//! `/admin`: what runs, the day in numbers, and what was done lately.

use super::market::speed_words;
use super::words::{self, Told};
use super::{Office, Staff, acts};
use crate::domain::{At, SubjectKind};
use crate::market::Speed;
use crate::store::StoreError;
use crate::store::audit;
use crate::store::figures::{self, Count, Done};
use crate::trading::Refused;
use crate::web::error::PageError;
use crate::web::format::{Dollars as _, grouped};
use crate::web::house::House;
use crate::web::layout::Layout;
use crate::web::live::LiveGate;
use crate::web::moments::{ShowTime, age_words, span_words};
use crate::web::page;
use actix_web::{HttpResponse, web};
use askama::Template;
use std::time::Duration;

/// Acts shown; one that was done to many at once is one of them.
const LATEST: usize = 12;
/// Entries looked at for them: a whole roster, the largest thing that is done at once, and what else was done.
const LOOKED_AT: i64 = 600;
/// A day of the clock that days are counted by, which is UTC.
const DAY: Duration = Duration::from_hours(24);

/// The first page of the back office.
#[derive(Debug, Template)]
#[template(path = "admin/home.html")]
pub struct HomePage {
    /// The frame of all pages.
    pub layout: Layout,
    /// The frame of the back office.
    pub office: Office,
    /// What runs.
    pub runs: Running,
    /// When the day began.
    pub midnight: At,
    /// What was done since.
    pub done: Done,
    /// What was refused.
    pub refused: Refused,
    /// What was done last, newest first.
    pub latest: Vec<Told>,
}

/// The house as it runs.
#[derive(Debug)]
pub struct Running {
    /// For how long.
    pub uptime: Duration,
    /// What keeps the books.
    pub engine: &'static str,
    /// How many bytes they take.
    pub bytes: i64,
    /// How fast the market's clock runs.
    pub speed: Speed,
    /// How old the newest price is.
    pub quote_age: Option<Duration>,
    /// What made the feed fail, while it has not quoted again since.
    pub problem: Option<String>,
    /// Writes that wait, and how many may.
    pub writes: (usize, usize),
    /// Live connections, and how many there may be.
    pub sockets: (usize, usize),
    /// Where people are signed in.
    pub sessions: Count,
}

impl HomePage {
    /// What stands at the end of this list in the order a teacher needs it: an address and what it is for.
    #[must_use]
    pub fn tasks(&self) -> Vec<(&'static str, &'static str)> {
        let about = |kind| !acts::on(acts::table_of(kind)).is_empty();
        let all = [
            (true, "/admin/users/roster", "Add several people"),
            (true, "/admin/users/new/create", "Add a person"),
            (about(SubjectKind::Account), "/admin/accounts", "Fund accounts"),
            (about(SubjectKind::Instrument), "/admin/instruments", "Halt trading"),
            (about(SubjectKind::Market), "/admin/market", "Pause the market"),
        ];
        all.into_iter().filter(|(there, _, _)| *there).map(|(_, path, name)| (path, name)).collect()
    }

    /// The version of the house.
    #[must_use]
    pub const fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// For how long it runs.
    #[must_use]
    pub fn uptime(&self) -> String {
        span_words(self.runs.uptime)
    }

    /// How old the newest price is.
    #[must_use]
    pub fn quote_age(&self) -> String {
        self.runs.quote_age.map_or_else(|| "none yet".to_owned(), age_words)
    }

    /// A number of bytes: `12.4 MB`.
    #[must_use]
    pub fn size(&self) -> String {
        size_words(self.runs.bytes)
    }

    /// How fast the market's clock runs, in words.
    #[must_use]
    pub fn speed(&self) -> String {
        speed_words(self.runs.speed)
    }

    /// How much of something is taken: `0 of 10,000`.
    #[must_use]
    pub fn taken(&self, (taken, most): &(usize, usize)) -> String {
        let words = |number: usize| grouped(&number.to_string());
        format!("{} of {}", words(*taken), words(*most))
    }

    /// A count: `17`, `10,000 or more`.
    #[must_use]
    pub fn count(&self, count: &Count) -> String {
        let number = grouped(&count.number.to_string());
        if count.or_more { format!("{number} or more") } else { number }
    }

    /// How many orders were refused in all.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.refused.counts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// What runs, the day, and what was done lately.
///
/// # Errors
/// When the store fails.
pub async fn show(staff: Staff, house: web::Data<House>, gate: web::Data<LiveGate>) -> Result<HttpResponse, PageError> {
    let now = house.clock.now();
    let midnight = now.beginning_of(DAY);
    let read = house.store.read(move |conn| {
        let (done, sessions) = (figures::done_since(conn, midnight)?, figures::sessions(conn, now)?);
        Ok::<_, StoreError>((done, sessions, figures::size(conn)?, audit::latest(conn, LOOKED_AT)?))
    });
    let (done, sessions, (engine, bytes), latest) = read.await?;
    let latest = Told::all(latest, LATEST);
    let board = house.market.board();
    let status = board.status();
    let trouble = board.trouble().filter(|trouble| !trouble.recovered);
    let runs = Running {
        uptime: house.opened.elapsed(),
        engine,
        bytes,
        speed: status.speed,
        quote_age: status.quote_age,
        problem: trouble.map(|trouble| trouble.problem.to_string()),
        writes: house.store.load(),
        sockets: (gate.sockets(), gate.most_sockets()),
        sessions,
    };
    let refused = house.desk.refused_today();
    page::show(&HomePage { layout: staff.layout(), office: staff.office(), runs, midnight, done, refused, latest })
}

/// `12.4 MB`, in thousands.
fn size_words(bytes: i64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, words) in
            [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (12_450_000, "12.4 MB"), (3_999_999_999, "3.9 GB")]
        {
            assert_eq!(size_words(bytes), words);
        }
    }
}
