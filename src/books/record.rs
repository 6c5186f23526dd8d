//! The record of what staff did: whole, unchanged, and about people that there are.

use super::walk::Walk;
use super::{BooksError, Disagreement, ensure};
use crate::domain::{At, AuditEntry, ChainHash, Details, OrderKey, Subject, UserId};
use crate::store::rows::{AuditRow, Stored as _};
use crate::store::{Conn, audit};

/// Posts the record again from its first entry; how many entries it has.
///
/// # Errors
/// The first entry that does not follow from the one before, or what is missing at the end.
pub(super) fn check(conn: &mut Conn) -> Result<u64, BooksError> {
    let (mut number, mut hash) = (0, ChainHash::START);
    let mut entries = Walk::new(AuditRow::before_all(), AuditRow::key, AuditRow::following);
    while let Some(entry) = entries.next(conn)? {
        number += 1;
        hash = follow(&entry, number, hash)?;
    }
    let head = audit::head(conn)?;
    let row = || "audit_head row 1".to_owned();
    ensure(head.0 == number, row, || format!("it counts {} entries, and the record has {number}", head.0))?;
    ensure(head.1 == hash, row, || "its hash is not that of the newest entry".to_owned())?;
    Ok(u64::try_from(number).unwrap_or(0))
}

fn follow(entry: &AuditRow, number: i64, previous: ChainHash) -> Result<ChainHash, Disagreement> {
    let row = || format!("audit_entries row {}", entry.id);
    ensure(entry.id == number, row, || format!("entry {number} is missing before it"))?;
    let hash = typed(entry, row)?.chain(previous);
    ensure(entry.hash == hash.0, row, || "its hash is not that of its fields and the entry before it".to_owned())?;
    for details in [&entry.was, &entry.became] {
        ensure(details.parse::<Details>().is_ok(), row, || format!("{details:?} are no details"))?;
    }
    let key = entry.request_key.as_ref();
    ensure(key.is_none_or(|key| key.parse::<OrderKey>().is_ok()), row, || format!("its form's key is {key:?}"))?;
    Ok(hash)
}

fn typed(entry: &AuditRow, row: impl Fn() -> String) -> Result<AuditEntry, Disagreement> {
    let unknown = |what: &str, text: &str| Disagreement { row: row(), why: format!("{text:?} is no {what}") };
    Ok(AuditEntry {
        number: entry.id,
        at: At::from_micros(entry.at),
        actor: entry.actor_id.map(UserId),
        address: entry.address.clone(),
        act: entry.act.parse().map_err(|_| unknown("act", &entry.act))?,
        subject: Subject {
            kind: entry.subject_kind.parse().map_err(|_| unknown("kind of subject", &entry.subject_kind))?,
            id: entry.subject_id.clone(),
            person: entry.person_id.map(UserId),
        },
        was: entry.was.clone(),
        became: entry.became.clone(),
        reason: entry.reason.clone(),
        key: entry.request_key.clone(),
    })
}
