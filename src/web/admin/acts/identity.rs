//! Who somebody is: another name, no name at all, and what the site looks like through their eyes.

use super::people::{explain, person, sheet, username_field};
use super::{About, Act, Doing, Outcome, Sheet};
use crate::accounts::{GRANTED_FOR, PersonRefusal};
use crate::domain::{Instruction, Role, SubjectKind, Username};
use crate::web::form_data::Fields;
use crate::web::house::House;

/// Gives a person another name.
pub(super) struct Rename;
/// Forgets who a person was.
pub(super) struct Erase;
/// Shows what a person sees.
pub(super) struct ActAs;

impl Act for Rename {
    fn about(&self) -> About {
        About::of(SubjectKind::User, "rename", "Rename")
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(None) };
            let name = if typed.get("name").is_empty() { user.username.to_string() } else { typed.text("name") };
            let field = username_field("name", "New username", Username::RULE, name);
            let consequence =
                "They sign in with the new name from now on, with the same password. Both names stay in the audit log.";
            let button = format!("Rename {}", user.username);
            Ok(Some(Sheet { consequence: consequence.to_owned(), fields: vec![field], button, ..sheet(&user) }))
        })
    }

    fn perform<'a>(
        &'a self,
        house: &'a House,
        id: &'a str,
        typed: &'a Fields,
        instruction: Instruction,
    ) -> Doing<'a, Outcome> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(Outcome::NotFound) };
            let name = match typed.get("name").parse::<Username>() {
                Ok(name) => name,
                Err(wrong) => return Ok(Outcome::wrong("name", &wrong)),
            };
            let acted = house.accounts.rename(user.id, name.clone(), instruction).await?;
            let done = |()| Outcome::done(format!("{} is now called {name}.", user.username));
            Ok(Outcome::of(acted, done, |refusal| match refusal {
                PersonRefusal::NameTaken => Outcome::wrong("name", &refusal),
                other => explain(other),
            }))
        })
    }
}

impl Act for Erase {
    fn about(&self) -> About {
        About { spares_author: true, ..About::of(SubjectKind::User, "erase", "Erase") }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(None) };
            let consequence = "Their name, password, watchlist and sessions are permanently deleted, and no one can sign in as them. Their trades stay in the books under a placeholder, and the audit log keeps its entries.";
            let hint = format!("Type {} to confirm.", user.username);
            let field = username_field("confirm", "Their username", hint, typed.text("confirm"));
            let button = format!("Erase {}", user.username);
            let consequence = consequence.to_owned();
            Ok(Some(Sheet { consequence, fields: vec![field], button, serious: true, ..sheet(&user) }))
        })
    }

    fn perform<'a>(
        &'a self,
        house: &'a House,
        id: &'a str,
        typed: &'a Fields,
        instruction: Instruction,
    ) -> Doing<'a, Outcome> {
        Box::pin(async move {
            let Ok(number) = id.parse().map(crate::domain::UserId) else { return Ok(Outcome::NotFound) };
            let acted = house.accounts.erase(number, typed.get("confirm").trim().to_owned(), instruction).await?;
            let done = |()| Outcome::Done {
                say: "The user was erased. Their trades stay in the books.".to_owned(),
                href: Some("/admin/users".to_owned()),
            };
            Ok(Outcome::of(acted, done, |refusal| match refusal {
                PersonRefusal::NotNamed => Outcome::wrong("confirm", &refusal),
                other => explain(other),
            }))
        })
    }
}

impl Act for ActAs {
    fn about(&self) -> About {
        About::of(SubjectKind::User, "act-as", "View as this user")
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, _: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(None) };
            let minutes = GRANTED_FOR.as_secs() / 60;
            let consequence = format!(
                "You see the site as they see it, view only, until you press Stop or the back office closes, for {minutes} minutes at most. The start and the end are recorded in the audit log."
            );
            let refused = (user.role == Role::Admin).then(|| PersonRefusal::Administrator.to_string());
            let button = format!("View as {}", user.username);
            Ok(Some(Sheet { consequence, button, refused, ..sheet(&user) }))
        })
    }

    fn perform<'a>(
        &'a self,
        house: &'a House,
        id: &'a str,
        _: &'a Fields,
        instruction: Instruction,
    ) -> Doing<'a, Outcome> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(Outcome::NotFound) };
            let acted = house.accounts.act_as(user.id, instruction).await?;
            let say =
                format!("You are viewing the site as {}. Press Stop to return to your own account.", user.username);
            // Sent again as well: while they look as somebody, the back office is closed to them.
            Ok(Outcome::of(acted, |()| Outcome::done(say), explain).leading_to("/portfolio"))
        })
    }
}
