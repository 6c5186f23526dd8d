//! Adding people who did not sign up themselves: one, or a whole class at once.

use super::{Accounts, AccountsError, codes};
use crate::domain::{
    Act, At, Details, EntryKind, Instruction, Money, OrderKey, Role, SignInCode, Subject, SubjectKind, UserId, Username,
};
use crate::store::audit::{Acted, Written, on_record};
use crate::store::ledger::Movement;
use crate::store::users::NewUser;
use crate::store::{Conn, Lock, StoreError, accounts, ledger, users};

/// The most people that are added at once.
pub const LARGEST_ROSTER: usize = 500;

/// Somebody to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// The name to sign in with.
    pub username: Username,
    /// What they may do.
    pub role: Role,
    /// What their account begins with.
    pub opening: Money,
}

/// Somebody who was added, and the code to begin with, which is shown once and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Their number.
    pub id: UserId,
    /// Their name.
    pub username: Username,
    /// What they sign in with until they have a password.
    pub code: SignInCode,
}

/// Why nobody was added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolRefusal {
    /// Somebody has these names, in some spelling.
    #[error("Some of these usernames are taken.")]
    Taken(Vec<Username>),
    /// There is nobody to add, or more than at once.
    #[error("Add 1 to 500 people at a time.")]
    Number,
}

/// Why a roster was given up half-way; nothing of it is kept then.
enum GivenUp {
    Refused(EnrolRefusal),
    Failed(AccountsError),
}

impl From<StoreError> for GivenUp {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Accounts {
    /// Adds all of `people`, each with an account, its opening balance and a code to sign in with, or none of them. Each
    /// has an entry on record; under the same key they are added once.
    ///
    /// # Errors
    /// When the store fails. A refusal is not an error.
    pub async fn enrol(
        &self,
        people: Vec<Newcomer>,
        instruction: Instruction,
    ) -> Result<Acted<Vec<Enrolled>, EnrolRefusal>, AccountsError> {
        if people.is_empty() || people.len() > LARGEST_ROSTER {
            return Ok(Acted::Refused(EnrolRefusal::Number));
        }
        let now = self.clock.now();
        let done = self.store.write(Lock::House, move |conn| {
            let names: Vec<Username> = people.iter().map(|person| person.username.clone()).collect();
            let mut enrolled = Vec::with_capacity(people.len());
            for (place, person) in people.iter().cloned().enumerate() {
                let own = Instruction { key: key_of(&instruction.key, place), ..instruction.clone() };
                // Whether it is the same form again is found out with the first, before names are looked at.
                if place == 1 {
                    refuse_taken(conn, names.get(1..).unwrap_or_default())?;
                }
                match enter(conn, person, &own, now)? {
                    Acted::Done(one) => enrolled.push(one),
                    Acted::Repeated(line) => return Ok(Acted::Repeated(line)),
                    Acted::Overtaken(lines) => return Ok(Acted::Overtaken(lines)),
                    Acted::Closed => return Ok(Acted::Closed),
                    Acted::Refused(refusal) => return Err(GivenUp::Refused(refusal)),
                }
            }
            Ok(Acted::Done(enrolled))
        });
        match done.await {
            Ok(acted) => Ok(acted),
            Err(GivenUp::Refused(refusal)) => Ok(Acted::Refused(refusal)),
            Err(GivenUp::Failed(error)) => Err(error),
        }
    }
}

/// Opens the account of a person who has just been added.
pub(super) fn open_account(conn: &mut Conn, user: UserId, opening: Money, now: At) -> Result<(), StoreError> {
    let account = accounts::open(conn, user, now)?;
    let opening =
        Movement { kind: EntryKind::Opening, cash: opening, shares: None, at: now, memo: String::new(), request: None };
    ledger::append(conn, &account, opening)?
        .map(|_| ())
        .ok_or_else(|| StoreError::Corrupt("the opening balance does not fit".to_owned()))
}

/// Adds one person, on record.
fn enter(
    conn: &mut Conn,
    person: Newcomer,
    instruction: &Instruction,
    now: At,
) -> Result<Acted<Enrolled, EnrolRefusal>, GivenUp> {
    let nobody_yet = Subject { kind: SubjectKind::User, id: String::new(), person: None };
    on_record(conn, instruction, &nobody_yet, now, |conn| {
        let Newcomer { username, role, opening } = person;
        let taken = |username: &Username| Ok(Err(EnrolRefusal::Taken(vec![username.clone()])));
        if users::by_name(conn, &username)?.is_some() {
            return taken(&username);
        }
        let new = NewUser { username: username.clone(), password_hash: String::new(), role, created_at: now };
        let Some(id) = users::insert(conn, &new)? else { return taken(&username) };
        open_account(conn, id, opening, now)?;
        let (code, until) = codes::give(conn, id, now)?;
        // Not the name: whoever leaves is to be forgotten, and the record forgets nothing.
        let became =
            Details::default().with("role", &role).with("opening balance", &opening).with("code until", &until);
        let value = Enrolled { id, username, code };
        let subject = Some(Subject::user(id));
        Ok(Ok(Written { value, act: Act::CreateUser, subject, was: Details::default(), became }))
    })
}

fn refuse_taken(conn: &mut Conn, names: &[Username]) -> Result<(), GivenUp> {
    let taken = users::taken(conn, names)?;
    if taken.is_empty() {
        return Ok(());
    }
    let names = names.iter().filter(|name| taken.contains(&name.key())).cloned().collect();
    Err(GivenUp::Refused(EnrolRefusal::Taken(names)))
}

/// The key under which one of a roster is added once: the form's own for the first, which tells a repetition, and a
/// part of it for each of the others.
fn key_of(key: &OrderKey, place: usize) -> OrderKey {
    if place == 0 { key.clone() } else { key.part(&place.to_string()) }
}
