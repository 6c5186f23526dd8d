//! What is on record, in words.

use super::acts::table_of;
use crate::domain::{Act, At, Details, Money, SubjectKind};
use crate::store::audit::AuditLine;
use crate::web::format::{Dollars as _, grouped, query_value};
use crate::web::moments::exact;
use std::fmt;
use std::time::Duration;

/// How far apart entries may be to be told in one line.
const TOGETHER: Duration = Duration::from_mins(1);

/// Where what an act was done to stands in the sentence that tells of it.
enum Object {
    /// Nowhere: it is about whoever acted, or there is but one such thing.
    None,
    /// It is what the verb is about: `froze the account of bob`, `froze 30 accounts`.
    Itself,
    /// After this word: `changed the name of bob`, `changed the names of 30 users`.
    After(&'static str),
}

/// What was done, cut where what it was done to stands, which a page makes a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The beginning: `reset the account of`.
    pub before: String,
    /// What it was done to and where that is looked at.
    pub object: Option<(String, String)>,
    /// The rest; usually nothing.
    pub after: String,
}

/// Neighbours on the record that are one thing done to many: the same act by the same person for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The newest of them.
    pub line: AuditLine,
    /// How many they are.
    pub count: usize,
    /// Whether they were all done to the same thing.
    pub same: bool,
    /// When the oldest of them was done.
    since: At,
}

impl Told {
    /// `lines`, newest first, with neighbours that belong together told once; up to `most`.
    #[must_use]
    pub fn all(lines: Vec<AuditLine>, most: usize) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for line in lines {
            if let Some(last) = all.last_mut().filter(|last| last.goes_on_with(&line)) {
                last.count += 1;
                last.same &= last.line.subject == line.subject;
                last.since = line.at;
            } else if all.len() == most {
                break;
            } else {
                all.push(Self { count: 1, same: true, since: line.at, line });
            }
        }
        all
    }

    fn goes_on_with(&self, older: &AuditLine) -> bool {
        let newest = &self.line;
        (newest.act, newest.kind, &newest.actor, &newest.reason) == (older.act, older.kind, &older.actor, &older.reason)
            && self.since.since(older.at) < TOGETHER
    }

    /// What was done, in one sentence.
    #[must_use]
    pub fn deed(&self) -> Deed {
        match (self.count, self.same) {
            (1, _) => deed(&self.line),
            (count, true) => Deed { after: times(count), ..deed(&self.line) },
            (count, false) => done_to_many(&self.line, count),
        }
    }

    /// What changed; of many nothing, because it is not the same for each.
    #[must_use]
    pub fn changes(&self) -> Vec<String> {
        if self.count == 1 { changes(&self.line) } else { Vec::new() }
    }
}

/// As text: `reset the account of bob`.
impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.before)?;
        if let Some((name, _)) = &self.object {
            write!(f, " {name}")?;
        }
        f.write_str(&self.after)
    }
}

/// The sentence that tells of an act: how it begins, where what it was done to stands, and how it ends.
const fn phrase(act: Act) -> (&'static str, Object, &'static str) {
    use Object::{After, Itself, None};
    match act {
        Act::SignIn => ("signed in", None, ""),
        Act::SignInRefused => ("could not sign in", After("as"), ""),
        Act::GrantGiven => ("opened the back office", None, ""),
        Act::GrantRefused => ("entered a wrong password for the back office", None, ""),
        Act::CreateUser | Act::CreateInstrument => ("added", Itself, ""),
        Act::RenameUser => ("changed the name", After("of"), ""),
        Act::SetRole => ("changed the role", After("of"), ""),
        Act::DisableUser => ("disabled", Itself, ""),
        Act::EnableUser => ("enabled", Itself, ""),
        Act::ResetPassword => ("reset the password", After("of"), ""),
        Act::SetPassword => ("set the password", After("of"), ""),
        Act::SignOutUser => ("signed", Itself, " out everywhere"),
        Act::EraseUser => ("erased", Itself, ""),
        Act::ActAs => ("started viewing the site", After("as"), ""),
        Act::ActAsEnd => ("stopped viewing the site", After("as"), ""),
        Act::EndSession => ("ended", Itself, ""),
        Act::AdjustCash => ("adjusted the cash", After("of"), ""),
        Act::AdjustShares => ("adjusted the shares", After("of"), ""),
        Act::FreezeAccount => ("froze", Itself, ""),
        Act::UnfreezeAccount => ("unfroze", Itself, ""),
        Act::ResetAccount => ("reset", Itself, ""),
        Act::ReverseFill => ("reversed", Itself, ""),
        Act::EditInstrument => ("edited", Itself, ""),
        Act::ListInstrument => ("listed", Itself, ""),
        Act::DelistInstrument => ("delisted", Itself, ""),
        Act::HaltInstrument => ("halted trading", After("in"), ""),
        Act::ResumeInstrument => ("resumed trading", After("in"), ""),
        Act::PauseMarket => ("paused the market", None, ""),
        Act::ResumeMarket => ("resumed the market", None, ""),
        Act::StepMarket => ("moved the market one step", None, ""),
        Act::SetSpeed => ("changed the speed of the market", None, ""),
        Act::SetPrice => ("set the price", After("of"), ""),
        Act::ShockPrices => ("shocked", Itself, ""),
    }
}

/// What an entry says was done, as the rest of a sentence that begins with who did it.
#[must_use]
pub fn deed(line: &AuditLine) -> Deed {
    let (begins, object, ends) = phrase(line.act);
    let name = object_name(line);
    let before = match object {
        Object::None => return Deed { before: begins.to_owned(), object: None, after: ends.to_owned() },
        Object::Itself => match (line.kind, line.act) {
            (SubjectKind::User, Act::SignOutUser)
            | (SubjectKind::Instrument, Act::ShockPrices)
            | (SubjectKind::Market, _) => begins.to_owned(),
            (SubjectKind::User, _) => format!("{begins} the user"),
            (SubjectKind::Account, _) => format!("{begins} the account of"),
            (SubjectKind::Order, _) => format!("{begins} an order of"),
            (SubjectKind::Session, _) => format!("{begins} a session of"),
            (SubjectKind::Instrument, _) => format!("{begins} the instrument"),
        },
        Object::After(word) => format!("{begins} {word}"),
    };
    Deed { before, object: Some((name, object_path(line))), after: ends.to_owned() }
}

fn done_to_many(line: &AuditLine, count: usize) -> Deed {
    let (begins, object, ends) = phrase(line.act);
    let things = match line.kind {
        SubjectKind::User => "users",
        SubjectKind::Account => "accounts",
        SubjectKind::Order => "orders",
        SubjectKind::Instrument => "instruments",
        SubjectKind::Session => "sessions",
        SubjectKind::Market => "markets",
    };
    let before = match object {
        Object::None => return Deed { before: begins.to_owned(), object: None, after: times(count) },
        Object::Itself => begins.to_owned(),
        Object::After(word) => format!("{begins} {word}"),
    };
    let actor = line.actor.as_ref().map(|name| format!("&actor={}", query_value(name.as_str()))).unwrap_or_default();
    let all = format!("/admin/audit?act={}{actor}", line.act);
    Deed { before, object: Some((format!("{} {things}", counted(count)), all)), after: ends.to_owned() }
}

fn times(count: usize) -> String {
    format!(", {} times", counted(count))
}

fn counted(count: usize) -> String {
    grouped(&count.to_string())
}

/// What an act was done to, as people call it: the person's name, or the symbol.
fn object_name(line: &AuditLine) -> String {
    let short = || line.subject.chars().take(8).collect::<String>();
    match (&line.person, line.kind) {
        (Some(person), _) => person.to_string(),
        (None, SubjectKind::Instrument) => line.subject.clone(),
        (None, SubjectKind::Market) => "the market".to_owned(),
        (None, SubjectKind::User) => format!("number {}", line.subject),
        (None, _) => format!("{}…", short()),
    }
}

/// Where the thing that an entry is about is looked at.
fn object_path(line: &AuditLine) -> String {
    let table = table_of(line.kind);
    match (line.kind, line.act) {
        (SubjectKind::Market, _) => format!("/admin/{table}"),
        // What is ended is not there any more.
        (SubjectKind::Session, Act::EndSession) => format!("/admin/audit/{}", line.number),
        _ => format!("/admin/{table}/{}", line.subject),
    }
}

/// Who is named as having acted.
#[must_use]
pub fn actor(line: &AuditLine) -> String {
    match &line.actor {
        Some(actor) => actor.to_string(),
        None if line.act == Act::SignInRefused => "Someone".to_owned(),
        None => "The command line".to_owned(),
    }
}

/// An entry as one sentence, without its end: `boss adjusted the cash of bob (cash: $1.00 → $2.00)`.
#[must_use]
pub fn told(line: &AuditLine) -> String {
    let (actor, deed, changes) = (actor(line), deed(line), changes(line));
    if changes.is_empty() { format!("{actor} {deed}") } else { format!("{actor} {deed} ({})", changes.join(", ")) }
}

/// What people call a field of an entry.
#[must_use]
pub fn field_words(field: &str) -> &str {
    match field {
        "because" => "reason",
        "by" => "change",
        "code until" => "code expires",
        "contributed" => "net deposits",
        "ended" => "ended because",
        "epoch" => "times opened",
        "which" => "prices",
        other => other,
    }
}

/// What changed, field by field: `role: trader → support`.
#[must_use]
pub fn changes(line: &AuditLine) -> Vec<String> {
    let said = |details: &Details, field: &str| details.get(field).map(|text| value(field, text));
    let mut all: Vec<String> = line
        .became
        .fields()
        .map(|(field, text)| match (said(&line.was, field), value(field, text)) {
            (Some(before), after) if before != after => format!("{}: {before} → {after}", field_words(field)),
            (_, after) => format!("{}: {after}", field_words(field)),
        })
        .collect();
    let gone = line.was.fields().filter(|(field, _)| line.became.get(field).is_none());
    all.extend(gone.map(|(field, before)| format!("{}: {} → none", field_words(field), value(field, before))));
    all
}

/// What is said of `field` on record, where it stands as the program wrote it, as people read it: money with its currency,
/// numbers grouped, moments in words. What people typed stays as it is.
#[must_use]
pub fn value(field: &str, text: &str) -> String {
    match field {
        "name" | "sector" | "because" | "frozen" | "which" | "ended" | "role" => return text.to_owned(),
        "cash" | "contributed" | "opening balance" => {
            if let Ok(money) = text.parse::<Money>() {
                return money.dollars().to_string();
            }
        }
        _ if field.ends_with(" cost") || field.ends_with(" realised gain") => {
            if let Ok(money) = text.parse::<Money>() {
                return money.dollars().to_string();
            }
        }
        _ => {}
    }
    if is_a_number(text) {
        return grouped(text);
    }
    if field == "by" {
        return text.replace('-', "\u{2212}");
    }
    text.parse::<At>().map_or_else(|_| text.to_owned(), exact)
}

fn is_a_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|sign: char| sign.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_wrote_is_told_as_people_read_it_and_what_people_typed_as_it_is() {
        for (field, text, told) in [
            ("cash", "10001.00", "$10,001.00"),
            ("cash", "-0.02", "\u{2212}$0.02"),
            ("AAPL cost", "1234.50", "$1,234.50"),
            ("AAPL", "-0.02", "\u{2212}0.02"),
            ("sessions", "1200", "1,200"),
            ("by", "-12.50 %", "\u{2212}12.50 %"),
            ("until", "2026-11-25T15:00:03.451256Z", "25 Nov 2026, 15:00:03 UTC"),
            ("name", "2024", "2024"),
            ("because", "2026-11-25T15:00:03Z", "2026-11-25T15:00:03Z"),
            ("password", "a code", "a code"),
        ] {
            assert_eq!(value(field, text), told, "{field}");
        }
    }
}
