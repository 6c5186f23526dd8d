//! Which rows are looked at.

use super::cells::Cell;
use super::plan::{Growing, Plan, Range, write_part};
use super::question::Key;
use super::record;
use super::statement::{Statement, Value};
use super::table::Part;
use crate::store::Conn;
use crate::store::error::StoreError;

/// How much earlier than a row before it a row may say that it was written, in microseconds: writers side by side.
const DISORDER: i64 = 60_000_000;

/// The rows that were looked at.
#[derive(Debug)]
pub struct Window {
    /// The most that these can be.
    pub size: usize,
    /// The first of them.
    pub from: Option<Key>,
    /// Where those begin that were not looked at, if there are more that could be asked for.
    pub beyond: Option<Key>,
    /// Whether they are from the other end of the table.
    pub turned: bool,
}

impl Window {
    /// The window that begins with the row `asked`, or with the first that could be asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn find(conn: &mut Conn, plan: &Plan, asked: Option<&Key>) -> Result<Self, StoreError> {
        let from = match asked {
            Some(asked) => key_at(conn, plan, Range { from: Some(asked), ..Range::default() }, 0)?,
            None => beginning(conn, plan)?,
        };
        let beyond = if from.is_some() { beyond(conn, plan, from.as_ref(), plan.window)? } else { None };
        Ok(Self { size: plan.window, from, beyond, turned: plan.turned })
    }
}

/// The first row that could be asked for.
///
/// # Errors
/// When the database fails.
pub(super) fn beginning(conn: &mut Conn, plan: &Plan) -> Result<Option<Key>, StoreError> {
    let first = key_at(conn, plan, Range::default(), 0)?;
    let (Some(Growing { value, from, until }), [Part { text: false, .. }]) = (plan.growing, plan.key) else {
        return Ok(first);
    };
    let bound = if plan.descends() {
        until.map(|until| until.saturating_add(DISORDER))
    } else {
        from.map(|from| from.saturating_sub(DISORDER))
    };
    let (Some(bound), Some((highest, _))) = (bound, latest(conn, plan, value, i64::MAX)?) else { return Ok(first) };
    let before = latest_before(conn, plan, value, bound, highest)?;
    // From the oldest on, the last row that is too old to be asked for begins it.
    Ok(if plan.descends() { before } else { before.or(first) })
}

/// The first row that is not among `count` ones that begin with `from`, when any from there on could be asked for.
///
/// # Errors
/// When the database fails.
pub(super) fn beyond(
    conn: &mut Conn,
    plan: &Plan,
    from: Option<&Key>,
    count: usize,
) -> Result<Option<Key>, StoreError> {
    let Some(key) = key_at(conn, plan, Range { from, ..Range::default() }, count)? else { return Ok(None) };
    let (Some(Growing { value, from: first, until }), [Part { text: false, .. }], [Value::Number(number)]) =
        (plan.growing, plan.key, key.0.as_slice())
    else {
        return Ok(Some(key));
    };
    let over = latest(conn, plan, value, *number)?.is_some_and(|(_, at)| {
        if plan.descends() {
            first.is_some_and(|first| at < first.saturating_sub(DISORDER))
        } else {
            until.is_some_and(|until| at > until.saturating_add(DISORDER))
        }
    });
    Ok(if over { None } else { Some(key) })
}

/// The row with the highest key whose `value` is below `bound`, found by halving: a few dozen looks at an index.
fn latest_before(
    conn: &mut Conn,
    plan: &Plan,
    value: &'static str,
    bound: i64,
    highest: i64,
) -> Result<Option<Key>, StoreError> {
    let (mut low, mut high, mut found) = (0, highest, None);
    while low < high || (low == high && found.is_none()) {
        let middle = low.midpoint(high).max(low.saturating_add(1)).min(high);
        match latest(conn, plan, value, middle)? {
            Some((number, at)) if at < bound => {
                found = Some(number);
                if middle == high {
                    break;
                }
                low = middle;
            }
            Some((number, _)) => high = number.saturating_sub(1),
            None if middle == high => break,
            None => low = middle,
        }
    }
    Ok(found.map(|number| Key(vec![Value::Number(number)])))
}

/// The key and the `value` of the row with the highest key that is not above `most`.
fn latest(conn: &mut Conn, plan: &Plan, value: &'static str, most: i64) -> Result<Option<(i64, i64)>, StoreError> {
    let most = Key(vec![Value::Number(most)]);
    let mut query = Statement::default();
    query.sql("SELECT ").each(", ", plan.key.iter().map(|part| part.sql).chain([value]), |query, sql| {
        query.sql(sql).sql(" AS n");
    });
    query.sql(" FROM ").sql(plan.table.base).sql(" WHERE ");
    plan.found_by_index(&mut query);
    query.sql(" AND ");
    plan.compare(&mut query, " <= ", &most);
    query.sql(" ORDER BY ").each(", ", plan.key, write_part);
    query.sql(" DESC LIMIT 1");
    let Some(row) = query.load(conn)?.into_iter().next() else { return Ok(None) };
    let mut numbers = row.0.iter().map(Cell::number);
    Ok(numbers.next().flatten().zip(numbers.next().flatten()))
}

/// The key of the row that `skipped` others of the range come before.
pub(super) fn key_at(
    conn: &mut Conn,
    plan: &Plan,
    range: Range<'_>,
    skipped: usize,
) -> Result<Option<Key>, StoreError> {
    let mut query = Statement::default();
    query.sql("SELECT ").each(", ", plan.key, |query, part| {
        query.sql(part.sql).sql(if part.text { " AS t" } else { " AS n" });
    });
    query.sql(" FROM ").sql(plan.table.base);
    plan.within(&mut query, range);
    plan.in_order(&mut query);
    query.sql(" LIMIT 1 OFFSET ").digits(skipped);
    let found = query.load(conn)?.into_iter().next();
    found.map(|row| row.0.into_iter().map(record::value).collect::<Result<_, _>>().map(Key)).transpose()
}
