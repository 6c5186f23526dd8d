//! What staff may do about people. Each act goes on record in the transaction that does it.

use super::{Accounts, AccountsError, acting};
use crate::domain::{Act, At, Details, Instruction, Role, Subject, UserId};
use crate::store::audit::{Acted, Written, on_record};
use crate::store::users::User;
use crate::store::{Conn, Lock, StoreError, sessions, users};

/// Why something is not done about a person. Each displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonRefusal {
    /// There is no such person, or they have left.
    #[error("That user no longer exists.")]
    Gone,
    /// It would leave nobody to run the place.
    #[error("This is the last administrator who can sign in. Make someone else an administrator first.")]
    LastAdministrator,
    /// It is about whoever asks for it.
    #[error("You cannot do this to your own account. Ask another administrator.")]
    Yourself,
    /// It is so already.
    #[error("That is already the case.")]
    NothingToDo,
    /// Somebody else is called that.
    #[error("That username is taken. Choose another.")]
    NameTaken,
    /// What was typed to be sure is not the person's name.
    #[error("That is not their username. Type it exactly as shown here.")]
    NotNamed,
    /// It would be looking through an administrator's eyes.
    #[error("You cannot view the site as an administrator.")]
    Administrator,
    /// The back office has closed meanwhile.
    #[error("The back office has closed. Open it again first.")]
    NotOpen,
}

/// What became of an act about a person.
pub type PersonActed<T> = Acted<T, PersonRefusal>;

impl Accounts {
    /// Says what a person may do from now on; their sessions notice at once, and the back office closes for them.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn change_role(
        &self,
        id: UserId,
        role: Role,
        instruction: Instruction,
    ) -> Result<PersonActed<()>, AccountsError> {
        let now = self.clock.now();
        self.about(id, instruction, move |conn, user, instruction| {
            if user.role == role {
                return Ok(Err(PersonRefusal::NothingToDo));
            }
            if let Some(refusal) = keeps_from(conn, user, instruction)? {
                return Ok(Err(refusal));
            }
            set_role(conn, user.id, role, now)?;
            let said = |role: Role| Details::default().with("role", &role);
            Ok(Ok(Written { value: (), act: Act::SetRole, subject: None, was: said(user.role), became: said(role) }))
        })
        .await
    }

    /// Keeps a person from signing in, and signs them out everywhere.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn disable(&self, id: UserId, instruction: Instruction) -> Result<PersonActed<()>, AccountsError> {
        let now = self.clock.now();
        self.about(id, instruction, move |conn, user, instruction| {
            if user.disabled_at.is_some() {
                return Ok(Err(PersonRefusal::NothingToDo));
            }
            if let Some(refusal) = keeps_from(conn, user, instruction)? {
                return Ok(Err(refusal));
            }
            users::set_disabled(conn, user.id, Some((now, instruction.reason.as_str())))?;
            let ended = acting::end_sessions(conn, user.id, None, now)?;
            let was = Details::default().with("may sign in", "yes").with("sessions", &ended);
            let became = Details::default().with("may sign in", "no").with("sessions", &0);
            Ok(Ok(Written { value: (), act: Act::DisableUser, subject: None, was, became }))
        })
        .await
    }

    /// Lets a person sign in again.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn enable(&self, id: UserId, instruction: Instruction) -> Result<PersonActed<()>, AccountsError> {
        self.about(id, instruction, move |conn, user, _| {
            let Some(because) = &user.disabled_because else { return Ok(Err(PersonRefusal::NothingToDo)) };
            users::set_disabled(conn, user.id, None)?;
            let was = Details::default().with("may sign in", "no").with("because", because);
            let became = Details::default().with("may sign in", "yes");
            Ok(Ok(Written { value: (), act: Act::EnableUser, subject: None, was, became }))
        })
        .await
    }

    /// Ends all sessions of a person; how many those were.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn sign_out_everywhere(
        &self,
        id: UserId,
        instruction: Instruction,
    ) -> Result<PersonActed<usize>, AccountsError> {
        let now = self.clock.now();
        self.about(id, instruction, move |conn, user, _| {
            let ended = acting::end_sessions(conn, user.id, None, now)?;
            if ended == 0 {
                return Ok(Err(PersonRefusal::NothingToDo));
            }
            let said = |sessions: usize| Details::default().with("sessions", &sessions);
            Ok(Ok(Written { value: ended, act: Act::SignOutUser, subject: None, was: said(ended), became: said(0) }))
        })
        .await
    }

    /// Does `work` about a person who has not left, on record.
    pub(super) async fn about<T: Send + 'static>(
        &self,
        id: UserId,
        instruction: Instruction,
        work: impl Fn(&mut Conn, &User, &Instruction) -> Result<Result<Written<T>, PersonRefusal>, AccountsError>
        + Send
        + 'static,
    ) -> Result<PersonActed<T>, AccountsError> {
        self.about_holding(Lock::User(id), id, instruction, work).await
    }

    /// As [`Accounts::about`], for what must not overlap with more than the person's own.
    pub(super) async fn about_holding<T: Send + 'static>(
        &self,
        lock: Lock,
        id: UserId,
        instruction: Instruction,
        work: impl Fn(&mut Conn, &User, &Instruction) -> Result<Result<Written<T>, PersonRefusal>, AccountsError>
        + Send
        + 'static,
    ) -> Result<PersonActed<T>, AccountsError> {
        let now = self.clock.now();
        self.store
            .write(lock, move |conn| {
                on_record(conn, &instruction, &Subject::user(id), now, |conn| {
                    match users::find(conn, id)?.filter(|user| user.closed_at.is_none()) {
                        Some(user) => work(conn, &user, &instruction),
                        None => Ok(Err(PersonRefusal::Gone)),
                    }
                })
            })
            .await
    }
}

/// Says what a person may do. What their sessions were let in for with the role before ends with it.
pub(super) fn set_role(conn: &mut Conn, user: UserId, role: Role, now: At) -> Result<(), StoreError> {
    users::set_role(conn, user, role)?;
    acting::end_of(conn, user, now)?;
    sessions::end_grants(conn, user)
}

/// Whether nobody else could run the place without this person. It stays so only while the record is held, which is what
/// makes whoever takes somebody else's rights away meanwhile wait.
pub(super) fn is_last_administrator(conn: &mut Conn, user: &User) -> Result<bool, StoreError> {
    let able = user.role == Role::Admin && user.disabled_at.is_none();
    Ok(able && users::administrators(conn)? <= 1)
}

/// What keeps staff from taking somebody's rights away.
pub(super) fn keeps_from(
    conn: &mut Conn,
    user: &User,
    instruction: &Instruction,
) -> Result<Option<PersonRefusal>, StoreError> {
    if instruction.author.user == Some(user.id) {
        return Ok(Some(PersonRefusal::Yourself));
    }
    Ok(is_last_administrator(conn, user)?.then_some(PersonRefusal::LastAdministrator))
}
