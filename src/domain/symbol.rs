//! Ticker symbols.

use super::columns::text_column;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// One to eight of `A`–`Z`, `0`–`9`, `.` and `-`; lower case is folded, so `aapl` is `AAPL`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Symbol(Arc<str>);

text_column!(Symbol);

/// The text is no symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A symbol is 1 to 8 letters, digits, dots or hyphens, such as ACME or BRK.B.")]
pub struct NotASymbol;

impl Symbol {
    /// The longest symbol, in characters.
    pub const LONGEST: usize = 8;

    /// Upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Symbol {
    type Err = NotASymbol;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let fits = (1..=Self::LONGEST).contains(&text.len());
        let allowed = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
        let named = text.bytes().any(|byte| byte.is_ascii_alphanumeric());
        if fits && allowed && named { Ok(Self(text.to_ascii_uppercase().into())) } else { Err(NotASymbol) }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for Symbol {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Symbol {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_folded_and_space_around_it_ignored() {
        assert_eq!(" brk.b ".parse::<Symbol>().unwrap().as_str(), "BRK.B");
    }

    #[test]
    fn what_no_exchange_would_list_is_refused() {
        for text in ["", "TOOLONGSYM", "A B", "..", "É", "A/B", "<b>", "A\0"] {
            assert_eq!(text.parse::<Symbol>(), Err(NotASymbol), "{text:?}");
        }
    }
}
