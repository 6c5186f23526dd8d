//! `/admin/users/roster`: many people at once, from a prefix and a number or from a list; looked at first, then added all
//! together or not at all, each with a code on a card.

use super::acts::CLOSED;
use super::slips::{self, Slip};
use super::{Office, Staff};
use crate::accounts::roster::{Roster, Row, RowFault, Terms};
use crate::accounts::{EnrolRefusal, LARGEST_ROSTER, Newcomer};
use crate::domain::{Instruction, Money, OrderKey, Reason, Username};
use crate::store::audit::{self, Acted};
use crate::store::{StoreError, users};
use crate::web::error::PageError;
use crate::web::field_errors::FieldErrors;
use crate::web::form_data::{Fields, LARGEST_LIST, LongForm};
use crate::web::format::Dollars;
use crate::web::house::House;
use crate::web::layout::{Layout, NoticeKind};
use crate::web::page;
use actix_web::{HttpResponse, web};
use askama::Template;

/// Two ways to say who is to be added, and who that would be; posts to `/admin/users/roster`.
#[derive(Debug, Template)]
#[template(path = "admin/roster.html")]
pub struct RosterPage {
    /// The frame of all pages.
    pub layout: Layout,
    /// The frame of the back office.
    pub office: Office,
    /// What was typed of names with numbers.
    pub prefix: String,
    /// How many of them.
    pub number: String,
    /// What each account begins with unless its line says otherwise.
    pub opening: String,
    /// The list.
    pub text: String,
    /// The most that an account begins with.
    pub most: Money,
    /// What is wrong, under `prefix`, `number`, `opening`, `list-opening`, `text` and `reason`.
    pub errors: FieldErrors,
    /// Who would be added.
    pub review: Option<Review>,
    /// The address that cards would name, where nobody has said that it is the right one.
    pub unsure_site: Option<String>,
}

/// What an account may begin with, in a sentence.
fn begins_with(most: Money) -> String {
    format!("Enter an opening balance from 0 to {}.", most.dollars())
}

/// Who would be added.
#[derive(Debug)]
pub struct Review {
    /// Line by line.
    pub roster: Roster,
    /// What makes sending it twice do it once.
    pub key: OrderKey,
    /// Why, as typed.
    pub reason: String,
}

impl Review {
    /// Whether everybody on it can be added.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.roster.faults() == 0
    }

    /// The lines shown: those with something wrong, when there are any.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        let good = self.is_good();
        self.roster.rows().iter().filter(move |row| good || row.person.is_err())
    }
}

impl RosterPage {
    /// Whether it still has to be said who is to be added.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.review.as_ref().is_none_or(|review| !review.is_good())
    }

    /// What a good line makes.
    #[must_use]
    pub fn says(&self, person: &Newcomer) -> String {
        format!("{}, opening balance {}", person.role, person.opening.dollars())
    }

    /// What is wrong with a line.
    #[must_use]
    pub fn fault(&self, fault: &RowFault) -> String {
        match fault {
            RowFault::OutOfBounds(most) => begins_with(*most),
            other => other.to_string(),
        }
    }

    /// How many people are added at once at the most.
    #[must_use]
    pub const fn largest(&self) -> usize {
        LARGEST_ROSTER
    }

    /// The most bytes of a list.
    #[must_use]
    pub const fn longest(&self) -> usize {
        // Encoded for its way here, every sign of a list may take three bytes.
        LARGEST_LIST / 4
    }
}

/// The two forms.
///
/// # Errors
/// When the page cannot be made.
pub async fn show(staff: Staff, house: web::Data<House>) -> Result<HttpResponse, PageError> {
    let asked = Asked { staff: &staff, house: &house, typed: &Fields::default() };
    page::show(&asked.page(FieldErrors::default(), None))
}

/// Shows who would be added, or adds them.
///
/// # Errors
/// When the store fails.
pub async fn submit(
    staff: Staff,
    house: web::Data<House>,
    LongForm(typed): LongForm,
) -> Result<HttpResponse, PageError> {
    let asked = Asked { staff: &staff, house: &house, typed: &typed };
    if typed.get("step") == "do" { asked.perform().await } else { asked.preview().await }
}

struct Asked<'a> {
    staff: &'a Staff,
    house: &'a House,
    typed: &'a Fields,
}

impl Asked<'_> {
    async fn preview(&self) -> Result<HttpResponse, PageError> {
        let mut errors = FieldErrors::default();
        let Some(roster) = self.read(&mut errors) else { return page::again(&self.page(errors, None)) };
        let review = self.review(roster, OrderKey::at(self.house.clock.now())).await?;
        let good = review.is_good();
        let page = self.page(errors, Some(review));
        if good { page::show(&page) } else { page::again(&page) }
    }

    async fn perform(&self) -> Result<HttpResponse, PageError> {
        let key = self.typed.get("key").parse::<OrderKey>().map_err(|_| PageError::Malformed)?;
        let mut errors = FieldErrors::default();
        let Some(roster) = self.read(&mut errors) else { return page::again(&self.page(errors, None)) };
        // Names before the key: the other way round, whom a copy of this form adds in between would count as taken by others.
        let review = self.review(roster.clone(), key.clone()).await?;
        let asked = key.clone();
        let done = self.house.store.read(move |conn| audit::done_under(conn, &asked)).await?;
        if done.is_some() {
            return self.repeated(roster).await;
        }
        let Some(people) = review.roster.people() else { return page::again(&self.page(errors, Some(review))) };
        let reason = match self.typed.get("reason").parse::<Reason>() {
            Ok(reason) => reason,
            Err(wrong) => {
                errors.add("reason", &wrong);
                return page::again(&self.page(errors, Some(review)));
            }
        };
        let instruction = Instruction { author: self.staff.author(), reason, key, seen: None };
        match self.house.accounts.enrol(people, instruction).await? {
            Acted::Done(enrolled) => {
                let slips: Vec<Slip> = enrolled.into_iter().map(Slip::from).collect();
                let say = match slips.len() {
                    1 => "One person was added. They can sign in with this code and then choose a password.".to_owned(),
                    many => format!(
                        "{many} people were added. Each of them can sign in with the code on their card and then choose a password."
                    ),
                };
                slips::show(self.staff, say, slips, None, "/admin/users".to_owned())
            }
            Acted::Repeated(_) | Acted::Overtaken(_) => self.repeated(review.roster).await,
            Acted::Closed => {
                errors.refuse(CLOSED);
                page::again(&self.page(errors, Some(review)))
            }
            Acted::Refused(EnrolRefusal::Taken(names)) => {
                let mut review = review;
                review.roster.mark_taken(&names.iter().map(Username::key).collect::<Vec<_>>());
                page::again(&self.page(errors, Some(review)))
            }
            Acted::Refused(refusal) => {
                errors.refuse(&refusal);
                page::again(&self.page(errors, None))
            }
        }
    }

    /// The form was sent before. When it is still about the same people, it leads to those who have yet to come in, whose cards
    /// may be lost; when it is about others, none of them is added and it comes back.
    async fn repeated(&self, roster: Roster) -> Result<HttpResponse, PageError> {
        let names = roster.names();
        let people = names.len();
        let there: Vec<String> = self.house.store.read(move |conn| users::taken(conn, &names)).await?;
        if there.len() < people || people == 0 {
            let mut errors = FieldErrors::default();
            errors.refuse(
                "This form was already used for other people. No one was added this time. Check the list and submit it again.",
            );
            let review = self.review(roster, OrderKey::at(self.house.clock.now())).await?;
            return page::again(&self.page(errors, Some(review)));
        }
        let sentence = "These people were already added, and their codes are shown only once. This list shows everyone who has not used their code yet. If cards are lost, select those people and reset their passwords to get new codes.";
        Ok(self.staff.visit().go_saying("/admin/users?code=yes", NoticeKind::Good, sentence))
    }

    /// Who was named; nobody when what is wrong is said in `errors`.
    fn read(&self, errors: &mut FieldErrors) -> Option<Roster> {
        let numbered = self.typed.get("by") == "number";
        let field = if numbered { "opening" } else { "list-opening" };
        let terms = self.terms(field, errors)?;
        let roster = if numbered {
            let number = self.typed.get("number").trim().parse().unwrap_or(0);
            let roster = Roster::numbered(self.typed.get("prefix"), number, terms);
            roster.map_err(|fault| errors.add("number", &fault)).ok()?
        } else {
            Roster::read(self.typed.get("text"), terms).map_err(|fault| errors.add("text", &fault)).ok()?
        };
        // Every name begins with the prefix, so that what is wrong with one is wrong with all.
        if let Some(Err(fault)) = roster.rows().first().map(|row| &row.person).filter(|_| numbered) {
            errors.add("prefix", fault);
            return None;
        }
        Some(roster)
    }

    fn terms(&self, field: &'static str, errors: &mut FieldErrors) -> Option<Terms> {
        let most = self.most();
        let opening = match self.typed.get("opening").trim() {
            "" => self.house.site.opening_balance,
            typed => typed.parse::<Money>().map_err(|wrong| errors.add(field, &wrong)).ok()?,
        };
        if opening.is_negative() || opening > most {
            errors.add(field, &begins_with(most));
            return None;
        }
        Some(Terms { opening, most })
    }

    fn most(&self) -> Money {
        self.house.desk.rules().contributed_max
    }

    async fn review(&self, mut roster: Roster, key: OrderKey) -> Result<Review, PageError> {
        let names = roster.names();
        let taken: Result<_, StoreError> = self.house.store.read(move |conn| users::taken(conn, &names)).await;
        roster.mark_taken(&taken?);
        Ok(Review { roster, key, reason: self.typed.text("reason") })
    }

    fn page(&self, errors: FieldErrors, review: Option<Review>) -> RosterPage {
        let opening = self.typed.get("opening");
        let opening = if opening.is_empty() { self.house.site.opening_balance.to_string() } else { opening.to_owned() };
        RosterPage {
            layout: self.staff.layout(),
            office: self.staff.office(),
            prefix: self.typed.text("prefix"),
            number: self.typed.text("number"),
            opening,
            text: self.typed.text("text"),
            most: self.most(),
            errors,
            review,
            unsure_site: self.staff.unsure_site().map(str::to_owned),
        }
    }
}
