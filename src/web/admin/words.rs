//! What is on record, in words.

use super::acts::table_of;
use crate::domain::{Act, SubjectKind};
use crate::store::audit::AuditLine;

/// What an entry says was done, as the rest of a sentence that begins with who did it.
#[must_use]
pub const fn done(line: &AuditLine) -> &'static str {
    act(line.act)
}

/// What was done, likewise.
#[must_use]
pub const fn act(act: Act) -> &'static str {
    match act {
        Act::SignIn => "signed in",
        Act::SignInRefused => "was not let in as",
        Act::GrantGiven => "opened the back office",
        Act::GrantRefused => "gave a wrong password for the back office",
        Act::CreateUser => "created the user",
        Act::RenameUser => "changed the name",
        Act::SetRole => "changed the role",
        Act::DisableUser => "disabled the user",
        Act::EnableUser => "enabled the user",
        Act::ResetPassword => "reset the password",
        Act::SetPassword => "set the password",
        Act::SignOutUser => "signed the user out everywhere",
        Act::EraseUser => "erased the person's data",
        Act::ActAs => "began to act as the user",
        Act::ActAsEnd => "stopped acting as the user",
        Act::EndSession => "ended the session",
        Act::AdjustCash => "adjusted the cash",
        Act::AdjustShares => "adjusted the shares",
        Act::FreezeAccount => "froze the account",
        Act::UnfreezeAccount => "unfroze the account",
        Act::ResetAccount => "reset the account",
        Act::ReverseFill => "reversed the fill",
        Act::CreateInstrument => "created the instrument",
        Act::EditInstrument => "edited the instrument",
        Act::ListInstrument => "listed the instrument",
        Act::DelistInstrument => "delisted the instrument",
        Act::HaltInstrument => "halted trading",
        Act::ResumeInstrument => "resumed trading",
        Act::PauseMarket => "paused the market",
        Act::ResumeMarket => "resumed the market",
        Act::StepMarket => "stepped the market",
        Act::SetSpeed => "changed the speed",
        Act::SetPrice => "set the price",
        Act::ShockPrices => "shocked prices",
    }
}

/// Where the thing that an entry is about is looked at.
#[must_use]
pub fn subject_path(line: &AuditLine) -> String {
    match (line.kind, table_of(line.kind)) {
        (SubjectKind::Market, table) => format!("/admin/{table}"),
        (_, table) => format!("/admin/{table}/{}", line.subject),
    }
}

/// What an entry is about, in a few signs: the hash that names a session is long.
#[must_use]
pub fn subject(line: &AuditLine) -> String {
    let id: String = line.subject.chars().take(36).collect();
    match line.kind {
        SubjectKind::Market => "the market".to_owned(),
        SubjectKind::Session => format!("session {}…", id.chars().take(8).collect::<String>()),
        kind => format!("{kind} {id}"),
    }
}

/// Who is named as having acted.
#[must_use]
pub fn actor(line: &AuditLine) -> String {
    match &line.actor {
        Some(actor) => actor.to_string(),
        None if line.act == Act::SignInRefused => "Somebody".to_owned(),
        None => "The command line".to_owned(),
    }
}

/// What changed, field by field: `role: trader → support`.
#[must_use]
pub fn changes(line: &AuditLine) -> Vec<String> {
    let mut said: Vec<String> = line
        .became
        .fields()
        .map(|(field, after)| match line.was.get(field) {
            Some(before) if before != after => format!("{field}: {before} → {after}"),
            _ => format!("{field}: {after}"),
        })
        .collect();
    let gone = line.was.fields().filter(|(field, _)| line.became.get(field).is_none());
    said.extend(gone.map(|(field, before)| format!("{field}: {before} → nothing")));
    said
}
