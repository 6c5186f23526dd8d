//! What staff can do, each act described once: its form, what it will come to, and which service does it.
//!
//! An act stands at `/admin/{table}/{id}/{act}`; those that make something new at `/admin/{table}/new/{act}`. Its form asks
//! for a reason and carries a key, so that sending it twice does it once, and the number of the newest entry of the
//! record, so that whoever was overtaken by somebody else is told instead of overruling them. To add an act,
//! implement [`Act`] and put it into [`all`].

mod accounts;
mod alike;
pub mod bulk;
mod identity;
mod instruments;
mod market;
mod newcomer;
mod orders;
pub mod page;
mod passwords;
mod people;
mod prices;
mod prospect;
mod sessions;
mod sheet;

pub use sheet::{Control, Fact, Field, Sheet};

use super::slips::Slip;
use super::{Staff, words};
use crate::accounts::PersonRefusal;
use crate::domain::{Instruction, SubjectKind};
use crate::store::audit::{Acted, AuditLine};
use crate::web::error::PageError;
use crate::web::field_errors::FieldErrors;
use crate::web::form_data::Fields;
use crate::web::house::House;
use futures_util::future::LocalBoxFuture;

/// What an act's own work is wrapped in.
pub type Doing<'a, T> = LocalBoxFuture<'a, Result<T, PageError>>;

/// How many rows of a selection are worked on at a time, as a rule.
const AT_ONCE: usize = 8;

/// What there is to know about an act, whatever it is done to.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// What it is done to.
    pub kind: SubjectKind,
    /// Its name in addresses: `disable`.
    pub name: &'static str,
    /// Its name on buttons: `Disable`.
    pub label: &'static str,
    /// Whether it makes something new, rather than doing something to what is there.
    pub makes_new: bool,
    /// Whether it can be done to a selection of rows at once, with the same fields for all, and then to how many at a time:
    /// to one after the other where what is done to one may stand in the way of the next.
    pub in_bulk: Option<usize>,
    /// What it is called when it is done to many.
    pub many: Many,
    /// Whether nobody may do it to themselves.
    pub spares_author: bool,
    /// Whether what it comes to depends on what is typed, so that it can be looked at before it is done.
    pub is_foreseen: bool,
}

/// What an act on many is called: what stands before their number, one of them, and what stands after them.
#[derive(Debug, Clone, Copy)]
pub struct Many(&'static str, &'static str, &'static str);

impl Many {
    /// The act on `count` of them: `Reset 3 passwords`.
    #[must_use]
    pub fn of(self, count: usize) -> String {
        let Self(before, one, after) = self;
        format!("{before} {count} {one}{}{after}", if count == 1 { "" } else { "s" })
    }
}

impl About {
    /// Done to one thing that is there, whatever is typed and whoever it is.
    const fn of(kind: SubjectKind, name: &'static str, label: &'static str) -> Self {
        let (many, in_bulk) = (Many("", "", ""), None);
        Self { kind, name, label, makes_new: false, in_bulk, many, spares_author: false, is_foreseen: false }
    }
}

/// Something staff can do to a row of a table.
pub trait Act: Sync {
    /// What is known of it before anything is opened.
    fn about(&self) -> About;

    /// Its form for the thing called `id`, filled with what was `typed`: what stands, and what will happen. Nothing
    /// when there is no such thing.
    ///
    /// # Errors
    /// When the store fails.
    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>>;

    /// What it comes to with what was `typed`, or what is wrong with that. Nothing when there is no such thing, or
    /// nothing to say besides the form.
    ///
    /// # Errors
    /// When the store fails.
    fn foresee<'a>(&'a self, _house: &'a House, _id: &'a str, _typed: &'a Fields) -> Doing<'a, Option<Foreseen>> {
        Box::pin(async { Ok(None) })
    }

    /// Does it.
    ///
    /// # Errors
    /// When the store fails. A refusal is an [`Outcome`].
    fn perform<'a>(
        &'a self,
        house: &'a House,
        id: &'a str,
        typed: &'a Fields,
        instruction: Instruction,
    ) -> Doing<'a, Outcome>;
}

impl dyn Act {
    /// Its form as `staff` find it: it says at once what would be refused to them of all people.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open_for(
        &self,
        staff: &Staff,
        house: &House,
        id: &str,
        typed: &Fields,
    ) -> Result<Option<Sheet>, PageError> {
        let sheet = self.open(house, id, typed).await?;
        let own = self.about().spares_author && staff.member.who.user.to_string() == id;
        Ok(sheet.map(
            |sheet| if own { Sheet { refused: Some(PersonRefusal::Yourself.to_string()), ..sheet } } else { sheet },
        ))
    }
}

/// What whoever acts is told when the back office has closed for them since the form was opened.
pub const CLOSED: &str = "Your back office session has ended, so nothing was done. Open the back office again first.";

/// What an act comes to, in a sentence or two, or what is wrong with what was typed.
pub type Foreseen = Result<String, FieldErrors>;

/// What became of an act.
#[derive(Debug)]
pub enum Outcome {
    /// It is done.
    Done {
        /// What is said of it: a whole sentence.
        say: String,
        /// Where to go on, when that is not the page of what it was done to.
        href: Option<String>,
    },
    /// It is done, and there are codes to show that are never shown again.
    Shown {
        /// What is said of it.
        say: String,
        /// What is shown.
        slips: Vec<Slip>,
        /// Where to go on.
        href: String,
    },
    /// Something in the form needs another look. Nothing was done.
    Wrong(FieldErrors),
    /// Others acted on it since the form was opened. Nothing was done.
    Overtaken(Vec<AuditLine>),
    /// There is no such thing.
    NotFound,
}

impl Outcome {
    /// It is done, and `say` is said of it.
    #[must_use]
    pub fn done(say: impl Into<String>) -> Self {
        Self::Done { say: say.into(), href: None }
    }

    /// The same, with `href` as where to go on once it is done, now or before.
    #[must_use]
    pub fn leading_to(self, href: &str) -> Self {
        match self {
            Self::Done { say, .. } => Self::Done { say, href: Some(href.to_owned()) },
            other => other,
        }
    }

    /// It cannot be done, and `sentence` says why.
    #[must_use]
    pub fn refused(sentence: &(impl ToString + ?Sized)) -> Self {
        let mut errors = FieldErrors::default();
        errors.refuse(sentence);
        Self::Wrong(errors)
    }

    /// What was typed into `field` will not do, and `sentence` says why.
    #[must_use]
    pub fn wrong(field: &'static str, sentence: &(impl ToString + ?Sized)) -> Self {
        Self::Wrong(FieldErrors::one(field, sentence))
    }

    /// What a service answered, with `done` said of what it did and `explain` saying why it did not.
    pub fn of<T, R>(acted: Acted<T, R>, done: impl FnOnce(T) -> Self, explain: impl FnOnce(R) -> Self) -> Self {
        match acted {
            Acted::Done(value) => done(value),
            Acted::Repeated(line) => {
                Self::done(format!("This was already done: {}. It was not done again.", words::told(&line)))
            }
            Acted::Overtaken(lines) => Self::Overtaken(lines),
            Acted::Closed => Self::refused(CLOSED),
            Acted::Refused(refusal) => explain(refusal),
        }
    }
}

/// The tables whose rows acts are done to, by what they hold.
#[must_use]
pub const fn table_of(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::User => "users",
        SubjectKind::Account => "accounts",
        SubjectKind::Order => "orders",
        SubjectKind::Instrument => "instruments",
        SubjectKind::Session => "sessions",
        SubjectKind::Market => "market",
    }
}

/// Every act.
#[must_use]
pub fn all() -> Vec<&'static dyn Act> {
    [people::ACTS, accounts::ACTS, orders::ACTS, sessions::ACTS, instruments::ACTS, prices::ACTS, market::ACTS].concat()
}

/// The acts on rows of `table`, in the order shown.
#[must_use]
pub fn on(table: &str) -> Vec<&'static dyn Act> {
    all().into_iter().filter(|act| table_of(act.about().kind) == table).collect()
}

/// The act called `name` on rows of `table`.
#[must_use]
pub fn find(table: &str, name: &str) -> Option<&'static dyn Act> {
    on(table).into_iter().find(|act| act.about().name == name)
}
