//! Pages of long lists, cut at a key instead of counted off, so that the thousandth is as quick as the first.

/// Lines on a page.
const LINES: i64 = 50;

/// How many rows to ask for: one more than a page shows, to know whether there are older ones.
pub(super) const ASKED: i64 = LINES + 1;

/// Reads `?before=`; anything but a whole number is the newest page.
pub(super) fn before(text: &str) -> Option<i64> {
    text.parse().ok().filter(|before| *before > 0)
}

/// Cuts `rows` to one page and tells the key at which the next older one begins.
pub(super) fn cut<T>(mut rows: Vec<T>, key: impl Fn(&T) -> i64) -> (Vec<T>, Option<i64>) {
    let lines = usize::try_from(LINES).unwrap_or(usize::MAX);
    let more = rows.len() > lines;
    rows.truncate(lines);
    let older = rows.last().map(key).filter(|_| more);
    (rows, older)
}
