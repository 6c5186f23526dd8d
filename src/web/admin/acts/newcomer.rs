//! Somebody new, added by hand.

use super::people::{role_field, username_field};
use super::{About, Act, Doing, Field, Outcome, Sheet};
use crate::accounts::{EnrolRefusal, Newcomer};
use crate::domain::{Instruction, Money, Role, SubjectKind, Username};
use crate::store::audit::Acted;
use crate::web::admin::slips::Slip;
use crate::web::admin::words;
use crate::web::field_errors::FieldErrors;
use crate::web::form_data::Fields;
use crate::web::format::Dollars as _;
use crate::web::house::House;

/// Adds a person.
pub(super) struct CreateUser;

impl Act for CreateUser {
    fn about(&self) -> About {
        About { makes_new: true, ..About::of(SubjectKind::User, "create", "Add a person") }
    }

    fn open<'a>(&'a self, house: &'a House, _: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let chosen = |name: &str, otherwise: String| {
                if typed.get(name).is_empty() { otherwise } else { typed.text(name) }
            };
            let most = house.desk.rules().contributed_max.dollars();
            let fields = vec![
                username_field("username", "Username", Username::RULE, typed.text("username")),
                role_field(chosen("role", Role::Trader.to_string())),
                Field::amount(
                    "opening",
                    "Opening balance",
                    format!("0 to {most}."),
                    chosen("opening", house.site.opening_balance.to_string()),
                ),
            ];
            Ok(Some(Sheet {
                name: "Users".to_owned(),
                facts: Vec::new(),
                consequence: "They get an account with the opening balance. You will see a sign-in code, once only; they sign in with it and then choose a password.".to_owned(),
                fields,
                button: "Add this person".to_owned(),
                serious: false,
                refused: None,
            }))
        })
    }

    fn perform<'a>(
        &'a self,
        house: &'a House,
        _: &'a str,
        typed: &'a Fields,
        instruction: Instruction,
    ) -> Doing<'a, Outcome> {
        Box::pin(async move {
            let newcomer = match parse(typed, house.desk.rules().contributed_max) {
                Ok(newcomer) => newcomer,
                Err(errors) => return Ok(Outcome::Wrong(errors)),
            };
            let acted = house.accounts.enrol(vec![newcomer], instruction).await?;
            if let Acted::Repeated(line) = acted {
                let say = format!(
                    "This was already done: {}. The code is not shown again. Reset the password to get a new one.",
                    words::told(&line)
                );
                return Ok(Outcome::done(say));
            }
            let shown = |enrolled: Vec<_>| {
                let slips: Vec<Slip> = enrolled.into_iter().map(Slip::from).collect();
                let names: Vec<_> = slips.iter().map(|slip| slip.name.to_string()).collect();
                let say = format!("{} can sign in with this code and then choose a password.", names.join(", "));
                Outcome::Shown { say, slips, href: "/admin/users".to_owned() }
            };
            Ok(Outcome::of(acted, shown, |refusal| explain(&refusal)))
        })
    }
}

fn parse(typed: &Fields, most: Money) -> Result<Newcomer, FieldErrors> {
    let mut errors = FieldErrors::default();
    let username = typed.get("username").parse::<Username>().map_err(|wrong| errors.add("username", &wrong));
    let role = typed.get("role").parse::<Role>().map_err(|_| errors.add("role", "Choose one of the roles."));
    let opening = typed.get("opening").parse::<Money>().map_err(|wrong| errors.add("opening", &wrong));
    let opening = opening.and_then(|opening| {
        let fits = !opening.is_negative() && opening <= most;
        fits.then_some(opening)
            .ok_or_else(|| errors.add("opening", &format!("Enter an opening balance from 0 to {}.", most.dollars())))
    });
    match (username, role, opening) {
        (Ok(username), Ok(role), Ok(opening)) => Ok(Newcomer { username, role, opening }),
        _ => Err(errors),
    }
}

fn explain(refusal: &EnrolRefusal) -> Outcome {
    let EnrolRefusal::Taken(_) = refusal else { return Outcome::refused(refusal) };
    Outcome::wrong("username", "That username is taken. Choose another.")
}
