//! `/admin/{table}/bulk`: one act on a selection of rows; first what it will do to each, then what it did.

use super::{Act, Control, Foreseen, Outcome, Sheet, find, table_of};
use crate::domain::{Instruction, OrderKey, Reason};
use crate::store::audit;
use crate::web::admin::slips::{self, Slip};
use crate::web::admin::{Office, Staff};
use crate::web::error::PageError;
use crate::web::field_errors::FieldErrors;
use crate::web::form_data::{Fields, Form};
use crate::web::house::House;
use crate::web::layout::{Layout, NoticeKind};
use crate::web::page;
use actix_web::{HttpResponse, web};
use askama::Template;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use std::collections::HashSet;

/// The most rows of a selection.
pub const LARGEST_SELECTION: usize = 200;
/// How many of them are worked on at a time.
const AT_ONCE: usize = 8;

/// What is said of a row that the house had no time for.
const BUSY: &str = "The house was busy, and nothing was done. Do it again for this one.";
/// What is said of a row that may have been done.
const UNCONFIRMED: &str = "The books did not confirm it. Look whether it was done before you repeat it.";

/// A row of the selection, and what will happen or has happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// What will be done, was done, or stands in the way.
    pub says: String,
    /// Whether it will be done, or was.
    pub good: bool,
}

/// What an act will do to a selection, and what it asks; posts to where it stands with `step` `do`.
#[derive(Debug, Template)]
#[template(path = "admin/bulk.html")]
pub struct BulkPage {
    /// The frame of all pages.
    pub layout: Layout,
    /// The frame of the back office.
    pub office: Office,
    /// What the act is called in addresses.
    pub act: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// The selection.
    pub rows: Vec<Row>,
    /// The form of the first row that it can be done to: what is asked is asked once for all.
    pub sheet: Sheet,
    /// Why, as typed.
    pub reason: String,
    /// From which the keys of all of them are made.
    pub key: OrderKey,
    /// The number of the newest entry of the record before the rows were looked at.
    pub seen: i64,
    /// What is wrong.
    pub errors: FieldErrors,
    /// Whether it can be looked at, filled in, before it is done.
    pub foreseen: bool,
    /// Where the form goes.
    pub action: String,
    /// Where whoever changes their mind goes.
    pub back: String,
    /// Whether this is what happened rather than what will.
    pub over: bool,
}

impl BulkPage {
    /// How many rows it will be done to, or was.
    #[must_use]
    pub fn good(&self) -> usize {
        self.rows.iter().filter(|row| row.good).count()
    }
}

/// Shows what an act will do to a selection, or does it.
///
/// # Errors
/// When there is no such act, the selection cannot be read, or the store fails.
pub async fn submit(
    staff: Staff,
    house: web::Data<House>,
    table: web::Path<String>,
    Form(typed): Form,
) -> Result<HttpResponse, PageError> {
    let table = table.into_inner();
    let back = format!("/admin/{table}");
    let Some(act) = find(&table, typed.get("act")).filter(|act| act.in_bulk()) else {
        return if super::on(&table).is_empty() { Err(PageError::NotFound) } else { Ok(choose(&staff, &back)) };
    };
    let mut known = HashSet::new();
    let ids: Vec<&str> = typed.all("id").filter(|id| known.insert(*id)).collect();
    if ids.is_empty() || ids.len() > LARGEST_SELECTION {
        return Ok(choose(&staff, &back));
    }
    let looking = !typed.get("look").is_empty();
    let doing = typed.get("step") == "do" && !looking;
    let key = if doing { typed.get("key").parse().map_err(|_| PageError::Malformed)? } else { OrderKey::random() };
    let seen = if doing {
        typed.get("seen").parse().map_err(|_| PageError::Malformed)?
    } else {
        house.store.read(audit::newest).await?
    };
    let filled = act.is_foreseen() && typed.get("step") == "do";
    let bulk = Bulk { staff: &staff, house: &house, act, ids, typed: &typed, filled, key, seen };
    if !doing {
        return page::show(&bulk.preview(FieldErrors::default()).await?);
    }
    let mut errors = FieldErrors::default();
    let reason = match typed.get("reason").parse::<Reason>() {
        Ok(reason) => reason,
        Err(wrong) => {
            errors.add("reason", &wrong);
            return page::again(&bulk.preview(errors).await?);
        }
    };
    match bulk.perform(&reason).await? {
        Done::Codes(slips, others) => {
            let say = format!("{}: done for {}.", act.label(), slips.len());
            slips::show(&staff, say, slips, others, back)
        }
        Done::Rows(done) => page::show(&*done),
        Done::Wrong(errors) => page::again(&bulk.preview(errors).await?),
    }
}

fn choose(staff: &Staff, back: &str) -> HttpResponse {
    let sentence = format!("Select 1 to {LARGEST_SELECTION} rows and what to do with them. Nothing was changed.");
    staff.visit().go_saying(back, NoticeKind::Bad, sentence)
}

/// What came of it.
enum Done {
    /// So it went, row by row.
    Rows(Box<BulkPage>),
    /// There are codes to be shown, and rows for which it was not done, each with why.
    Codes(Vec<Slip>, Vec<(String, String)>),
    /// The form is what is wrong, and nothing was done.
    Wrong(FieldErrors),
}

struct Bulk<'a> {
    staff: &'a Staff,
    house: &'a House,
    act: &'static dyn Act,
    ids: Vec<&'a str>,
    typed: &'a Fields,
    /// Whether the form has been filled in, so that what it comes to can be told.
    filled: bool,
    key: OrderKey,
    seen: i64,
}

impl Bulk<'_> {
    /// What will happen to each row.
    async fn preview(&self, errors: FieldErrors) -> Result<BulkPage, PageError> {
        let opened: Vec<(String, Option<Sheet>)> =
            stream::iter(self.ids.clone())
                .map(|id| async move {
                    Ok::<_, PageError>((id.to_owned(), self.act.open(self.house, id, self.typed).await?))
                })
                .buffered(AT_ONCE)
                .try_collect()
                .await?;
        let usable = |sheet: &&Sheet| sheet.refused.is_none();
        let sheets = || opened.iter().filter_map(|(_, sheet)| sheet.as_ref());
        let sheet = sheets().find(usable).or_else(|| sheets().next()).cloned().ok_or(PageError::NotFound)?;
        let rows = opened.into_iter().map(|(id, sheet)| match sheet {
            None => Row { name: id.clone(), id, says: "It is not there any more.".to_owned(), good: false },
            Some(Sheet { name, refused: Some(why), .. }) => Row { id, name, says: why, good: false },
            Some(Sheet { name, consequence, .. }) => Row { id, name, says: consequence, good: true },
        });
        let rows = rows.collect();
        let (rows, wrong) = if self.filled { self.foresee(rows).await? } else { (rows, None) };
        Ok(self.page(sheet, rows, if errors.is_empty() { wrong.unwrap_or(errors) } else { errors }, false))
    }

    /// What it comes to for each of `rows` with what was typed. When that is wrong for all of them, the form is what is
    /// wrong, and the rows stay as they are.
    async fn foresee(&self, rows: Vec<Row>) -> Result<(Vec<Row>, Option<FieldErrors>), PageError> {
        let foreseen: Vec<(Row, Option<Foreseen>)> = stream::iter(rows)
            .map(|row| async move {
                let foreseen = if row.good { self.act.foresee(self.house, &row.id, self.typed).await? } else { None };
                Ok::<_, PageError>((row, foreseen))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let known = || foreseen.iter().filter_map(|(_, foreseen)| foreseen.as_ref());
        if known().all(Result::is_err)
            && let Some(Err(errors)) = known().next().cloned()
        {
            return Ok((foreseen.into_iter().map(|(row, _)| row).collect(), Some(errors)));
        }
        let told = foreseen.into_iter().map(|(row, foreseen)| match foreseen {
            None => row,
            Some(Ok(says)) => Row { says, ..row },
            Some(Err(errors)) => Row { says: sentences(&errors), good: false, ..row },
        });
        Ok((told.collect(), None))
    }

    /// Does it to each row; what each came to. When the form is what is wrong, nothing but that.
    async fn perform(&self, reason: &Reason) -> Result<Done, PageError> {
        let mut done: Vec<(&str, String, Outcome)> = stream::iter(self.ids.clone())
            .map(|id| async move {
                let Some(sheet) = self.act.open(self.house, id, self.typed).await? else {
                    return Ok((id, id.to_owned(), Outcome::NotFound));
                };
                let instruction = Instruction {
                    author: self.staff.author(),
                    reason: reason.clone(),
                    key: self.key.part(id),
                    seen: Some(self.seen),
                };
                // One of them that fails must not keep what came of the others from being told: codes are shown once.
                let outcome = match self.act.perform(self.house, id, self.typed, instruction).await {
                    Err(PageError::Busy(_)) => Outcome::refused(BUSY),
                    Err(PageError::Unconfirmed) => Outcome::refused(UNCONFIRMED),
                    other => other?,
                };
                Ok::<_, PageError>((id, sheet.name, outcome))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        // A field is the same for all of them, so that a mistake in it is everybody's, and nothing has been done.
        let in_a_field = |outcome: &Outcome| match outcome {
            Outcome::Wrong(errors) if errors.fields().next().is_some() => Some(errors.clone()),
            _ => None,
        };
        if let Some(errors) = done.first().and_then(|(_, _, outcome)| in_a_field(outcome))
            && done.iter().all(|(_, _, outcome)| in_a_field(outcome).is_some())
        {
            return Ok(Done::Wrong(errors));
        }
        let mut slips = Vec::new();
        for (_, _, outcome) in &mut done {
            if let Outcome::Shown { slips: codes, .. } = outcome {
                slips.append(codes);
            }
        }
        let shown = |outcome: &Outcome| matches!(outcome, Outcome::Shown { .. });
        if !slips.is_empty() {
            let others = done.into_iter().filter(|(_, _, outcome)| !shown(outcome));
            let others = others.map(|(id, name, outcome)| row(id, name, outcome));
            return Ok(Done::Codes(slips, others.map(|row| (row.name, row.says)).collect()));
        }
        let rows = done.into_iter().map(|(id, name, outcome)| row(id, name, outcome)).collect();
        let empty = Sheet {
            name: String::new(),
            facts: Vec::new(),
            consequence: String::new(),
            fields: Vec::new(),
            button: String::new(),
            serious: false,
            refused: None,
        };
        Ok(Done::Rows(Box::new(self.page(empty, rows, FieldErrors::default(), true))))
    }

    fn page(&self, sheet: Sheet, rows: Vec<Row>, errors: FieldErrors, over: bool) -> BulkPage {
        let table = table_of(self.act.kind());
        BulkPage {
            layout: self.staff.layout(),
            office: self.staff.office(),
            act: self.act.name(),
            label: self.act.label(),
            rows,
            sheet,
            reason: self.typed.text("reason"),
            key: self.key.clone(),
            seen: self.seen,
            errors,
            foreseen: self.act.is_foreseen(),
            action: format!("/admin/{table}/bulk"),
            back: format!("/admin/{table}"),
            over,
        }
    }
}

fn row(id: &str, name: String, outcome: Outcome) -> Row {
    let (says, good) = match outcome {
        Outcome::Done { say, .. } | Outcome::Shown { say, .. } => (say, true),
        Outcome::Wrong(errors) => (sentences(&errors), false),
        Outcome::Overtaken(_) => ("Somebody else changed it meanwhile; nothing was done.".to_owned(), false),
        Outcome::NotFound => ("It is not there any more.".to_owned(), false),
    };
    Row { id: id.to_owned(), name, says, good }
}

/// Everything that is wrong with a form, one sentence after the other.
fn sentences(errors: &FieldErrors) -> String {
    let fields = errors.fields().map(|(_, sentence)| sentence);
    errors.form().into_iter().chain(fields).collect::<Vec<_>>().join(" ")
}
