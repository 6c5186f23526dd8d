//! Codes: how people sign in whose password somebody else set aside, and until they have chosen one of their own.

use super::renewal::{self, Renewal};
use super::staff::{PersonActed, keeps_from};
use super::{Accounts, AccountsError, acting};
use crate::domain::{Act, At, Details, Instruction, NewPassword, SignInCode, UserId};
use crate::store::audit::{self, Written};
use crate::store::codes::{self, Code};
use crate::store::users::User;
use crate::store::{Conn, Lock, StoreError, users};
use std::net::IpAddr;
use std::time::Duration;

/// How long a code is valid.
pub const CODE_LASTS: Duration = Duration::from_hours(14 * 24);

impl Accounts {
    /// Puts a code in place of a person's password and signs them out everywhere. The code is in the answer and nowhere
    /// else.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn reset_password(
        &self,
        id: UserId,
        instruction: Instruction,
    ) -> Result<PersonActed<SignInCode>, AccountsError> {
        let now = self.clock.now();
        self.about(id, instruction, move |conn, user, instruction| {
            if let Some(refusal) = keeps_from(conn, user, instruction)? {
                return Ok(Err(refusal));
            }
            users::clear_password(conn, user.id)?;
            let ended = acting::end_sessions(conn, user.id, None, now)?;
            let (code, until) = give(conn, user.id, now)?;
            let before = if user.password_hash.is_empty() { "none" } else { "their own" };
            let was = Details::default().with("password", before).with("sessions", &ended);
            let became = Details::default().with("password", "a code").with("sessions", &0).with("until", &until);
            Ok(Ok(Written { value: code, act: Act::ResetPassword, subject: None, was, became }))
        })
        .await
    }

    /// Sets the first password of somebody who came in with a code, and ends all their sessions but the one that `renewal`
    /// lets go on; the version of the password.
    ///
    /// # Errors
    /// [`AccountsError::PasswordIsCode`], [`AccountsError::AlreadyChosen`] when the same form was sent before,
    /// [`AccountsError::CodeIsOver`] when the code that let them in is no longer valid, [`AccountsError::SessionOver`] when
    /// their session ended meanwhile, or a failure of hashing or the store.
    pub async fn choose_password(
        &self,
        user: UserId,
        new: NewPassword,
        address: IpAddr,
        renewal: Renewal,
    ) -> Result<i64, AccountsError> {
        let now = self.clock.now();
        let code = self.store.read(move |conn| valid(conn, user, now)).await?;
        let same = new.reveal().parse::<SignInCode>();
        if same.is_ok_and(|same| same.has_hash(&code.code_hash)) {
            return Err(AccountsError::PasswordIsCode);
        }
        let hash = self.hasher.hash(new).await?;
        self.store
            .write(Lock::User(user), move |conn| {
                audit::hold(conn)?;
                if valid(conn, user, now)?.code_hash != code.code_hash {
                    return Err(AccountsError::CodeIsOver);
                }
                let found = renewal::still_open(conn, user, &renewal.from)?;
                Ok(renewal::set_own_password(conn, &found, &hash, &renewal, (address, now))?)
            })
            .await
    }
}

/// The code with which somebody may choose their first password.
fn valid(conn: &mut Conn, user: UserId, now: At) -> Result<Code, AccountsError> {
    if let Some(code) = codes::of_user(conn, user, now)? {
        return Ok(code);
    }
    let chosen = users::find(conn, user)?.is_some_and(|user| !user.password_hash.is_empty());
    Err(if chosen { AccountsError::AlreadyChosen } else { AccountsError::CodeIsOver })
}

/// Gives a person a new code in place of any they had; it, and until when it is valid.
pub(super) fn give(conn: &mut Conn, user_id: UserId, now: At) -> Result<(SignInCode, At), StoreError> {
    let (code, expires_at) = (SignInCode::random(), now.plus(CODE_LASTS));
    codes::put(conn, &Code { user_id, code_hash: code.hash(), created_at: now, expires_at })?;
    Ok((code, expires_at))
}

/// Whether what was typed is the valid code of somebody without a password.
pub(super) fn opens(user: &User, code: Option<&Code>, typed: &str) -> bool {
    let valid = code.filter(|code| code.user_id == user.id && user.password_hash.is_empty());
    let typed = typed.parse::<SignInCode>();
    valid.is_some_and(|code| typed.is_ok_and(|typed| typed.has_hash(&code.code_hash)))
}

/// Gives a person another password, which ends their code and all their sessions but the one with the hash `kept`;
/// the version of it.
pub(super) fn set_password(
    conn: &mut Conn,
    user: UserId,
    hash: &str,
    kept: Option<&str>,
    now: At,
) -> Result<i64, StoreError> {
    let version = users::set_password_hash(conn, user, hash)?;
    codes::delete(conn, user)?;
    acting::end_sessions(conn, user, kept, now)?;
    Ok(version)
}
