//! Text in files that spreadsheets open.

/// What a spreadsheet takes for the beginning of a formula, in either width.
const FORMULAS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Somebody's own words as a spreadsheet shows them and never runs them: with a `'` before what it would take for a formula.
/// Numbers are not somebody's words; they stay as they are.
#[must_use]
pub fn inert(text: &str) -> String {
    if text.starts_with(FORMULAS) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_kept_from_it() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\u{ff1d}1"] {
            assert_eq!(inert(text), format!("'{text}"));
        }
        for text in ["", "a=b", "won the quiz", "1-1"] {
            assert_eq!(inert(text), text);
        }
    }
}
