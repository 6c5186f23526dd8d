//! What somebody signs in with before they have a password of their own.

use super::hexadecimal;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The characters of a code: letters and digits that are not taken for one another.
const ALPHABET: [u8; 32] = *b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// The characters of a code: five random bits each, eighty in all.
const CHARACTERS: usize = 16;
/// The characters between two hyphens.
const GROUP: usize = 4;

/// A code to sign in with until a password is chosen: sixteen characters, shown in groups of four. Its text never
/// appears in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInCode(String);

/// The text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("That is no code.")]
pub struct NotACode;

impl SignInCode {
    /// A new one from the operating system's randomness.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "a remainder of the alphabet's length lies within it")]
    pub fn random() -> Self {
        let bytes: [u8; CHARACTERS] = rand::random();
        Self(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect())
    }

    /// What is kept of it: its SHA-256, in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        hexadecimal(&Sha256::digest(self.0.as_bytes()))
    }

    /// Whether `hash` is what is kept of it, in a time that does not tell how much of it agrees.
    #[must_use]
    pub fn has_hash(&self, hash: &str) -> bool {
        let own = self.hash();
        let different = own.bytes().zip(hash.bytes()).fold(0, |found, (left, right)| found | (left ^ right));
        own.len() == hash.len() && different == 0
    }
}

/// Spaces, hyphens and case do not matter.
impl FromStr for SignInCode {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let signs = text.chars().filter(|sign| !sign.is_whitespace() && *sign != '-');
        let code: String = signs.take(CHARACTERS + 1).map(|sign| sign.to_ascii_uppercase()).collect();
        let fits = code.len() == CHARACTERS && code.bytes().all(|byte| ALPHABET.contains(&byte));
        if fits { Ok(Self(code)) } else { Err(NotACode) }
    }
}

/// As it is written down: `7KQM-2XWD-R9TF-HB4C`.
impl fmt::Display for SignInCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, sign) in self.0.chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{sign}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for SignInCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = SignInCode::random();
        let shown = code.to_string();
        assert_eq!(shown.len(), 19, "{shown}");
        for typed in
            [shown.clone(), shown.to_lowercase(), shown.replace('-', ""), format!(" {} ", shown.replace('-', " "))]
        {
            assert_eq!(typed.parse(), Ok(code.clone()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_not_read_as_one() {
        for text in
            ["", "2345", "2345-6789-ABCD-EFG", "2345-6789-ABCD-EFGHJ", "0000-0000-0000-0000", "2345-6789-ABCD-EFGÜ"]
        {
            assert_eq!(text.parse::<SignInCode>(), Err(NotACode), "{text}");
        }
    }

    #[test]
    fn codes_are_different_and_use_the_whole_alphabet() {
        let codes: Vec<_> = (0..200).map(|_| SignInCode::random()).collect();
        assert_eq!(codes.iter().map(SignInCode::hash).collect::<HashSet<_>>().len(), 200);
        let signs: HashSet<char> = codes.iter().flat_map(|code| code.0.chars()).collect();
        assert_eq!(signs.len(), ALPHABET.len());
    }

    #[test]
    fn only_its_own_hash_is_its_hash_and_it_is_not_printed() {
        let (code, other) = (SignInCode::random(), SignInCode::random());
        assert!(code.has_hash(&code.hash()));
        assert!(!code.has_hash(&other.hash()) && !code.has_hash("") && !code.has_hash(&code.hash()[..63]));
        assert!(!format!("{code:?}").contains(&code.0));
    }
}
