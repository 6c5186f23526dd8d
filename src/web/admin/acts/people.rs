//! What can be done about people.

use super::identity::{ActAs, Erase, Rename};
use super::newcomer::CreateUser;
use super::passwords::ResetPassword;
use super::{AT_ONCE, About, Act, Doing, Fact, Field, Many, Outcome, Sheet};
use crate::accounts::PersonRefusal;
use crate::domain::{Instruction, Role, SubjectKind, UserId, Username};
use crate::store::sessions::{self, Session};
use crate::store::users::{self, User};
use crate::web::error::PageError;
use crate::web::form_data::Fields;
use crate::web::house::House;

/// In the order shown.
pub(super) static ACTS: &[&dyn Act] =
    &[&CreateUser, &ResetPassword, &ActAs, &Rename, &ChangeRole, &SignOut, &Disable, &Enable, &Erase];

/// Says what a person may do.
struct ChangeRole;
/// Signs a person out everywhere.
struct SignOut;
/// Keeps a person from signing in.
struct Disable;
/// Lets a person sign in again.
struct Enable;

impl Act for ChangeRole {
    fn about(&self) -> About {
        About { spares_author: true, ..About::of(SubjectKind::User, "role", "Change role") }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(None) };
            let chosen = if typed.get("role").is_empty() { user.role.to_string() } else { typed.text("role") };
            let fields = vec![role_field(chosen)];
            let consequence = "This takes effect on the next page they open.".to_owned();
            let button = format!("Change the role of {}", user.username);
            Ok(Some(Sheet { consequence, fields, button, ..sheet(&user) }))
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
            let Ok(role) = typed.get("role").parse::<Role>() else {
                return Ok(Outcome::wrong("role", "Choose one of the roles."));
            };
            let acted = house.accounts.change_role(user.id, role, instruction).await?;
            Ok(Outcome::of(acted, |()| Outcome::done(format!("{} is now {role}.", user.username)), explain))
        })
    }
}

impl Act for SignOut {
    fn about(&self) -> About {
        About {
            in_bulk: Some(AT_ONCE),
            many: Many("Sign out", "user", " everywhere"),
            ..About::of(SubjectKind::User, "sign-out", "Sign out everywhere")
        }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, _: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(None) };
            let signed_in: Vec<Session> = house.store.read(move |conn| sessions::of_user(conn, user.id, 1)).await?;
            let refused = signed_in.is_empty().then(|| format!("{} is not signed in anywhere.", user.username));
            let consequence = "All their sessions end. They can sign in again with their password.".to_owned();
            let button = format!("Sign {} out", user.username);
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
            let acted = house.accounts.sign_out_everywhere(user.id, instruction).await?;
            let done =
                |ended| Outcome::done(format!("{} has been signed out. Sessions ended: {ended}.", user.username));
            Ok(Outcome::of(acted, done, explain))
        })
    }
}

impl Act for Disable {
    fn about(&self) -> About {
        About {
            in_bulk: Some(AT_ONCE),
            many: Many("Disable", "user", ""),
            spares_author: true,
            ..About::of(SubjectKind::User, "disable", "Disable")
        }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, _: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(None) };
            let consequence = "They are signed out everywhere and cannot sign in until you enable them again. They keep their cash and holdings.";
            let refused = user.disabled_at.map(|_| format!("{} is already disabled.", user.username));
            let button = format!("Disable {}", user.username);
            Ok(Some(Sheet { consequence: consequence.to_owned(), button, serious: true, refused, ..sheet(&user) }))
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
            let acted = house.accounts.disable(user.id, instruction).await?;
            Ok(Outcome::of(acted, |()| Outcome::done(format!("{} has been disabled.", user.username)), explain))
        })
    }
}

impl Act for Enable {
    fn about(&self) -> About {
        About {
            in_bulk: Some(AT_ONCE),
            many: Many("Enable", "user", ""),
            ..About::of(SubjectKind::User, "enable", "Enable")
        }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, _: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(None) };
            let refused = user.disabled_at.is_none().then(|| format!("{} is not disabled.", user.username));
            let consequence = "They can sign in again with their password.".to_owned();
            let button = format!("Enable {}", user.username);
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
            let acted = house.accounts.enable(user.id, instruction).await?;
            Ok(Outcome::of(acted, |()| Outcome::done(format!("{} can sign in again.", user.username)), explain))
        })
    }
}

/// The person with this number who has not left.
pub(super) async fn person(house: &House, id: &str) -> Result<Option<User>, PageError> {
    let Ok(id) = id.parse().map(UserId) else { return Ok(None) };
    let found: Option<User> = house.store.read(move |conn| users::find(conn, id)).await?;
    Ok(found.filter(|user| user.closed_at.is_none()))
}

/// The beginning of every form about a person.
pub(super) fn sheet(user: &User) -> Sheet {
    let mut facts = vec![Fact::new("Role", role_words(user.role))];
    if let Some(because) = &user.disabled_because {
        facts.push(Fact::new("Disabled", because));
    }
    Sheet {
        name: user.username.to_string(),
        facts,
        consequence: String::new(),
        fields: Vec::new(),
        button: String::new(),
        serious: false,
        refused: None,
    }
}

/// Why something was not done about a person.
pub(super) fn explain(refusal: PersonRefusal) -> Outcome {
    match refusal {
        PersonRefusal::Gone => Outcome::NotFound,
        other => Outcome::refused(&other),
    }
}

/// Which role somebody has.
pub(super) fn role_field(chosen: String) -> Field {
    let roles = Role::ALL.iter().map(|role| (role.to_string(), role_words(*role).to_owned())).collect();
    Field::choice("role", "Role", roles, chosen)
}

/// What somebody is called.
pub(super) fn username_field(name: &'static str, label: &'static str, hint: impl Into<String>, typed: String) -> Field {
    let longest = u32::try_from(Username::LONGEST).unwrap_or(u32::MAX);
    Field { longest, ..Field::line(name, label, hint, typed) }
}

/// What a role lets somebody do.
pub(super) const fn role_words(role: Role) -> &'static str {
    match role {
        Role::Trader => "Trader: can trade",
        Role::Support => "Support: can view everything here but change nothing",
        Role::Admin => "Administrator: can view and change everything here",
    }
}
