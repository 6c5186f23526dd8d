//! Acting as somebody: an administrator sees what a person sees, changes nothing, and both ends of it are on record.

use super::{Accounts, AccountsError, PersonActed, PersonRefusal};
use crate::domain::{Act, At, Author, Details, Instruction, Role, Subject, UserId};
use crate::store::audit::{self, Written};
use crate::store::sessions::{Acting, Session};
use crate::store::{self, Conn, Lock, StoreError, sessions};
use std::time::Duration;

/// Sessions whose time is over that are looked after at a time.
const PIECE: i64 = 100;

impl Accounts {
    /// Lets the author's session see what a person sees, for as long as the back office is open for it.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn act_as(&self, id: UserId, instruction: Instruction) -> Result<PersonActed<()>, AccountsError> {
        let now = self.clock.now();
        self.about(id, instruction, move |conn, user, instruction| {
            if instruction.author.user == Some(user.id) {
                return Ok(Err(PersonRefusal::Yourself));
            }
            if user.role == Role::Admin {
                return Ok(Err(PersonRefusal::Administrator));
            }
            let session = match &instruction.author.session {
                Some(hash) => sessions::get(conn, hash)?,
                None => None,
            };
            let own = session.filter(|session| Some(session.user_id) == instruction.author.user);
            let open = own.and_then(|own| Some((own.granted_until.filter(|until| *until > now)?, own)));
            let Some((until, own)) = open else { return Ok(Err(PersonRefusal::NotOpen)) };
            // What was over by itself a moment ago may not have been entered yet, and two forms may have been open in this
            // browser.
            let was_over = own.acting_until.is_some_and(|until| until <= now);
            let why = if was_over { "the time limit was reached" } else { "started viewing as another user" };
            note_end(conn, &own, "", why, now)?;
            sessions::act_as(conn, &own.key_hash, Some((user.id, until)))?;
            let became = Details::default().with("until", &until);
            Ok(Ok(Written { value: (), act: Act::ActAs, subject: None, was: Details::default(), became }))
        })
        .await
    }

    /// Lets the session with the hash `session` be its owner's again; as whom it acted, if it did.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn stop_acting(
        &self,
        admin: UserId,
        session: String,
        address: String,
    ) -> Result<Option<UserId>, AccountsError> {
        let now = self.clock.now();
        let stopped = move |conn: &mut Conn| -> Result<_, StoreError> {
            audit::hold(conn)?;
            let Some(own) = sessions::get(conn, &session)? else { return Ok(None) };
            end(conn, &own, &address, "stopped", now)?;
            Ok(own.acting_as)
        };
        Ok(self.store.write(Lock::User(admin), stopped).await?)
    }

    /// Ends what has come to its time without being stopped; how often.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_overdue_acting(&self) -> Result<usize, AccountsError> {
        let now = self.clock.now();
        let over = move |conn: &mut Conn| sessions::acting(conn, Acting::Over(now), 1);
        if self.store.read(over).await?.is_empty() {
            return Ok(0);
        }
        let ended = move |conn: &mut Conn| -> Result<usize, StoreError> {
            audit::hold(conn)?;
            end_each(conn, Acting::Over(now), "the time limit was reached", now)
        };
        Ok(self.store.write(Lock::House, ended).await?)
    }

    /// Forgets codes and sessions that are over; how many sessions those were. Of one that acted as somebody the end goes on
    /// record first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep(&self, idle: Duration) -> Result<usize, AccountsError> {
        let now = self.clock.now();
        let idle = now.minus(idle);
        let swept = move |conn: &mut Conn| -> Result<usize, StoreError> {
            audit::hold(conn)?;
            end_each(conn, Acting::Ended { now, idle }, "the session ended", now)?;
            store::codes::delete_expired(conn, now)?;
            sessions::delete_ended(conn, now, idle)
        };
        Ok(self.store.write(Lock::House, swept).await?)
    }

    /// Ends the session with the hash `session`, at its owner's wish.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out(&self, session: String) -> Result<(), AccountsError> {
        let (now, wanted) = (self.clock.now(), session.clone());
        let Some(own) = self.store.read(move |conn| sessions::get(conn, &wanted)).await? else { return Ok(()) };
        let ended = move |conn: &mut Conn| -> Result<(), StoreError> {
            audit::hold(conn)?;
            if let Some(own) = sessions::get(conn, &session)? {
                note_end(conn, &own, "", "the session ended", now)?;
            }
            sessions::delete(conn, &session)
        };
        Ok(self.store.write(Lock::User(own.user_id), ended).await?)
    }
}

/// Lets those of a piece of these sessions be their owners' again, and puts that on record; how many those were.
fn end_each(conn: &mut Conn, of: Acting, why: &str, now: At) -> Result<usize, StoreError> {
    let acting = sessions::acting(conn, of, PIECE)?;
    for session in &acting {
        end(conn, session, "", why, now)?;
    }
    Ok(acting.len())
}

/// Ends the acting of all sessions of `user`, who may do something else from now on.
pub(super) fn end_of(conn: &mut Conn, user: UserId, now: At) -> Result<(), StoreError> {
    end_each(conn, Acting::Of(user), "the role changed", now).map(|_| ())
}

/// Lets a session be its owner's again, and puts that on record.
fn end(conn: &mut Conn, session: &Session, address: &str, why: &str, now: At) -> Result<(), StoreError> {
    note_end(conn, session, address, why, now)?;
    sessions::act_as(conn, &session.key_hash, None)
}

/// Ends all sessions of `user` but the one with the hash `kept`, and puts on record what ends with them; how many
/// those were.
pub(super) fn end_sessions(conn: &mut Conn, user: UserId, kept: Option<&str>, now: At) -> Result<usize, StoreError> {
    audit::hold(conn)?;
    for session in sessions::acting(conn, Acting::Of(user), PIECE)? {
        if kept != Some(session.key_hash.as_str()) {
            note_end(conn, &session, "", "the session ended", now)?;
        }
    }
    sessions::delete_of_user(conn, user, kept)
}

/// Puts the end of acting on record, if the session was at it.
pub(super) fn note_end(
    conn: &mut Conn,
    session: &Session,
    address: &str,
    why: &str,
    now: At,
) -> Result<(), StoreError> {
    let Some(user) = session.acting_as else { return Ok(()) };
    let author = Author { user: Some(session.user_id), address: address.to_owned(), session: None };
    let said = Details::default().with("ended", why);
    audit::note(conn, &author, Act::ActAsEnd, &Subject::user(user), &said, now)
}
