//! What comes with every act of the staff: who asks for it, from where, and why.

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
    #[error("Say why, in at least 3 characters; it stays on record.")]
    TooShort,
    /// More than anyone reads.
    #[error("Say why in at most 500 characters.")]
    TooLong,
    /// More than one line, or signs that nobody sees.
    #[error("A reason is one line of text, without signs that cannot be seen.")]
    NotALine,
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
        if text.chars().any(|sign| char::is_control(sign) || is_unseen(sign)) {
            return Err(NotAReason::NotALine);
        }
        match text.chars().count() {
            ..Self::SHORTEST => Err(NotAReason::TooShort),
            Self::SHORTEST..=Self::LONGEST => Ok(Self(text.to_owned())),
            _ => Err(NotAReason::TooLong),
        }
    }
}

/// Whether a sign ends a line, has no width, or turns the direction of those around it: the record would then be read as
/// something else than what it says. Joiners are none of these: Persian, Hindi and many emoji are written with them.
const fn is_unseen(sign: char) -> bool {
    matches!(
        sign,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

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
        for (text, wrong) in [
            ("", NotAReason::TooShort),
            (" a ", NotAReason::TooShort),
            ("one\ntwo", NotAReason::NotALine),
            (&"x".repeat(501), NotAReason::TooLong),
        ] {
            assert_eq!(text.parse::<Reason>(), Err(wrong), "{text:?}");
        }
        for unseen in ['\u{2028}', '\u{2029}', '\u{200b}', '\u{200f}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{feff}'] {
            let text = format!("paid{unseen}twice");
            assert_eq!(text.parse::<Reason>(), Err(NotAReason::NotALine), "{text:?}");
        }
        assert!("doppelt gebucht – 二重に — עוד می\u{200c}شود".parse::<Reason>().is_ok());
    }
}
