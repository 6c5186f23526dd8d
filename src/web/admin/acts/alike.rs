//! What will happen to many alike, so that it is said once.

/// The sentences that all `texts` begin with, taken from them. Nothing where there is one text alone.
pub(super) fn take_common(texts: &mut [&mut String]) -> Option<String> {
    let [first, _, ..] = &*texts else { return None };
    let ends = first.match_indices(". ").map(|(at, end)| at + end.len()).chain([first.len()]);
    let alike = |end: &usize| {
        let begins = first.get(..*end).unwrap_or_default().trim_end();
        texts.iter().all(|text| text.strip_prefix(begins).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
    };
    let common = first.get(..ends.filter(alike).max()?)?.trim_end().to_owned();
    for text in texts {
        let rest = text.strip_prefix(common.as_str()).unwrap_or_default().trim_start().to_owned();
        **text = rest;
    }
    (!common.is_empty()).then_some(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said once, and what remains of each.
    fn taken(texts: [&str; 2]) -> (Option<String>, Vec<String>) {
        let mut texts = texts.map(str::to_owned);
        let common = take_common(&mut texts.iter_mut().collect::<Vec<_>>());
        (common, texts.to_vec())
    }

    #[test]
    fn what_is_the_same_for_all_is_said_once_and_the_rest_stays_with_each() {
        assert_eq!(taken(["They leave.", "They leave."]), (Some("They leave.".to_owned()), vec![String::new(); 2]));
        let (common, rest) = taken(["All go. Cash: $1.00.", "All go. Cash: $1.50."]);
        assert_eq!(
            (common.as_deref(), rest),
            (Some("All go."), vec!["Cash: $1.00.".to_owned(), "Cash: $1.50.".to_owned()])
        );
        let (common, rest) = taken(["They leave.", "They leave. Cash: $1.50."]);
        assert_eq!((common.as_deref(), rest), (Some("They leave."), vec![String::new(), "Cash: $1.50.".to_owned()]));
    }

    #[test]
    fn nothing_is_taken_where_nothing_is_the_same_or_there_is_one_alone() {
        assert_eq!(taken(["One.", "Two."]).0, None);
        assert_eq!(take_common(&mut [&mut "They leave.".to_owned()]), None);
        assert_eq!(take_common(&mut []), None);
    }
}
