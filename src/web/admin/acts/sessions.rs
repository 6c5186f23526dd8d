//! What can be done about where people are signed in.

use super::people::explain;
use super::{AT_ONCE, About, Act, Doing, Fact, Many, Outcome, Sheet};
use crate::domain::{Instruction, SubjectKind};
use crate::store::{StoreError, sessions, users};
use crate::web::form_data::Fields;
use crate::web::house::House;
use crate::web::settings::SessionRow;

/// In the order shown.
pub(super) static ACTS: &[&dyn Act] = &[&EndSession];

/// Ends one session.
struct EndSession;

impl Act for EndSession {
    fn about(&self) -> About {
        About {
            in_bulk: Some(AT_ONCE),
            many: Many("End", "session", ""),
            ..About::of(SubjectKind::Session, "end", "End session")
        }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, _: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let hash = id.to_owned();
            let read = house.store.read(move |conn| {
                let Some(session) = sessions::get(conn, &hash)? else { return Ok(None) };
                let owner = users::find(conn, session.user_id)?;
                Ok::<_, StoreError>(owner.map(|owner| (session, owner)))
            });
            let Some((session, owner)) = read.await? else { return Ok(None) };
            let row = SessionRow::of(&session, false);
            let facts = vec![
                Fact::new("User", &owner.username),
                Fact::new("Browser", &row.browser),
                Fact::new("IP address", &row.address),
                Fact::new("Signed in", &row.signed_in),
                Fact::new("Last seen", &row.last_seen),
            ];
            Ok(Some(Sheet {
                name: format!("A session of {}", owner.username),
                facts,
                consequence: "They have to sign in again in this browser.".to_owned(),
                fields: Vec::new(),
                button: "End this session".to_owned(),
                serious: false,
                refused: None,
            }))
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
            let acted = house.accounts.end_session(id.to_owned(), instruction).await?;
            let done = |()| Outcome::done("The session has ended.");
            Ok(Outcome::of(acted, done, explain).leading_to("/admin/sessions"))
        })
    }
}
