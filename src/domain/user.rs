//! People: what they are called, what they may do, and which passwords are worth having.

use super::columns::text_column;
use super::order::words;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

words!(
    /// What a user may do.
    Role {
        /// Trades.
        Trader = "trader",
        /// May look at everything in the back office and change nothing.
        Support = "support",
        /// Runs the place.
        Admin = "admin",
    }
);

/// A name to sign in with: 3 to 32 ASCII letters, digits, `_`, `.` and `-`, unique without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Username(String);

text_column!(Username);

/// Why a text is no username. Each displays as a sentence that says what is wrong, because the rule is stated already
/// where names are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAUsername {
    /// There is none.
    #[error("Enter a username.")]
    Missing,
    /// Fewer than [`Username::SHORTEST`] characters.
    #[error("A username needs at least 3 characters.")]
    TooShort,
    /// More than [`Username::LONGEST`] characters.
    #[error("That is {0} characters; a username can have 32 at most.")]
    TooLong(usize),
    /// Two words.
    #[error("A username cannot contain spaces.")]
    HasSpace,
    /// Something that is none of the characters that may be there.
    #[error(
        "A username cannot contain {0:?}. Use only letters without accents, digits, underscores, dots and hyphens."
    )]
    Has(char),
}

impl Username {
    /// The fewest characters.
    pub const SHORTEST: usize = 3;
    /// The most characters.
    pub const LONGEST: usize = 32;
    /// What it may be made of, beside the field for it.
    pub const RULE: &str = "3 to 32 letters, digits, underscores, dots or hyphens.";

    /// As it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one name share: the lower-case form.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for Username {
    type Err = NotAUsername;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let fits = |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.' | '-');
        if let Some(sign) = text.chars().find(|sign| !fits(sign)) {
            return Err(if sign == ' ' { NotAUsername::HasSpace } else { NotAUsername::Has(sign) });
        }
        match text.len() {
            0 => Err(NotAUsername::Missing),
            length if length < Self::SHORTEST => Err(NotAUsername::TooShort),
            length if length > Self::LONGEST => Err(NotAUsername::TooLong(length)),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A password good enough to be set. Its text never appears in logs.
#[derive(Clone)]
pub struct NewPassword(String);

/// Why a password may not be set. Each displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than [`NewPassword::SHORTEST`] characters.
    #[error("A password needs at least 10 characters.")]
    TooShort,
    /// More than [`NewPassword::LONGEST`] bytes.
    #[error("A password can have 72 characters at most, fewer with accents or emoji.")]
    TooLong,
    /// bcrypt reads up to the first NUL.
    #[error("A password cannot contain the NUL character.")]
    HasNul,
    /// The username, give or take case.
    #[error("A password must not be the username.")]
    IsUsername,
    /// Among the first guesses of anyone who tries.
    #[error("That password is too easy to guess. Add a word or two.")]
    TooCommon,
}

impl NewPassword {
    /// The fewest characters.
    pub const SHORTEST: usize = 10;
    /// The most bytes: what bcrypt takes in.
    pub const LONGEST: usize = 72;
    /// A password that is found within this many guesses is too common. The thousand commonest passwords
    /// rank below it, and so do their plain repetitions and keyboard runs.
    const TOO_FEW_GUESSES: u64 = 10_000;
    /// The characters that are looked at for that: counting the guesses of more overflows in the crate that does it.
    const LOOKED_AT: usize = 32;
    /// The most different signs, neither letters nor digits, in what may be common.
    const MOST_SIGNS: usize = 3;

    /// Accepts a password for `username`.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn parse(text: &str, username: &Username) -> Result<Self, WeakPassword> {
        Self::weighed(text, Some(username))?;
        Ok(Self(text.to_owned()))
    }

    /// Holds a password against every rule, but for the one about the name of its owner where that is not known yet.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn weighed(text: &str, username: Option<&Username>) -> Result<(), WeakPassword> {
        if text.chars().count() < Self::SHORTEST {
            return Err(WeakPassword::TooShort);
        }
        if text.len() > Self::LONGEST {
            return Err(WeakPassword::TooLong);
        }
        if text.contains('\0') {
            return Err(WeakPassword::HasNul);
        }
        if username.is_some_and(|username| text.to_lowercase() == username.key()) {
            return Err(WeakPassword::IsUsername);
        }
        if Self::is_common(text, username) {
            return Err(WeakPassword::TooCommon);
        }
        Ok(())
    }

    /// Whether `text` is among the first guesses. What many different signs stand in is not: and looking it up
    /// under every reading of every sign would take seconds.
    fn is_common(text: &str, username: Option<&Username>) -> bool {
        let signs: HashSet<char> = text.chars().filter(|sign| !sign.is_alphanumeric()).collect();
        let begun: String = text.chars().take(Self::LOOKED_AT).collect();
        let names: Vec<&str> = username.map(Username::as_str).into_iter().collect();
        signs.len() <= Self::MOST_SIGNS && zxcvbn::zxcvbn(&begun, &names).guesses() <= Self::TOO_FEW_GUESSES
    }

    /// The text, for hashing and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Username {
        "Ada.Lovelace".parse().unwrap()
    }

    #[test]
    fn spellings_of_one_name_share_a_key() {
        assert_eq!(ada().key(), "ADA.LOVELACE".parse::<Username>().unwrap().key());
    }

    #[test]
    fn names_outside_the_rule_are_refused() {
        let says = |text: &str| text.parse::<Username>().unwrap_err().to_string();
        assert_eq!(says("  "), "Enter a username.");
        assert_eq!(says("ab"), "A username needs at least 3 characters.");
        assert_eq!(says("a b c"), "A username cannot contain spaces.");
        assert_eq!(says(&"a".repeat(34)), "That is 34 characters; a username can have 32 at most.");
        for (text, sign) in [("naïve", "'ï'"), ("a\0bc", "'\\0'"), ("<script>", "'<'"), ("a\tb", "'\\t'")] {
            assert!(says(text).starts_with(&format!("A username cannot contain {sign}. Use only letters")), "{text:?}");
        }
    }

    #[test]
    fn each_weakness_is_named() {
        let weakness = |text: &str| NewPassword::parse(text, &ada()).err();
        assert_eq!(weakness("short"), Some(WeakPassword::TooShort));
        assert_eq!(weakness("\u{e9}\u{e8}\u{ea}\u{eb}\u{e0}"), Some(WeakPassword::TooShort), "ten bytes");
        assert_eq!(weakness(&"x".repeat(73)), Some(WeakPassword::TooLong));
        assert_eq!(weakness("embedded\0nul"), Some(WeakPassword::HasNul));
        assert_eq!(weakness("ADA.lovelace"), Some(WeakPassword::IsUsername));
        for common in
            ["1234567890", "qwertyuiop", "Password1234"[..10].as_ref(), "aaaaaaaaaa", "basketball", "1q2w3e4r5t"]
        {
            assert_eq!(weakness(common), Some(WeakPassword::TooCommon), "{common:?}");
        }
        assert_eq!(weakness("correct horse battery"), None);
        assert_eq!(weakness("größer als Öl"), None);
    }

    #[test]
    fn passwords_of_signs_that_stand_for_letters_have_a_verdict() {
        for text in ["$5".repeat(36), "4@8({[<369&#!1/|0$5+7%2".repeat(3), "4@".repeat(36), "$sS5".repeat(18)] {
            let verdict = NewPassword::parse(&text, &ada()).err();
            assert!(matches!(verdict, None | Some(WeakPassword::TooCommon)), "{text}");
        }
        assert_eq!(NewPassword::parse("P@$$w0rd!%&1", &ada()).err(), None);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

        #[test]
        fn any_password_has_a_verdict(text in "[48@(36$517!sSaA0 ]{10,72}", plain in "\\PC{0,72}") {
            let _verdicts = [NewPassword::parse(&text, &ada()).err(), NewPassword::parse(&plain, &ada()).err()];
        }
    }

    #[test]
    fn a_password_is_not_printed() {
        assert!(!format!("{:?}", NewPassword::parse("correct horse battery", &ada())).contains("horse"));
    }
}
