//! A code in place of a password.

use super::people::{explain, person, sheet};
use super::{AT_ONCE, About, Act, Doing, Many, Outcome, Sheet};
use crate::domain::{Instruction, SubjectKind};
use crate::store::audit::Acted;
use crate::web::admin::slips::Slip;
use crate::web::form_data::Fields;
use crate::web::house::House;

/// Puts a code in place of a person's password.
pub(super) struct ResetPassword;

impl Act for ResetPassword {
    fn about(&self) -> About {
        About {
            in_bulk: Some(AT_ONCE),
            spares_author: true,
            many: Many("Reset", "password", ""),
            ..About::of(SubjectKind::User, "reset-password", "Reset password")
        }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, _: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(user) = person(house, id).await? else { return Ok(None) };
            let consequence = "Their password and any earlier code stop working immediately, and they are signed out everywhere. You will see a new sign-in code, once only; they sign in with it and then choose a new password.";
            let button = format!("Reset the password of {}", user.username);
            Ok(Some(Sheet { consequence: consequence.to_owned(), button, serious: false, ..sheet(&user) }))
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
            let acted = house.accounts.reset_password(user.id, instruction).await?;
            if let Acted::Repeated(_) = acted {
                let say = "This was already done, and the code is not shown again. Reset the password again to get a new one.";
                return Ok(Outcome::done(say));
            }
            let shown = |code| Outcome::Shown {
                say: format!("{} can sign in with this code and then choose a password.", user.username),
                slips: vec![Slip { name: user.username.clone(), code }],
                href: format!("/admin/users/{}", user.id),
            };
            Ok(Outcome::of(acted, shown, explain))
        })
    }
}
