//! The record of what staff did: what was done to what, and the hash that chains its entries.

use super::order::words;
use super::{At, ChainHash, Symbol, UserId};
use sha2::{Digest, Sha256};
use std::str::FromStr;

words!(
    /// What was done.
    Act {
        /// Somebody of the staff signed in.
        SignIn = "sign_in",
        /// Somebody gave the name of somebody of the staff and was not let in.
        SignInRefused = "sign_in_refused",
        /// The back office was opened with a password.
        GrantGiven = "grant",
        /// Somebody of the staff gave a wrong password for the back office.
        GrantRefused = "grant_refused",
        /// A person was added.
        CreateUser = "create_user",
        /// A person's name was changed.
        RenameUser = "rename_user",
        /// What a person may do was changed.
        SetRole = "set_role",
        /// A person may no longer sign in.
        DisableUser = "disable_user",
        /// A person may sign in again.
        EnableUser = "enable_user",
        /// A person was given a code in place of their password.
        ResetPassword = "reset_password",
        /// A password was set: from the command line, or by somebody of the staff for themselves.
        SetPassword = "set_password",
        /// A person was signed out everywhere.
        SignOutUser = "sign_out_user",
        /// A person's data was erased, or somebody of the staff left.
        EraseUser = "erase_user",
        /// Somebody of the staff began to see what a person sees.
        ActAs = "act_as",
        /// They stopped.
        ActAsEnd = "act_as_end",
        /// One session was ended.
        EndSession = "end_session",
        /// Cash was added to an account, or taken.
        AdjustCash = "adjust_cash",
        /// Shares were added to an account, or taken.
        AdjustShares = "adjust_shares",
        /// An account may no longer trade.
        FreezeAccount = "freeze_account",
        /// An account may trade again.
        UnfreezeAccount = "unfreeze_account",
        /// An account began anew with its opening balance.
        ResetAccount = "reset_account",
        /// A fill was undone by entries against it.
        ReverseFill = "reverse_fill",
        /// An instrument was added.
        CreateInstrument = "create_instrument",
        /// The name or sector of an instrument was changed.
        EditInstrument = "edit_instrument",
        /// An instrument is traded again.
        ListInstrument = "list_instrument",
        /// An instrument is no longer traded.
        DelistInstrument = "delist_instrument",
        /// Trading in an instrument was halted.
        HaltInstrument = "halt_instrument",
        /// Trading in an instrument was resumed.
        ResumeInstrument = "resume_instrument",
        /// The market's clock was stopped.
        PauseMarket = "pause_market",
        /// The market's clock goes on.
        ResumeMarket = "resume_market",
        /// A paused market made one step.
        StepMarket = "step_market",
        /// The market's clock runs at another speed.
        SetSpeed = "set_speed",
        /// The price of an instrument was set.
        SetPrice = "set_price",
        /// Prices were moved by a part of themselves.
        ShockPrices = "shock_prices",
    }
);

words!(
    /// What kind of thing an act was about.
    SubjectKind {
        /// A person, by number.
        User = "user",
        /// An account, by public id.
        Account = "account",
        /// An order, by public id.
        Order = "order",
        /// An instrument, by symbol.
        Instrument = "instrument",
        /// A session, by the hash of its key.
        Session = "session",
        /// The market as a whole.
        Market = "market",
    }
);

impl Act {
    /// What people do about themselves alone: however often they come and go, whoever has a form open about them has not
    /// been overtaken.
    pub const ONES_OWN: [Self; 5] =
        [Self::SignIn, Self::SignInRefused, Self::GrantGiven, Self::GrantRefused, Self::ActAsEnd];
}

/// What an act was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// Which one; what it is called inside its kind.
    pub id: String,
    /// The person concerned, where there is one: the user, or who owns the account, the order or the session.
    pub person: Option<UserId>,
}

impl Subject {
    /// The market as a whole.
    #[must_use]
    pub fn market() -> Self {
        Self { kind: SubjectKind::Market, id: "market".to_owned(), person: None }
    }

    /// An instrument.
    #[must_use]
    pub fn instrument(symbol: &Symbol) -> Self {
        Self { kind: SubjectKind::Instrument, id: symbol.to_string(), person: None }
    }

    /// A person.
    #[must_use]
    pub fn user(id: UserId) -> Self {
        Self { kind: SubjectKind::User, id: id.to_string(), person: Some(id) }
    }
}

/// What is said of a thing before or after an act, field by field, in the order given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details(Vec<(String, String)>);

impl Details {
    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, field: &str, value: &(impl ToString + ?Sized)) -> Self {
        self.0.push((field.to_owned(), value.to_string()));
        self
    }

    /// Each field with its value.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, value)| (field.as_str(), value.as_str()))
    }

    /// The same with none but these fields.
    #[must_use]
    pub fn only(&self, fields: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| fields.contains(&name.as_str())).cloned().collect())
    }

    /// What is said of `field`.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields().find(|(name, _)| *name == field).map(|(_, value)| value)
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text it is stored as: a JSON array of pairs.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_value(&self.0).map(|value| value.to_string()).unwrap_or_default()
    }
}

impl FromStr for Details {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text).map(Self)
    }
}

/// One entry of the record. Never changed and never removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// 1 for the first entry, then one more each.
    pub number: i64,
    /// When.
    pub at: At,
    /// Who did it; nobody when it was the command line.
    pub actor: Option<UserId>,
    /// The network address it was done from.
    pub address: String,
    /// What was done.
    pub act: Act,
    /// To what.
    pub subject: Subject,
    /// What was so before, as [`Details::to_text`] writes it.
    pub was: String,
    /// What is so since, likewise.
    pub became: String,
    /// Why.
    pub reason: String,
    /// The key of the form that asked for it, if one did.
    pub key: Option<String>,
}

impl AuditEntry {
    /// The hash of this entry after `previous`: numbers as fixed-width big-endian, absent ids as zero, then the
    /// texts in the order declared, each preceded by its length, an absent one as an empty one.
    #[must_use]
    pub fn chain(&self, previous: ChainHash) -> ChainHash {
        let mut hasher = Sha256::new();
        hasher.update(previous.0);
        let ids = [self.actor, self.subject.person].map(|id| id.map_or(0, |id| id.0));
        for number in [self.number, self.at.micros()].into_iter().chain(ids) {
            hasher.update(number.to_be_bytes());
        }
        let texts = [
            self.address.as_str(),
            self.act.as_str(),
            self.subject.kind.as_str(),
            &self.subject.id,
            &self.was,
            &self.became,
            &self.reason,
            self.key.as_deref().unwrap_or_default(),
        ];
        for text in texts {
            hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        ChainHash(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> AuditEntry {
        AuditEntry {
            number: 1,
            at: At::from_micros(1_700_000_000_000_000),
            actor: Some(UserId(1)),
            address: "127.0.0.1".to_owned(),
            act: Act::SetRole,
            subject: Subject::user(UserId(2)),
            was: Details::default().with("role", "trader").to_text(),
            became: Details::default().with("role", "support").to_text(),
            reason: "helps out".to_owned(),
            key: Some("k".to_owned()),
        }
    }

    #[test]
    fn changing_any_field_changes_the_hash() {
        let original = entry().chain(ChainHash::START);
        let changed = [
            AuditEntry { number: 2, ..entry() },
            AuditEntry { at: At::from_micros(0), ..entry() },
            AuditEntry { actor: None, ..entry() },
            AuditEntry { address: String::new(), ..entry() },
            AuditEntry { act: Act::DisableUser, ..entry() },
            AuditEntry { subject: Subject::user(UserId(3)), ..entry() },
            AuditEntry { subject: Subject::market(), ..entry() },
            AuditEntry { was: String::new(), ..entry() },
            AuditEntry { became: String::new(), ..entry() },
            AuditEntry { reason: String::new(), ..entry() },
            AuditEntry { key: None, ..entry() },
        ];
        for (index, entry) in changed.iter().enumerate() {
            assert_ne!(entry.chain(ChainHash::START), original, "field {index}");
        }
        assert_ne!(entry().chain(original), original);
    }

    #[test]
    fn details_are_read_back_as_they_were_said() {
        let details = Details::default().with("name", "a \"b\" <c>").with("cash", "1.00").with("name", "");
        assert_eq!(details.to_text().parse::<Details>().unwrap(), details);
        assert_eq!(details.get("cash"), Some("1.00"));
    }
}
