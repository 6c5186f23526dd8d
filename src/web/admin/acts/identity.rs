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
                "They sign in with the new name from now on; their password stays. Both names stay on record.";
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
            let consequence = "Their name, password, stars and sessions are deleted for good, and nobody can sign in as them. What they traded stays in the books under a placeholder, and what is on record stays there.";
            let hint = format!("Type {} to be sure.", user.username);
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
                say: "That person is erased. What they traded stays in the books.".to_owned(),
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
        About::of(SubjectKind::User, "act-as", "See as this user")
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, _: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(None) };
            let minutes = GRANTED_FOR.as_secs() / 60;
            let consequence = format!(
                "You see the site as they see it and can change nothing. It lasts until you press Stop or the back office closes, {minutes} minutes at most. When it began and ended goes on record."
            );
            let refused = (user.role == Role::Admin).then(|| PersonRefusal::Administrator.to_string());
            let button = format!("See what {} sees", user.username);
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
            let say = format!("You are viewing the site as {}. Press Stop to act as yourself.", user.username);
            // Sent again as well: while they look as somebody, the back office is closed to them.
            Ok(Outcome::of(acted, |()| Outcome::done(say), explain).leading_to("/portfolio"))
        })
    }
}
