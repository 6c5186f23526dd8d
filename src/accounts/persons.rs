//! What staff may do about who somebody is: another name, no name at all, one session less.

use super::staff::{PersonActed, PersonRefusal, keeps_from};
use super::{Accounts, AccountsError, acting, closing};
use crate::domain::{Act, Details, Instruction, Subject, SubjectKind, UserId, Username};
use crate::store::audit::{self, Acted, Written, on_record};
use crate::store::{Conn, Lock, StoreError, sessions, users};

impl Accounts {
    /// Gives a person another name.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn rename(
        &self,
        id: UserId,
        name: Username,
        instruction: Instruction,
    ) -> Result<PersonActed<()>, AccountsError> {
        let renamed = self
            .about(id, instruction, move |conn, user, _| {
                if user.username.as_str() == name.as_str() {
                    return Ok(Err(PersonRefusal::NothingToDo));
                }
                if users::by_name(conn, &name)?.is_some_and(|other| other.id != user.id) {
                    return Ok(Err(PersonRefusal::NameTaken));
                }
                // Somebody who takes the name at this very moment is found out by the table's own rule.
                if !users::rename(conn, user.id, &name)? {
                    return Err(AccountsError::NameTaken);
                }
                let was = Details::default().with("name", &user.username);
                let became = Details::default().with("name", &name);
                Ok(Ok(Written { value: (), act: Act::RenameUser, subject: None, was, became }))
            })
            .await;
        match renamed {
            Err(AccountsError::NameTaken) => Ok(Acted::Refused(PersonRefusal::NameTaken)),
            other => other,
        }
    }

    /// Forgets a person as if they had left by themselves: name, password, code, stars and sessions go, the books stay
    /// under a placeholder. `typed` has to be their name, letter by letter.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn erase(
        &self,
        id: UserId,
        typed: String,
        instruction: Instruction,
    ) -> Result<PersonActed<()>, AccountsError> {
        let now = self.clock.now();
        self.about_holding(Lock::Leaver(id), id, instruction, move |conn, user, instruction| {
            if let Some(refusal) = keeps_from(conn, user, instruction)? {
                return Ok(Err(refusal));
            }
            if user.username.as_str() != typed {
                return Ok(Err(PersonRefusal::NotNamed));
            }
            let placeholder = closing::forget(conn, user.id, now)?;
            // The name itself is what is to be forgotten.
            let became = Details::default().with("name", &placeholder);
            Ok(Ok(Written { value: (), act: Act::EraseUser, subject: None, was: Details::default(), became }))
        })
        .await
    }

    /// Ends one session, told by the hash of its key.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn end_session(&self, hash: String, instruction: Instruction) -> Result<PersonActed<()>, AccountsError> {
        let now = self.clock.now();
        let (wanted, key) = (hash.clone(), instruction.key.clone());
        let looked = move |conn: &mut Conn| match sessions::get(conn, &wanted)? {
            Some(session) => Ok(Ok(session)),
            // It is gone because of this very instruction, if that has come before.
            None => Ok::<_, StoreError>(Err(audit::done_under(conn, &key)?)),
        };
        let session = match self.store.read(looked).await? {
            Ok(session) => session,
            Err(Some(done)) => return Ok(Acted::Repeated(Box::new(done))),
            Err(None) => return Ok(Acted::Refused(PersonRefusal::Gone)),
        };
        let subject = Subject { kind: SubjectKind::Session, id: hash.clone(), person: Some(session.user_id) };
        let ended = move |conn: &mut _| {
            on_record(conn, &instruction, &subject, now, |conn| {
                let Some(session) = sessions::get(conn, &hash)? else { return Ok(Err(PersonRefusal::Gone)) };
                acting::note_end(conn, &session, "", "the session ended", now)?;
                sessions::delete(conn, &hash)?;
                let was = Details::default().with("open", "yes").with("since", &session.created_at);
                let became = Details::default().with("open", "no");
                Ok(Ok(Written { value: (), act: Act::EndSession, subject: None, was, became }))
            })
        };
        self.store.write(Lock::User(session.user_id), ended).await
    }
}
