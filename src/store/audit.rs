//! The record of what staff did. It grows at its end and nowhere else: one chain over all of it.

use super::Conn;
use super::error::{StoreError, exactly_one};
use super::schema::{audit_entries, audit_head, users};
use super::sessions;
use crate::domain::{
    Act, At, AuditEntry, Author, ChainHash, Details, Instruction, OrderKey, Reason, Subject, SubjectKind, Username,
};
use diesel::prelude::*;
use diesel::query_source::{Alias, AliasedField};

/// What became of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acted<T, R> {
    /// It is done, and on record.
    Done(T),
    /// It had been done before, under the same key, as this entry says.
    Repeated(Box<AuditLine>),
    /// Others acted on the same thing since it was looked at, as these entries say, oldest first. Nothing was done.
    Overtaken(Vec<AuditLine>),
    /// The back office has closed meanwhile for the session it was asked from. Nothing was done.
    Closed,
    /// It cannot be done. Nothing was.
    Refused(R),
}

/// An act as it goes on record.
#[derive(Debug, Clone)]
pub struct Written<T> {
    /// What the act comes to, for whoever asked for it.
    pub value: T,
    /// What was done.
    pub act: Act,
    /// To what, where that is known only now that it is done; otherwise to what the instruction was about.
    pub subject: Option<Subject>,
    /// What was so before.
    pub was: Details,
    /// What is so since.
    pub became: Details,
}

/// An entry of the record as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// 1 for the first entry, then one more each.
    pub number: i64,
    /// When.
    pub at: At,
    /// Who did it, by the name they have now; nobody when it was the command line.
    pub actor: Option<Username>,
    /// What was done.
    pub act: Act,
    /// To what kind of thing.
    pub kind: SubjectKind,
    /// To which one.
    pub subject: String,
    /// The person concerned, where there is one, by the name they have now.
    pub person: Option<Username>,
    /// Why; empty where nobody is asked.
    pub reason: String,
    /// What was so before.
    pub was: Details,
    /// What is so since.
    pub became: Details,
}

/// The most entries that are told of when an instruction was overtaken.
const MOST_TOLD: i64 = 20;

/// Holds the record until the transaction ends, so that nobody else enters anything meanwhile. Whoever will enter an act
/// takes it before they change anything, and after what the transaction began with: where all take what they need in this
/// order, none of them waits for one who waits for them.
///
/// # Errors
/// When the database fails.
pub fn hold(conn: &mut Conn) -> Result<(), StoreError> {
    // An update that changes nothing is the one lock that both engines know.
    let held = diesel::update(audit_head::table.find(1_i64)).set(audit_head::entries.eq(audit_head::entries));
    exactly_one(held.execute(conn)?, "holding the record")
}

/// Does `work` about `subject` as `instruction` says and enters it on the record, all in the transaction that `conn`
/// is in, and with the record held from its beginning: what `work` finds to be so stays so. An instruction that was done
/// before, that others have overtaken, or whose author the back office has closed for, is not done.
///
/// # Errors
/// What `work` returns, or the store's own failure as `E`.
pub fn on_record<T, R, E: From<StoreError>>(
    conn: &mut Conn,
    instruction: &Instruction,
    subject: &Subject,
    now: At,
    work: impl FnOnce(&mut Conn) -> Result<Result<Written<T>, R>, E>,
) -> Result<Acted<T, R>, E> {
    hold(conn)?;
    if let Some(done) = done_under(conn, &instruction.key)? {
        return Ok(Acted::Repeated(Box::new(done)));
    }
    if !is_open(conn, &instruction.author, now)? {
        return Ok(Acted::Closed);
    }
    if let Some(seen) = instruction.seen {
        let since = about_since(conn, subject, seen)?;
        if !since.is_empty() {
            return Ok(Acted::Overtaken(since));
        }
    }
    let Written { value, act, subject: done_to, was, became } = match work(conn)? {
        Ok(written) => written,
        Err(refusal) => return Ok(Acted::Refused(refusal)),
    };
    let subject = done_to.as_ref().unwrap_or(subject);
    let why = Why { reason: Some(&instruction.reason), key: Some(&instruction.key) };
    append(conn, &instruction.author, act, subject, (&was, &became), why, now)?;
    Ok(Acted::Done(value))
}

/// Whether the back office is open for the session that `author` acts from, where that is known. Whoever takes somebody's
/// rights away closes it, and waits for the record, so that what they were told holds for everything that follows it.
fn is_open(conn: &mut Conn, author: &Author, now: At) -> Result<bool, StoreError> {
    let Some(hash) = &author.session else { return Ok(true) };
    let own = sessions::get(conn, hash)?.filter(|session| Some(session.user_id) == author.user);
    Ok(own.and_then(|session| session.granted_until).is_some_and(|until| until > now))
}

/// Enters an act for which nobody is asked a reason: a sign-in, a password given again. Where the transaction changes
/// something before it, it begins with [`hold`].
///
/// # Errors
/// When the database fails.
pub fn note(
    conn: &mut Conn,
    author: &Author,
    act: Act,
    subject: &Subject,
    became: &Details,
    now: At,
) -> Result<(), StoreError> {
    append(conn, author, act, subject, (&Details::default(), became), Why { reason: None, key: None }, now)
}

#[derive(Clone, Copy)]
struct Why<'a> {
    reason: Option<&'a Reason>,
    key: Option<&'a OrderKey>,
}

fn append(
    conn: &mut Conn,
    author: &Author,
    act: Act,
    subject: &Subject,
    (was, became): (&Details, &Details),
    why: Why<'_>,
    now: At,
) -> Result<(), StoreError> {
    // Counting holds the record, if it was not held before, so that two entries never follow the same one.
    let (number, previous): (i64, ChainHash) = diesel::update(audit_head::table.find(1_i64))
        .set(audit_head::entries.eq(audit_head::entries + 1_i64))
        .returning((audit_head::entries, audit_head::hash))
        .get_result(conn)?;
    let entry = AuditEntry {
        number,
        at: now,
        actor: author.user,
        address: author.address.clone(),
        act,
        subject: subject.clone(),
        was: was.to_text(),
        became: became.to_text(),
        reason: why.reason.map(ToString::to_string).unwrap_or_default(),
        key: why.key.map(ToString::to_string),
    };
    let hash = entry.chain(previous);
    let entered = diesel::insert_into(audit_entries::table)
        .values((
            audit_entries::id.eq(entry.number),
            audit_entries::at.eq(entry.at),
            audit_entries::actor_id.eq(entry.actor),
            audit_entries::address.eq(&entry.address),
            audit_entries::act.eq(entry.act),
            audit_entries::subject_kind.eq(entry.subject.kind),
            audit_entries::subject_id.eq(&entry.subject.id),
            audit_entries::person_id.eq(entry.subject.person),
            audit_entries::was.eq(&entry.was),
            audit_entries::became.eq(&entry.became),
            audit_entries::reason.eq(&entry.reason),
            audit_entries::request_key.eq(&entry.key),
            audit_entries::hash.eq(hash),
        ))
        .execute(conn)?;
    exactly_one(entered, "entering an act")?;
    let moved = diesel::update(audit_head::table.find(1_i64)).set(audit_head::hash.eq(hash)).execute(conn)?;
    exactly_one(moved, "moving the record on")
}

/// What was done under this key, if anything was.
///
/// # Errors
/// When the database fails or the entry is corrupt.
pub fn done_under(conn: &mut Conn, key: &OrderKey) -> Result<Option<AuditLine>, StoreError> {
    let done = rows().filter(audit_entries::request_key.eq(key.as_str()));
    done.first::<Row>(conn).optional()?.map(line).transpose()
}

/// How many entries there are, and the hash of the newest.
///
/// # Errors
/// When the database fails.
pub fn head(conn: &mut Conn) -> Result<(i64, ChainHash), StoreError> {
    Ok(audit_head::table.find(1_i64).select((audit_head::entries, audit_head::hash)).first(conn)?)
}

/// Lets the record in `to`, whose entries have been copied, stand where it stands in `from`.
///
/// # Errors
/// When a database fails.
pub(super) fn copy_head(from: &mut Conn, to: &mut Conn) -> Result<(), StoreError> {
    let (entries, hash) = head(from)?;
    let stands = (audit_head::entries.eq(entries), audit_head::hash.eq(hash));
    exactly_one(diesel::update(audit_head::table.find(1_i64)).set(stands).execute(to)?, "copying the record's head")
}

/// The number of the newest entry; zero before the first.
///
/// # Errors
/// When the database fails.
pub fn newest(conn: &mut Conn) -> Result<i64, StoreError> {
    head(conn).map(|(entries, _)| entries)
}

// Whom an entry concerns, beside who acted.
diesel::alias! {
    const PERSONS: Alias<Persons> = users as persons;
}

type Row = (i64, At, Option<Username>, Act, SubjectKind, String, Option<Username>, String, String, String);

/// What was done to `subject` after the entry numbered `seen`, oldest first. An order moves its account, so that whoever
/// looks at one of them has looked at both: what was done to any of that person's counts.
///
/// # Errors
/// When the database fails or an entry is corrupt.
pub fn about_since(conn: &mut Conn, subject: &Subject, seen: i64) -> Result<Vec<AuditLine>, StoreError> {
    const BOOKS: [SubjectKind; 2] = [SubjectKind::Account, SubjectKind::Order];
    let since = rows()
        .filter(audit_entries::id.gt(seen))
        .filter(audit_entries::act.ne_all(Act::ONES_OWN))
        .order(audit_entries::id)
        .limit(MOST_TOLD);
    let found: Vec<Row> = if let Some(person) = subject.person.filter(|_| BOOKS.contains(&subject.kind)) {
        let theirs = since.filter(audit_entries::person_id.eq(person));
        theirs.filter(audit_entries::subject_kind.eq_any(BOOKS)).load(conn)?
    } else {
        let its = since.filter(audit_entries::subject_kind.eq(subject.kind));
        its.filter(audit_entries::subject_id.eq(&subject.id)).load(conn)?
    };
    found.into_iter().map(line).collect()
}

/// Each time that `act` was done to `subject` after the entry numbered `seen`, oldest first.
///
/// # Errors
/// When the database fails or an entry is corrupt.
pub fn done_since(conn: &mut Conn, subject: &Subject, act: Act, seen: i64) -> Result<Vec<AuditLine>, StoreError> {
    let since = rows()
        .filter(audit_entries::subject_kind.eq(subject.kind))
        .filter(audit_entries::subject_id.eq(&subject.id))
        .filter(audit_entries::act.eq(act))
        .filter(audit_entries::id.gt(seen))
        .order(audit_entries::id)
        .limit(MOST_TOLD);
    since.load::<Row>(conn)?.into_iter().map(line).collect()
}

/// Up to `limit` entries, newest first.
///
/// # Errors
/// When the database fails or an entry is corrupt.
pub fn latest(conn: &mut Conn, limit: i64) -> Result<Vec<AuditLine>, StoreError> {
    let latest = rows().order(audit_entries::id.desc()).limit(limit);
    latest.load::<Row>(conn)?.into_iter().map(line).collect()
}

#[diesel::dsl::auto_type]
fn rows() -> _ {
    let persons: Alias<Persons> = PERSONS;
    let person_id: AliasedField<Persons, users::id> = PERSONS.field(users::id);
    let person: AliasedField<Persons, users::username> = PERSONS.field(users::username);
    let acted = audit_entries::table.left_join(users::table.on(users::id.nullable().eq(audit_entries::actor_id)));
    acted.left_join(persons.on(person_id.nullable().eq(audit_entries::person_id))).select((
        audit_entries::id,
        audit_entries::at,
        users::username.nullable(),
        audit_entries::act,
        audit_entries::subject_kind,
        audit_entries::subject_id,
        person.nullable(),
        audit_entries::reason,
        audit_entries::was,
        audit_entries::became,
    ))
}

fn line((number, at, actor, act, kind, subject, person, reason, was, became): Row) -> Result<AuditLine, StoreError> {
    let details = |text: &str| {
        text.parse::<Details>().map_err(|_| StoreError::Corrupt(format!("entry {number} of the record has no details")))
    };
    let (was, became) = (details(&was)?, details(&became)?);
    Ok(AuditLine { number, at, actor, act, kind, subject, person, reason, was, became })
}
