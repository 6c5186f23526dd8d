//! `/admin/{table}/{id}/{act}`: the form of one act, and doing it.

use super::{Act, Control, Outcome, Sheet, find, table_of};
use crate::domain::{Instruction, OrderKey, Reason};
use crate::store::audit::{self, AuditLine};
use crate::web::admin::{Office, Staff, slips, words};
use crate::web::error::PageError;
use crate::web::field_errors::FieldErrors;
use crate::web::form_data::{Fields, Form};
use crate::web::house::House;
use crate::web::layout::{Layout, NoticeKind};
use crate::web::moments::ShowTime;
use crate::web::page;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

/// The form of an act; posts to where it stands.
#[derive(Debug, Template)]
#[template(path = "admin/act.html")]
pub struct ActPage {
    /// The frame of all pages.
    pub layout: Layout,
    /// The frame of the back office.
    pub office: Office,
    /// What the act is called.
    pub label: &'static str,
    /// The form.
    pub sheet: Sheet,
    /// Why, as typed.
    pub reason: String,
    /// What makes sending it twice do it once.
    pub key: OrderKey,
    /// The number of the newest entry of the record before the form was filled.
    pub seen: i64,
    /// What is wrong.
    pub errors: FieldErrors,
    /// Whether it can be looked at before it is done.
    pub foreseen: bool,
    /// What others did meanwhile.
    pub overtaken: Vec<AuditLine>,
    /// Where the form goes.
    pub action: String,
    /// Where whoever changes their mind goes.
    pub back: String,
}

type Place = web::Path<(String, String, String)>;

/// The empty form. Nothing of the address goes into it, so that a link cannot choose an act or a reason for an
/// administrator.
///
/// # Errors
/// When there is no such act or thing, or the store fails.
pub async fn show(staff: Staff, house: web::Data<House>, place: Place) -> Result<HttpResponse, PageError> {
    let (table, id, name) = place.into_inner();
    let act = acting(&table, &id, &name)?;
    let seen = house.store.read(audit::newest).await?;
    let form = Filled { act, id: &id, typed: &Fields::default(), seen, key: OrderKey::at(house.clock.now()) };
    page::show(&form.page(&staff, &house, FieldErrors::default(), Vec::new()).await?)
}

/// Does it.
///
/// # Errors
/// When there is no such act or thing, or the store fails.
pub async fn submit(
    staff: Staff,
    house: web::Data<House>,
    place: Place,
    Form(typed): Form,
) -> Result<HttpResponse, PageError> {
    let (table, id, name) = place.into_inner();
    let act = acting(&table, &id, &name)?;
    let (Ok(key), Ok(seen)) = (typed.get("key").parse::<OrderKey>(), typed.get("seen").parse::<i64>()) else {
        return Err(PageError::Malformed);
    };
    let form = Filled { act, id: &id, typed: &typed, seen, key };
    if !typed.get("look").is_empty() {
        return match act.foresee(&house, &id, &typed).await? {
            Some(Ok(consequence)) => {
                let mut page = form.page(&staff, &house, FieldErrors::default(), Vec::new()).await?;
                page.sheet.consequence = consequence;
                page::show(&page)
            }
            Some(Err(errors)) => page::again(&form.page(&staff, &house, errors, Vec::new()).await?),
            None => Err(PageError::NotFound),
        };
    }
    let reason = match typed.get("reason").parse::<Reason>() {
        Ok(reason) => reason,
        Err(wrong) => {
            let mut errors = FieldErrors::default();
            errors.add("reason", &wrong);
            return page::again(&form.page(&staff, &house, errors, Vec::new()).await?);
        }
    };
    // A key is good for this act on this thing, so that another form that carries it is not taken for done.
    let own = form.key.part(&format!("{table} {id} {name}"));
    let instruction = Instruction { author: staff.author(), reason, key: own, seen: Some(seen) };
    match act.perform(&house, &id, &typed, instruction).await? {
        Outcome::Done { say, href } => {
            let href = href.unwrap_or_else(|| home_of(act, &id));
            Ok(staff.visit().go_saying(&href, NoticeKind::Good, say))
        }
        Outcome::Shown { say, slips, href } => slips::show(&staff, say, slips, None, href),
        // A form that comes back because of what is in it has done nothing under its key, and may be sent again.
        Outcome::Wrong(errors) => page::again(&form.page(&staff, &house, errors, Vec::new()).await?),
        Outcome::Overtaken(lines) => {
            let seen = lines.last().map_or(seen, |line| line.number);
            let page = Filled { seen, ..form }.page(&staff, &house, FieldErrors::default(), lines).await?;
            page::with_status(StatusCode::CONFLICT, &page)
        }
        Outcome::NotFound => Err(PageError::NotFound),
    }
}

/// The act at an address; one that makes something new stands under `new`, and no other does.
fn acting(table: &str, id: &str, name: &str) -> Result<&'static dyn Act, PageError> {
    find(table, name).filter(|act| act.about().makes_new == (id == "new")).ok_or(PageError::NotFound)
}

/// Where what an act is done to is looked at.
fn home_of(act: &dyn Act, id: &str) -> String {
    let table = table_of(act.about().kind);
    if act.about().makes_new || table == "market" { format!("/admin/{table}") } else { format!("/admin/{table}/{id}") }
}

struct Filled<'a> {
    act: &'static dyn Act,
    id: &'a str,
    typed: &'a Fields,
    seen: i64,
    key: OrderKey,
}

impl Filled<'_> {
    async fn page(
        self,
        staff: &Staff,
        house: &House,
        errors: FieldErrors,
        overtaken: Vec<AuditLine>,
    ) -> Result<ActPage, PageError> {
        let sheet = self.act.open_for(staff, house, self.id, self.typed).await?.ok_or(PageError::NotFound)?;
        Ok(ActPage {
            layout: staff.layout(),
            office: staff.office(),
            label: self.act.about().label,
            sheet,
            reason: self.typed.text("reason"),
            key: self.key,
            seen: self.seen,
            errors,
            foreseen: self.act.about().is_foreseen,
            overtaken,
            action: format!("/admin/{}/{}/{}", table_of(self.act.about().kind), self.id, self.act.about().name),
            back: home_of(self.act, self.id),
        })
    }
}
