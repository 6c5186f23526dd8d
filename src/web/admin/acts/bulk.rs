//! `/admin/{table}/bulk`: one act on a selection of rows; first what it will do to each, then what it did.

use super::{AT_ONCE, Act, Control, Foreseen, Outcome, Sheet, alike, find, table_of};
use crate::domain::{Instruction, OrderKey, Reason};
use crate::store::audit;
use crate::web::admin::slips::{self, Slip};
use crate::web::admin::{Office, Staff};
use crate::web::error::PageError;
use crate::web::field_errors::FieldErrors;
use crate::web::form_data::{Fields, LongForm};
use crate::web::house::House;
use crate::web::layout::{Layout, NoticeKind};
use crate::web::page;
use crate::web::visit::is_own_path;
use actix_web::{HttpResponse, web};
use askama::Template;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use std::collections::HashSet;

/// The most rows of a selection.
pub const LARGEST_SELECTION: usize = 200;

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
    /// Whether it was not done, or may not have been, for a reason that passes: sent again, it is done once.
    pub again: bool,
}

/// What an act will do to a selection, and what it asks; posts to where it stands with `step` `do`.
#[derive(Debug, Template)]
#[template(path = "admin/bulk.html")]
pub struct BulkPage {
    /// The frame of all pages.
    pub layout: Layout,
    /// The frame of the back office.
    pub office: Office,
    /// The table of the rows.
    pub table: &'static str,
    /// What the act is called in addresses.
    pub act: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// The selection.
    pub rows: Vec<Row>,
    /// The form of the first row that it can be done to: what is asked is asked once for all. Filled in, once it is over.
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
    /// The list of all rows, below which each has its page.
    pub list: String,
    /// Where whoever changes their mind goes: the list as it was when they selected.
    pub back: String,
    /// Whether this is what happened rather than what will.
    pub over: bool,
    /// What will happen to each row alike.
    pub common: Option<String>,
}

impl BulkPage {
    /// How many rows it will be done to, or was.
    #[must_use]
    pub fn good(&self) -> usize {
        self.rows.iter().filter(|row| row.good).count()
    }

    /// Whether there is anything to say of a single row.
    #[must_use]
    pub fn tells(&self) -> bool {
        self.rows.iter().any(|row| !row.says.is_empty())
    }

    /// What the button says: `Reset 3 passwords`.
    #[must_use]
    pub fn button(&self) -> String {
        find(self.table, self.act).map_or_else(|| self.label.to_owned(), |act| act.about().many.of(self.good()))
    }

    /// How many rows may be sent again.
    #[must_use]
    pub fn again(&self) -> usize {
        self.rows.iter().filter(|row| row.again).count()
    }
}

/// Leads to the list, where a selection is made. A selection that is refused leaves this address in the browser's bar.
pub async fn show(staff: Staff, table: web::Path<String>) -> HttpResponse {
    staff.member.visit.go(&format!("/admin/{table}"))
}

/// Shows what an act will do to a selection, or does it.
///
/// # Errors
/// When there is no such act, the selection cannot be read, or the store fails.
pub async fn submit(
    staff: Staff,
    house: web::Data<House>,
    table: web::Path<String>,
    LongForm(typed): LongForm,
) -> Result<HttpResponse, PageError> {
    let table = table.into_inner();
    let list = format!("/admin/{table}");
    let is_list = |path: &&str| path.split('?').next() == Some(list.as_str()) && is_own_path(path);
    let back = Some(typed.get("back")).filter(is_list).unwrap_or(&list).to_owned();
    let Some(act) = find(&table, typed.get("act")).filter(|act| act.about().in_bulk.is_some()) else {
        return if super::on(&table).is_empty() { Err(PageError::NotFound) } else { Ok(choose(&staff, &back)) };
    };
    let mut known = HashSet::new();
    let ids: Vec<&str> = typed.all("id").filter(|id| known.insert(*id)).collect();
    if ids.is_empty() || ids.len() > LARGEST_SELECTION {
        return Ok(choose(&staff, &back));
    }
    let looking = !typed.get("look").is_empty();
    let doing = typed.get("step") == "do" && !looking;
    let key = if doing {
        typed.get("key").parse().map_err(|_| PageError::Malformed)?
    } else {
        OrderKey::at(house.clock.now())
    };
    let seen = if doing {
        typed.get("seen").parse().map_err(|_| PageError::Malformed)?
    } else {
        house.store.read(audit::newest).await?
    };
    let filled = act.about().is_foreseen && typed.get("step") == "do";
    let bulk = Bulk { staff: &staff, house: &house, act, ids, typed: &typed, filled, key, seen, back: &back };
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
    match bulk.perform(&reason).await {
        Done::Codes(slips, others) => {
            let say = format!("{}: done for {}.", act.about().label, slips.len());
            slips::show(&staff, say, slips, others, back.clone())
        }
        Done::Rows(done) => page::show(&*done),
        Done::Wrong(errors) => page::again(&bulk.preview(errors).await?),
    }
}

fn choose(staff: &Staff, back: &str) -> HttpResponse {
    let sentence = format!("Select 1 to {LARGEST_SELECTION} rows and an action. Nothing was changed.");
    staff.visit().go_saying(back, NoticeKind::Bad, sentence)
}

/// What came of it.
enum Done {
    /// So it went, row by row.
    Rows(Box<BulkPage>),
    /// There are codes to be shown, and rows, if any, that came to something else.
    Codes(Vec<Slip>, Option<Box<BulkPage>>),
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
    /// The list as it was.
    back: &'a str,
}

impl Bulk<'_> {
    /// What will happen to each row.
    async fn preview(&self, errors: FieldErrors) -> Result<BulkPage, PageError> {
        let opened: Vec<(String, Option<Sheet>)> = stream::iter(self.ids.clone())
            .map(|id| async move {
                let sheet = self.act.open_for(self.staff, self.house, id, self.typed).await?;
                Ok::<_, PageError>((id.to_owned(), sheet))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let usable = |sheet: &&Sheet| sheet.refused.is_none();
        let sheets = || opened.iter().filter_map(|(_, sheet)| sheet.as_ref());
        let sheet = sheets().find(usable).or_else(|| sheets().next()).cloned().unwrap_or_default();
        let rows = opened.into_iter().map(|(id, sheet)| match sheet {
            None => Row::not(id.clone(), id, GONE),
            Some(Sheet { name, refused: Some(why), .. }) => Row::not(id, name, why),
            Some(Sheet { name, consequence, .. }) => Row { id, name, says: consequence, good: true, again: false },
        });
        let rows = rows.collect();
        let (mut rows, wrong) = if self.filled { self.foresee(rows).await? } else { (rows, None) };
        let mut good: Vec<&mut String> = rows.iter_mut().filter(|row| row.good).map(|row| &mut row.says).collect();
        let common = alike::take_common(&mut good);
        let errors = if errors.is_empty() { wrong.unwrap_or(errors) } else { errors };
        Ok(BulkPage { common, ..self.page(sheet, rows, errors, false) })
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

    /// Does it to each row; what each came to. When the form is what is wrong, nothing but that. A row that fails takes
    /// nothing from the others: what they came to is shown, and their codes never again.
    async fn perform(&self, reason: &Reason) -> Done {
        let mut done: Vec<Came<'_>> = stream::iter(self.ids.clone())
            .map(|id| self.one(id, reason))
            .buffered(self.act.about().in_bulk.unwrap_or(1))
            .collect()
            .await;
        // A field is the same for all of them, so that a mistake in it is everybody's, and nothing has been done.
        let in_a_field = |came: &Came<'_>| match &came.outcome {
            Ok(Outcome::Wrong(errors)) if errors.fields().next().is_some() => Some(errors.clone()),
            _ => None,
        };
        if let Some(errors) = done.first().and_then(in_a_field)
            && done.iter().all(|came| in_a_field(came).is_some())
        {
            return Done::Wrong(errors);
        }
        let mut slips = Vec::new();
        for came in &mut done {
            if let Ok(Outcome::Shown { slips: codes, .. }) = &mut came.outcome {
                slips.append(codes);
            }
        }
        if !slips.is_empty() {
            done.retain(|came| !matches!(came.outcome, Ok(Outcome::Shown { .. })));
            return Done::Codes(slips, if done.is_empty() { None } else { Some(Box::new(self.over(done))) });
        }
        Done::Rows(Box::new(self.over(done)))
    }

    /// What became of these rows.
    fn over(&self, mut done: Vec<Came<'_>>) -> BulkPage {
        let sheet = done.iter_mut().find_map(|came| came.sheet.take()).unwrap_or_default();
        self.page(sheet, done.into_iter().map(Came::row).collect(), FieldErrors::default(), true)
    }

    /// Does it to one row.
    async fn one<'b>(&self, id: &'b str, reason: &Reason) -> Came<'b> {
        let mut came = Came { id, sheet: None, name: id.to_owned(), outcome: Ok(Outcome::NotFound) };
        match self.act.open(self.house, id, self.typed).await {
            Ok(sheet) => came.sheet = sheet,
            Err(error) => return Came { outcome: Err(error), ..came },
        }
        if let Some(sheet) = &came.sheet {
            came.name.clone_from(&sheet.name);
        }
        // What is gone may be gone because it was done: the act itself tells.
        let instruction = Instruction {
            author: self.staff.author(),
            reason: reason.clone(),
            key: self.key.part(&format!("{} {id}", self.act.about().name)),
            seen: Some(self.seen),
        };
        came.outcome = self.act.perform(self.house, id, self.typed, instruction).await;
        came
    }

    fn page(&self, sheet: Sheet, rows: Vec<Row>, errors: FieldErrors, over: bool) -> BulkPage {
        let table = table_of(self.act.about().kind);
        BulkPage {
            layout: self.staff.layout(),
            office: self.staff.office(),
            table,
            act: self.act.about().name,
            label: self.act.about().label,
            rows,
            sheet,
            reason: self.typed.text("reason"),
            key: self.key.clone(),
            seen: self.seen,
            errors,
            foreseen: self.act.about().is_foreseen,
            action: format!("/admin/{table}/bulk"),
            list: format!("/admin/{table}"),
            back: self.back.to_owned(),
            over,
            common: None,
        }
    }
}

/// What one row came to.
struct Came<'a> {
    id: &'a str,
    /// Its form, if it could be opened.
    sheet: Option<Sheet>,
    name: String,
    outcome: Result<Outcome, PageError>,
}

impl Came<'_> {
    fn row(self) -> Row {
        let (id, name) = (self.id.to_owned(), self.name);
        match self.outcome {
            Ok(Outcome::Done { say, .. } | Outcome::Shown { say, .. }) => {
                Row { id, name, says: say, good: true, again: false }
            }
            Ok(Outcome::Wrong(errors)) => Row::not(id, name, sentences(&errors)),
            Ok(Outcome::Overtaken(_)) => {
                Row::not(id, name, "Someone else changed this in the meantime; nothing was done.")
            }
            Ok(Outcome::NotFound) => Row::not(id, name, GONE),
            Err(error) => {
                let passes = matches!(error, PageError::Busy(_) | PageError::Throttled { .. } | PageError::Unconfirmed);
                Row { again: passes, ..Row::not(id, name, failed(&error)) }
            }
        }
    }
}

impl Row {
    fn not(id: String, name: String, says: impl Into<String>) -> Self {
        Self { id, name, says: says.into(), good: false, again: false }
    }
}

/// What is said of a row that is not there.
const GONE: &str = "It no longer exists.";

/// What is said of a row that failed. The page that shows it is none of a failure, so the cause is logged here.
fn failed(error: &PageError) -> &'static str {
    match error {
        PageError::Busy(_) | PageError::Throttled { .. } => "The server was busy, so this one was not done. Try again.",
        PageError::Unconfirmed => {
            "We could not confirm this one, so it may or may not have been done. Check it, then try again from this page; it is done only once."
        }
        other => {
            tracing::error!(cause = %other, "an act on one of a selection failed");
            "Something went wrong on our side and has been logged; this one was not done."
        }
    }
}

/// Everything that is wrong with a form, one sentence after the other.
fn sentences(errors: &FieldErrors) -> String {
    let fields = errors.fields().map(|(_, sentence)| sentence);
    errors.form().into_iter().chain(fields).collect::<Vec<_>>().join(" ")
}
