//! What comes with every act of the staff: who asks for it, from where, and why.

use super::unseen::{is_unseen, is_variation_selector};
use super::{OrderKey, UserId};
use std::fmt;
use std::str::FromStr;

/// Who acts, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Who is signed in; nobody when it is the command line.
    pub user: Option<UserId>,
    /// The network address; empty for the command line.
    pub address: String,
    /// The hash of the key of the session they act from, where that is known.
    pub session: Option<String>,
}

impl Author {
    /// Whoever may run commands on the machine.
    #[must_use]
    pub const fn command_line() -> Self {
        Self { user: None, address: String::new(), session: None }
    }
}

/// Why something is done, in the words of whoever does it: one line of 3 to 500 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

/// The text is no reason. Displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAReason {
    /// Nothing, or next to nothing.
    #[error("Enter a reason (at least 3 characters).")]
    TooShort,
    /// More than anyone reads.
    #[error("A reason can have 500 characters at most.")]
    TooLong,
    /// More than one line.
    #[error("A reason must be one line of text.")]
    NotALine,
    /// Signs that nobody sees, or that turn around what others read.
    #[error("This reason contains invisible characters, probably from pasted text. Type it instead.")]
    Hidden,
}

impl Reason {
    /// The fewest characters.
    pub const SHORTEST: usize = 3;
    /// The most characters.
    pub const LONGEST: usize = 500;

    /// As it was typed, without space around it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reason {
    type Err = NotAReason;

    fn from_str(text: &str) -> Result<Self, NotAReason> {
        let text = text.trim();
        if text.chars().any(|sign| sign.is_control() || LINE_ENDS.contains(&sign)) {
            return Err(NotAReason::NotALine);
        }
        if text.chars().any(|sign| is_unseen(sign) && !JOINERS.contains(&sign)) {
            return Err(NotAReason::Hidden);
        }
        match text.chars().filter(|sign| !JOINERS.contains(sign) && !is_variation_selector(*sign)).count() {
            ..Self::SHORTEST => Err(NotAReason::TooShort),
            Self::SHORTEST..=Self::LONGEST => Ok(Self(text.to_owned())),
            _ => Err(NotAReason::TooLong),
        }
    }
}

/// What ends a line without being a control character.
const LINE_ENDS: [char; 2] = ['\u{2028}', '\u{2029}'];
/// What joins letters or keeps them apart: Persian and Hindi are not written without, and nobody sees it by itself.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What comes with an act of the staff, whatever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Who asks for it.
    pub author: Author,
    /// Why.
    pub reason: Reason,
    /// What makes sending it twice do it once.
    pub key: OrderKey,
    /// The number of the newest entry of the record when the author looked at the subject; whoever acted on it since
    /// is told of instead of overruled. Nothing where nobody looked.
    pub seen: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_line_that_says_something() {
        assert_eq!("  typed twice  ".parse::<Reason>().unwrap().as_str(), "typed twice");
        let persian = "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}";
        assert_eq!(persian.parse::<Reason>().unwrap().as_str(), persian, "a joiner is a part of how it is written");
        assert!("rain \u{2614}\u{fe0f}".parse::<Reason>().is_ok(), "a sign may say how the one before it is drawn");
        for (text, wrong) in [
            ("", NotAReason::TooShort),
            (" a ", NotAReason::TooShort),
            ("one\ntwo", NotAReason::NotALine),
            ("one\u{2028}two", NotAReason::NotALine),
            ("one\u{2029}two", NotAReason::NotALine),
            ("a fine\u{202e}enif a", NotAReason::Hidden),
            ("a\u{2066}fine\u{2069}", NotAReason::Hidden),
            ("a\u{200b}fine", NotAReason::Hidden),
            ("a\u{200f}fine", NotAReason::Hidden),
            ("\u{feff}a fine", NotAReason::Hidden),
            ("\u{3164}\u{3164}\u{3164}", NotAReason::Hidden),
            ("a\u{200c}\u{200d}", NotAReason::TooShort),
            (&"x".repeat(501), NotAReason::TooLong),
        ] {
            assert_eq!(text.parse::<Reason>(), Err(wrong), "{text:?}");
        }
    }
}
